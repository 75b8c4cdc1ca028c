/**
 * Types over named sizes, computed next to the concrete ones, node by node. Where a rule needs two sizes to agree and they do
 * not agree as expressions, the solver decides; what does not hold for every size is kept and reported once per net.
 */
import type { BinaryExpr, Expr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { InternalError } from '../diagnostics/internal.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import { sameDim, subDims, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Axis, TensorType } from '../ir/type.ts';
import { canonicalAttrs } from '../ops/build.ts';
import { isProblem } from '../ops/op.ts';
import { compare } from './arithmetic.ts';
import { spoil } from './memo/recording.ts';
import { hasSymbolicOption } from './options.ts';
import type { Use } from './problems.ts';
import type { Session } from './session.ts';
import { admits, candidates, decide, showSize, valueAt, type Decision } from './sizes.ts';
import type { NumberValue } from './value.ts';

/** Two sizes that a merge needs to agree, and do not for some admitted sizes. */
export interface Disagreement {
  readonly axis: Axis;
  readonly sizes: readonly [Dim, Dim];
  /** Where the two values were written. */
  readonly spans: readonly [Span, Span];
  readonly decision: Extract<Decision, { equal: false }>;
}

/** Enters the symbolic type of a node whose inputs or options depend on a named size. */
export function inferSymbolic(node: Node, use: Use, options: Attrs, session: Session): void {
  if (use.data.some((input) => session.symbolic.get(input) === 'unknown'))
    return void session.symbolic.set(node, 'unknown');
  const types = use.data.map((input) => symbolicType(input, session));
  if (reportWeights(node, use, types, session)) return void session.symbolic.set(node, 'unknown');
  session.symbolic.set(node, typeOf(node, use, unified(node, use, types, session), options));
}

/** The type of a node over named sizes; the concrete one where it depends on none. */
export function symbolicType(node: Node, session: Session): TensorType {
  const known = session.symbolic.get(node);
  return known === undefined || known === 'unknown' ? node.type : known;
}

/** A rule that needs numbers where sizes have names gives no symbolic type: what follows is checked at the default size only. */
function typeOf(node: Node, use: Use, types: readonly TensorType[], options: Attrs): TensorType | 'unknown' {
  try {
    const attrs = canonicalAttrs(use.def, options, types);
    const type = isProblem(attrs) ? attrs : use.def.type(attrs, types);
    return isProblem(type) || type.axes.join() !== node.type.axes.join() ? 'unknown' : type;
  } catch (error) {
    if (error instanceof InternalError) return 'unknown';
    throw error;
  }
}

/** Weights have one shape: a layer that reads a whole map, or has as many channels as the input has rows, cannot have any size. */
function reportWeights(node: Node, use: Use, types: readonly TensorType[], session: Session): boolean {
  if (!use.def.weights) return false;
  const channels = types[0]?.dims.at(-1);
  const reads = typeof channels === 'object' ? channels : undefined;
  if (reads === undefined && !hasSymbolicOption(use)) return false;
  session.report(
    diagnostic('shape/weights-need-size', { layer: use.def.name }, node.span ?? use.call.span, {
      label: reads === undefined ? undefined : `reads ${showSize(reads)} numbers`,
      labels: inputSpans(session),
      fixes: [averageInstead(use), { title: 'give the input a fixed size', edits: [] }],
    }),
  );
  return true;
}

/** `gap` in the place of the `flatten` before the layer. */
function averageInstead(use: Use): Fix {
  const [before] = use.data;
  const title = 'average over the places: -> gap in place of -> flatten';
  if (before?.op !== 'flatten' || !before.span) return { title, edits: [] };
  return { title, edits: [{ span: before.span, text: 'gap' }] };
}

function inputSpans(session: Session): { span: Span; text: string }[] {
  return [...session.named.sizes.values()]
    .slice(0, 1)
    .map(({ input }) => ({ span: input.name.span, text: 'of any size' }));
}

/**
 * The inputs with sizes that agree replaced by the first one's, so that the operator's own rule sees them as equal; sizes that
 * do not agree are reported, and replaced, too.
 */
function unified(
  node: Node,
  use: Use,
  types: readonly TensorType[],
  session: Session,
): readonly TensorType[] {
  if (types.length < 2) return types;
  const first = new Map<Axis, { dim: Dim; input: number }>();
  const joined = use.def.name === 'concat' ? node.attrs.axis : undefined;
  return types.map((type, input) => ({
    ...type,
    dims: type.dims.map((dim, i) => {
      const axis = type.axes[i] ?? '';
      if (axis === joined || dim === 1) return dim;
      const before = first.get(axis);
      if (!before) first.set(axis, { dim, input });
      else if (!sameDim(before.dim, dim)) mustAgree(axis, [before, { dim, input }], use, session);
      return before?.dim ?? dim;
    }),
  }));
}

function mustAgree(
  axis: Axis,
  [a, b]: readonly [{ dim: Dim; input: number }, { dim: Dim; input: number }],
  use: Use,
  session: Session,
): void {
  const decision = decide(a.dim, b.dim, session.named);
  if (decision.equal) return;
  const spanOf = (input: number): Span => use.origins[input] ?? use.call.span;
  spoil(session);
  session.disagreements.push({
    axis,
    sizes: [a.dim, b.dim],
    spans: [spanOf(a.input), spanOf(b.input)],
    decision,
  });
}

/** How far an order (`in.H > 40`) is looked at: it has no period. */
const orderSteps = 2048;

/** A comparison that follows from a named size decides structure: it has to come out the same for every size. */
export function compareSymbolic(
  expr: BinaryExpr,
  left: NumberValue,
  right: NumberValue,
  value: boolean,
  session: Session,
): void {
  const [a, b] = [left.dim ?? left.value, right.dim ?? right.value];
  const difference = subDims(a, b);
  for (const sizes of candidates(difference, session.named, { atLeast: orderSteps })) {
    if (!admits(sizes, session.named)) continue;
    const truth = compare(expr.op, valueAt(a, sizes, session.named), valueAt(b, sizes, session.named));
    if (truth === value) continue;
    return reportStructure(
      expr,
      `true and false: ${showSizes(sizes)} gives ${truth}, the default size ${value}`,
      session,
    );
  }
}

export function showSizes(sizes: Readonly<Record<string, number>>): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${name} = ${size}`)
    .join(', ');
}

/** A number of repetitions, or a condition, that is another for another size of the input. */
export function reportStructure(expr: Expr, why: string, session: Session): void {
  session.report(
    diagnostic('shape/size-decides-structure', {}, expr.span, {
      labels: inputSpans(session),
      notes: [{ word: 'why', text: `this can be ${why}` }],
      fixes: [{ title: 'admit fewer sizes in `where`, or give the input a fixed size', edits: [] }],
    }),
  );
}
