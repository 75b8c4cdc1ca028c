/**
 * Applies an operator: gathers its data inputs, converts its options, asks its own rules for attributes, weights and type,
 * and makes the nodes. Weights are found by their path, so that an instance used twice shares them.
 */
import type { Expr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { internal } from '../diagnostics/internal.ts';
import { operatorNames, operatorsCalled } from '../2-resolve/vocabulary.ts';
import { counted } from '../diagnostics/count.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import { isConcrete, sameType, scalarType, shapeOf, showType, sizeOf, type TensorType } from '../ir/type.ts';
import { canonicalAttrs, constNode, paramAttrs, typedNode } from '../ops/build.ts';
import { findOp } from '../ops/index.ts';
import { isProblem, type OpDef } from '../ops/op.ts';
import { noIncoming, type Application } from './apply.ts';
import { withoutArgument } from './slips/block-arguments.ts';
import { argument } from './evaluate.ts';
import { join, type Site } from './frame.ts';
import { reportListed } from './slips/listed-values.ts';
import { layerKey, type LayerFacts, type LayerWeight } from './memo/layers.ts';
import { note } from './memo/recording.ts';
import { convertOptions, hasSymbolicOption, symbolicOptions } from './options.ts';
import { reportProblem, type Use } from './problems.ts';
import { countNode, limits, visiblePath, type Session } from './session.ts';
import { inferSymbolic } from './symbolic-types.ts';
import { tensorOf, unknown, type Callable, type GivenArg, type Value } from './value.ts';

type OpCall = Extract<Callable, { kind: 'op' }>;

const noNodes: readonly Node[] = [];

/** The fewest values that an operator of this name reads. */
export function leastData(name: string): number {
  return Math.max(1, Math.min(...operatorsCalled(name).map((def) => def.arity.min)));
}

/** `at-site`: the site's path is the layer's own (an instance of an operator). */
export function applyOperator(
  value: OpCall,
  at: Application,
  site: Site,
  session: Session,
  naming: 'segment' | 'at-site' = 'segment',
): Value {
  const data = dataInputs(value, at, site, session);
  const def = data && operatorFor(value, data.nodes.length, { at, incoming: site.incoming }, session);
  if (!def) return unknown;
  const { segments } = session.model;
  const segment = segments.get(value.expr) ?? segments.get(at.expr) ?? value.name;
  const path = naming === 'at-site' ? site.path : join(site.path, segment);
  const { nodes, origins, operands, options } = data;
  if (value.name === 'div' && dividesByZero(value, session)) return unknown;
  const defaults = defaultArgs(def, options, site, session);
  const args = defaults.length === 0 ? options : [...options, ...defaults];
  const use: Use = { def, data: nodes, origins, call: value.expr, args, ...(operands ? { operands } : {}) };
  return makeLayer(use, { path, span: at.expr.span, site }, session);
}

/** `-> div(0)`; reported. */
function dividesByZero({ args }: OpCall, session: Session): boolean {
  const zero = args.at(-1);
  if (zero?.value.kind !== 'number' || zero.value.value !== 0) return false;
  session.report(diagnostic('value/zero-division', {}, zero.arg.span));
  return true;
}

/** What an operator reads, and where each of it was written; and its other arguments. */
interface Data {
  readonly options: readonly GivenArg[];
  readonly nodes: readonly Node[];
  readonly origins: readonly (Span | undefined)[];
  /** As they were written, where all of them were: `add(a, b)`. */
  readonly operands?: NonNullable<Use['operands']>;
}

function dataInputs(value: OpCall, at: Application, site: Site, session: Session): Data | undefined {
  if (reportListed(value.args, value.expr, value.name, session)) return undefined;
  const given = value.args.filter((arg) => isData(arg, value.name));
  if (given.length === 0 && site.incoming)
    return { nodes: [site.incoming], origins: [site.incoming.span], options: value.args };
  const options = value.args.filter((arg) => !isData(arg, value.name));
  const nodes = given.map(dataNode);
  const origins: (Span | undefined)[] = given.map((arg) => arg.arg.value.span);
  if (at.piped === 'start' && nodes.length >= leastData(value.name))
    return {
      nodes,
      origins,
      options,
      operands: given.map(({ arg }) => ({ label: undefined, expr: arg.value })),
    };
  if (site.incoming)
    return { nodes: [site.incoming, ...nodes], origins: [site.incoming.span, ...origins], options };
  noIncoming(value.name, at, session);
  return undefined;
}

/** The operator of that name for that many values; reports when there is none. */
function operatorFor(
  value: OpCall,
  count: number,
  { at, incoming }: { readonly at: Application; readonly incoming: Node | undefined },
  session: Session,
): OpDef | undefined {
  const called = operatorsCalled(value.name);
  const def = called.find(
    ({ arity, category }) => count >= Math.max(arity.min, leastOf(category)) && count <= arity.max,
  );
  const arity = called[0]?.arity;
  if (def || !arity) return def;
  const least = Math.max(arity.min, leastOf(called[0]?.category));
  const values = counted(least, 'value');
  const needs = arity.min === arity.max ? values : `at least ${values}`;
  session.report(
    diagnostic('value/arity', { layer: value.name, needs, found: count }, at.expr.span, {
      fixes: count === arity.max + 1 ? givenTwice(value, at, incoming) : [],
    }),
  );
  return undefined;
}

/** `x -> relu(x)`, `x -> conv(8, 3)(x)`: what flows in is given again. */
function givenTwice(value: OpCall, { expr }: Application, incoming: Node | undefined): readonly Fix[] {
  const again = value.args.find((arg) => arg.value.kind === 'tensor' && arg.value.node === incoming);
  const written = again && withoutArgument(expr, again.arg);
  return written === undefined ? [] : [replaceBy(written, expr.span)];
}

/** A merge of one value does nothing; passes build them. */
function leastOf(category: OpDef['category'] | undefined): number {
  return category === 'merge' ? 2 : 1;
}

/** Values are data, and so is a number for an operator that combines values: `-> mul(0.17)`. */
function isData({ value, name }: GivenArg, called: string): boolean {
  if (value.kind === 'tensor') return true;
  return value.kind === 'number' && name === undefined && combining.has(called);
}

const combines = (def: OpDef): boolean => def.arity.max > 1 && def.params.length === 0;

/** Names of the operators that combine values. */
const combining: ReadonlySet<string> = new Set(
  [...operatorNames].filter((name) => operatorsCalled(name).some(combines)),
);

function dataNode({ value, arg }: GivenArg): Node {
  if (value.kind === 'tensor') return value.node;
  const data = new Float32Array([value.kind === 'number' ? value.value : 0]);
  return constNode({ shape: [], data }, scalarType, { path: '', span: arg.span });
}

/** The file's `defaults { conv { … } }` for options that the call leaves open; those without a name are reported (defaults.ts). */
function defaultArgs(
  def: OpDef,
  written: readonly GivenArg[],
  site: Site,
  session: Session,
): readonly GivenArg[] {
  const defaults = site.module.defaults.get(def.name);
  if (!defaults) return [];
  const positional = written.filter((arg) => arg.name === undefined).length;
  const taken = new Set([
    ...written.map((arg) => arg.name),
    ...def.params.slice(0, positional).map((param) => param.name),
  ]);
  return defaults
    .filter(({ name }) => name && !taken.has(name.name))
    .map((arg) => ({ name: arg.name?.name, value: argument(arg.value, site, session), arg }));
}

interface Origin {
  readonly path: string;
  readonly span: Span;
  readonly site: Site;
}

/** From a use of an operator to its node; problems are reported and give `unknown`. */
export function makeLayer(use: Use, origin: Origin, session: Session): Value {
  const options = convertOptions(use, session);
  const facts = options && layerFacts(use, options, origin.span, session);
  if (!facts || !countNode(session, origin.span)) return unknown;
  const { attrs, type } = facts;
  const inputs = facts.weights.length === 0 ? use.data : withWeights(facts.weights, use, origin, session);
  if (!inputs) return unknown;
  const path = visiblePath(session, origin.path);
  const node = typedNode(use.def.name, inputs, attrs, { type, path, span: origin.span });
  note(session, node, origin.path, 'layer');
  if (
    session.named.sizes.size > 0 &&
    (use.data.some((input) => session.symbolic.has(input)) || hasSymbolicOption(use))
  )
    inferSymbolic(node, use, symbolicOptions(use, options), session);
  return tensorOf(node);
}

function fitsInMemory(type: TensorType, span: Span, session: Session): boolean {
  if (!isConcrete(type) || sizeOf(shapeOf(type)) <= limits.elements) return true;
  session.report(diagnostic('network/too-many-elements', { shape: showType(type) }, span));
  return false;
}

/** Attributes, type and weights of a layer, as one like it had them before; problems are reported. */
function layerFacts(use: Use, options: Attrs, span: Span, session: Session): LayerFacts | undefined {
  const { blocks } = session;
  const key = blocks && !use.options ? layerKey(use.def, options, use.data, blocks.keys) : undefined;
  if (!blocks || key === undefined) return newLayerFacts(use, options, span, session);
  const { layers } = blocks.memory;
  const facts = layers.get(key) ?? newLayerFacts(use, options, span, session);
  if (facts) layers.set(key, facts);
  return facts;
}

function newLayerFacts(use: Use, options: Attrs, span: Span, session: Session): LayerFacts | undefined {
  const types = use.data.map((node) => node.type);
  const attrs = canonicalAttrs(use.def, options, types);
  if (isProblem(attrs)) return reportProblem(attrs, use, span, session);
  const type = use.def.type(attrs, types);
  if (isProblem(type)) return reportProblem(type, use, span, session);
  if (!fitsInMemory(type, span, session)) return undefined;
  const specs = use.def.weights?.(attrs, types) ?? [];
  for (const spec of specs) if (!fitsInMemory(spec.type, span, session)) return undefined;
  return { attrs, type, weights: specs.map((spec) => ({ spec, attrs: paramAttrs(spec) })) };
}

/** The data, then the weights. */
function withWeights(
  weights: readonly LayerWeight[],
  use: Use,
  origin: Origin,
  session: Session,
): readonly Node[] | undefined {
  const inputs = use.data.slice();
  for (const weight of weights) {
    const node = weightNode(weight, use, origin, session);
    if (!node) return undefined;
    inputs.push(node);
  }
  return inputs;
}

function weightNode(
  { spec, attrs }: LayerWeight,
  use: Use,
  { path, span, site }: Origin,
  session: Session,
): Node | undefined {
  const full = join(path, spec.name);
  const known = session.weights.get(full);
  if (!known) {
    const { init } = spec;
    const node =
      init.kind === 'fixed'
        ? constNode(init.value, spec.type, { path: full, span })
        : typedNode('param', noNodes, attrs, { type: spec.type, path, span });
    session.weights.set(full, node);
    note(session, node, full, 'weight');
    return node;
  }
  if (!site.shared) return pathTaken(path, { known, span }, session);
  if (sameType(known.type, spec.type)) return known;
  const input = use.data[0];
  session.report(
    diagnostic('shape/shared-weights', { path }, span, {
      label: input ? `here it reads ${showType(input.type)}` : undefined,
      labels: known.span ? [{ span: known.span, text: `${spec.name} is ${showType(known.type)}` }] : [],
      notes: [
        {
          word: 'why',
          text: `an instance has one set of weights: ${spec.name} is ${showType(known.type)} for one use and would be ${showType(spec.type)} for the other`,
        },
      ],
      fixes: [
        {
          title:
            'bring both values to the same number of channels, or write the block twice (two sets of weights)',
          edits: [],
        },
      ],
    }),
  );
  return undefined;
}

/** Two layers may have one path where a person gave names: `as` twice, or a value and an output of one name. */
function pathTaken(
  path: string,
  { known, span }: { readonly known: Node; readonly span: Span },
  session: Session,
): undefined {
  const labels = known.span ? [{ span: known.span, text: 'this one owns them' }] : [];
  const fixes = [{ title: 'give one of the two, or the value or output around it, another name', edits: [] }];
  session.report(
    diagnostic('network/path-taken', { path }, span, { label: 'and this one too', labels, fixes }),
  );
}

/** The node of an arithmetic operation or of the language's own layers (preprocessing, output kinds). */
export function layer(
  name: string,
  data: readonly Node[],
  origin: {
    readonly path: string;
    readonly expr: Expr;
    readonly site: Site;
    readonly options?: Attrs;
    readonly operands?: readonly Expr[];
  },
  session: Session,
): Value {
  const def = findOp(name, data.length) ?? internal(`there is no operator ${name}`);
  const use: Use = {
    def,
    data,
    origins: data.map((node, i) => origin.operands?.[i]?.span ?? node.span),
    call: origin.expr,
    args: [],
    ...(origin.operands ? { operands: origin.operands.map((expr) => ({ label: undefined, expr })) } : {}),
    ...(origin.options ? { options: origin.options } : {}),
  };
  return makeLayer(use, { path: origin.path, span: origin.expr.span, site: origin.site }, session);
}
