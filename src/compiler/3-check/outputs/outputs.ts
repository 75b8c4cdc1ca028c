/**
 * Outputs of nets: what a value means to the caller. Most kinds only say how to read the value; some finish it: `label` and
 * `labels` end in probabilities (softmax, sigmoid, unless the value is one already), `embedding` has length 1.
 */
import type { Expr, OutStatement } from '../../1-parse/ast.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import { outputKinds } from '../../2-resolve/vocabulary.ts';
import { counted } from '../../diagnostics/count.ts';
import type { Edit, Fix } from '../../diagnostics/diagnostic.ts';
import { lineBelow } from '../../diagnostics/line-below.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import type { Node, OutputKind } from '../../ir/graph.ts';
import { scalarType } from '../../ir/type.ts';
import { constNode } from '../../ops/build.ts';
import { withinBounds } from '../bounds.ts';
import { channelMaker, channelsFix } from '../mismatch/channels.ts';
import { classNames } from './classes.ts';
import { detectOutput } from './detect.ts';
import { argument, flow, mistyped } from '../evaluate.ts';
import { enter, join, type Site } from '../frame.ts';
import type { PendingOutput } from '../net.ts';
import { layer } from '../operator.ts';
import type { Session } from '../session.ts';
import { describeType, unknown, type Value } from '../value.ts';

export interface FinishedOutput {
  readonly nodes: readonly Node[];
  readonly output: OutputKind;
}

/** The nodes of an output and what they mean; undefined where something is wrong (reported). */
export function outputNodes(
  { statement, site }: PendingOutput,
  session: Session,
): FinishedOutput | undefined {
  const named = statement.name ? enter(site, statement.name.name) : site;
  const { value } = statement;
  const isKind =
    value.kind === 'call' &&
    value.callee.kind === 'name' &&
    outputKinds.has(value.callee.name) &&
    !session.model.bindings.has(value.callee);
  if (!isKind || value.kind !== 'call' || value.callee.kind !== 'name') {
    const node = nodeOf(value, named, session, severalOutputs(statement));
    return node && { nodes: [node], output: { kind: 'tensor' } };
  }
  const kind = value.callee.name as OutputKind['kind'];
  if (kind === 'detect') return detectOutput(statement, value, named, session);
  const { unknownOptions } = session.model;
  const [first, second] = value.args.filter((arg) => !arg.name && !unknownOptions.has(arg));
  const count = value.args.find(({ name }) => name?.name === 'count') ?? second;
  // What was given in a way that does not exist was meant for what is missing.
  const complete = first && (kind !== 'points' || count);
  if (!complete && value.args.some((arg) => unknownOptions.has(arg))) return undefined;
  const node = first ? nodeOf(first.value, named, session) : missingValue(kind, value, session);
  return node && typed(kind, node, { statement, expr: value, site: named, count: count?.value }, session);
}

function missingValue(kind: string, expr: Expr, session: Session): undefined {
  session.report(diagnostic('value/missing-argument', { what: kind, option: 'a value' }, expr.span));
}

export function nodeOf(
  expr: Expr,
  site: Site,
  session: Session,
  fixes: readonly Fix[] = [],
): Node | undefined {
  const value = flow(expr, site, session);
  if (value.kind === 'tensor') return value.node;
  mistyped(value, 'a value of the net', expr, session, fixes);
  return undefined;
}

/** `out (y, z)` as two outputs. */
function severalOutputs({ value, name, span }: OutStatement): readonly Fix[] {
  if (name || (value.kind !== 'tuple' && value.kind !== 'list')) return [];
  const names = value.items.flatMap((item) => (item.kind === 'name' ? [item.name] : []));
  if (names.length === 0 || names.length < value.items.length) return [];
  const [first = '', ...others] = names.map((each) => `out ${each}: tensor(${each})`);
  const edits = [{ span, text: first }, ...others.map((text) => lineBelow(span, text))];
  return [{ title: [first, ...others].join(', '), edits }];
}

interface Origin {
  readonly statement: OutStatement;
  readonly expr: Expr;
  readonly site: Site;
  /** The option of `points`. */
  readonly count: Expr | undefined;
}

function typed(
  kind: Exclude<OutputKind['kind'], 'detect'>,
  node: Node,
  origin: Origin,
  session: Session,
): FinishedOutput | undefined {
  switch (kind) {
    case 'tensor':
      return { nodes: [node], output: { kind } };
    case 'image':
      return mapProblem(kind, node, origin, session) ? undefined : { nodes: [node], output: { kind } };
    case 'label':
    case 'labels':
    case 'mask':
      return classified(kind, node, origin, session);
    case 'prob':
      return isPlaceless(kind, node, origin, session)
        ? finished(node, 'sigmoid', origin, { kind }, session)
        : undefined;
    case 'embedding':
      return isVector(kind, node, origin, session) ? embedded(node, origin, session) : undefined;
    case 'points':
      return points(node, origin, session);
  }
}

function classified(
  kind: 'label' | 'labels' | 'mask',
  node: Node,
  origin: Origin,
  session: Session,
): FinishedOutput | undefined {
  const channels = Number(node.type.dims.at(-1) ?? 1);
  if (kind === 'mask' ? mapProblem(kind, node, origin, session) : !isVector(kind, node, origin, session))
    return undefined;
  if (kind === 'label' && channels === 1) return singleScore(kind, origin, session);
  const names = classNames(origin.statement, { kind, scores: node }, origin.site, session);
  if (!names) return undefined;
  const output: OutputKind = { kind, ...names };
  if (kind === 'labels' || (kind === 'mask' && channels === 1))
    return finished(node, 'sigmoid', origin, output, session);
  if (kind === 'mask') return { nodes: [node], output };
  return finished(node, 'softmax', origin, output, session);
}

/** One score cannot be the best of several; it is a probability. */
function singleScore(kind: 'label', { expr, statement }: Origin, session: Session): undefined {
  if (expr.kind !== 'call') return undefined;
  const { callee, span } = expr;
  const edits = [{ span: callee.span, text: 'prob' }];
  if (statement.of) edits.push({ span: { ...span, start: span.end, end: statement.of.span.end }, text: '' });
  const value = expr.args[0] ? textOf(expr.args[0].span).replace(/\s+/g, ' ') : '';
  const fixes = [{ title: `prob(${value})`, edits }];
  session.report(diagnostic('network/single-score', { kind }, span, { fixes }));
}

/** Reports a value that is no vector. */
function isVector(kind: string, node: Node, origin: Origin, session: Session): boolean {
  if (node.type.axes.length === 1) return true;
  if (node.type.axes.length === 0 && kind === 'label') return singleScore(kind, origin, session) ?? false;
  return isPlaceless(kind, node, origin, session) && noVector(kind, node, origin, session);
}

/** Reports a value with places: what is said of the input as a whole has none. */
function isPlaceless(kind: string, node: Node, origin: Origin, session: Session): boolean {
  return node.type.axes.length <= 1 || noVector(kind, node, origin, session);
}

function noVector(kind: string, node: Node, { expr }: Origin, session: Session): false {
  const value = expr.kind === 'call' ? expr.args[0]?.span : undefined;
  const fixes: Fix[] = [];
  if (value && node.type.axes.length > 1)
    fixes.push({ title: 'average over the places first: -> gap', edits: [behind(value, ' -> gap')] });
  if (value && kind === 'prob' && node.type.axes.length > 1) {
    const whole = `tensor(${textOf(value)} -> sigmoid)`;
    fixes.push({ title: `one for each place: ${whole}`, edits: [{ span: expr.span, text: whole }] });
  }
  session.report(
    diagnostic('network/output-vector', { kind, shape: describeType(node.type) }, expr.span, { fixes }),
  );
  return false;
}

function behind(span: Span, text: string): Edit {
  return { span: { ...span, start: span.end }, text };
}

/** True, and reported, where a value is no picture, or no mask. */
function mapProblem(kind: 'image' | 'mask', node: Node, { expr }: Origin, session: Session): boolean {
  const { axes, dims } = node.type;
  const places = axes.filter((axis) => axis !== 'C').length;
  const channels = axes.includes('C') ? Number(dims[axes.indexOf('C')]) : 1;
  const fits = kind === 'mask' ? places > 0 : places === 2 && [1, 3, 4].includes(channels);
  if (fits) return false;
  const needs = kind === 'mask' ? 'a score per class' : 'height, width, and 1, 3 or 4 channels';
  const value = expr.kind === 'call' ? expr.args[0] : undefined;
  const fixes =
    kind === 'image' && places === 2 && value
      ? [{ title: '-> conv(3, 1)', edits: [behind(value.span, ' -> conv(3, 1)')] }]
      : [];
  const args = { kind, needs, shape: describeType(node.type) };
  session.report(diagnostic('network/output-map', args, expr.span, { fixes }));
  return true;
}

/** Appends `op` unless the value is a probability already. */
function finished(
  node: Node,
  op: 'softmax' | 'sigmoid',
  { expr, site }: Origin,
  output: OutputKind,
  session: Session,
): FinishedOutput | undefined {
  if (['softmax', 'sigmoid', 'hsigmoid'].includes(node.op)) return { nodes: [node], output };
  const value: Value = layer(op, [node], { path: join(site.path, op), expr, site }, session);
  return value.kind === 'tensor' ? { nodes: [value.node], output } : undefined;
}

/** x / max(‖x‖, 10⁻¹²): of length 1, and zero where x is zero. */
function embedded(node: Node, { expr, site }: Origin, session: Session): FinishedOutput | undefined {
  const at = (name: string): Parameters<typeof layer>[2] => ({ path: join(site.path, name), expr, site });
  const length = layer('l2norm', [node], at('length'), session);
  if (length.kind !== 'tensor') return undefined;
  const tiny = constNode({ shape: [], data: new Float32Array([1e-12]) }, scalarType);
  const safe = layer('max', [length.node, tiny], at('length'), session);
  const value = safe.kind === 'tensor' ? layer('div', [node, safe.node], at('unit'), session) : safe;
  return value.kind === 'tensor' ? { nodes: [value.node], output: { kind: 'embedding' } } : undefined;
}

function points(
  node: Node,
  { expr, site, count: countExpr }: Origin,
  session: Session,
): FinishedOutput | undefined {
  const count: Value = countExpr ? argument(countExpr, site, session) : unknown;
  const channels = Number(node.type.dims.at(-1) ?? 1);
  if (!countExpr) {
    const args = { what: 'points', option: 'the number of points' };
    session.report(diagnostic('value/missing-argument', args, expr.span));
    return undefined;
  }
  if (count.kind !== 'number') {
    mistyped(count, 'a number of points', countExpr, session);
    return undefined;
  }
  if (!Number.isInteger(count.value)) {
    mistyped(count, 'a whole number of points', countExpr, session);
    return undefined;
  }
  const bounded = { numbers: [count.value], option: 'count', what: 'points', span: countExpr.span };
  if (!withinBounds(bounded, { min: 1 }, session)) return undefined;
  if (node.type.axes.length === 1 && channels === 2 * count.value)
    return { nodes: [node], output: { kind: 'points', count: count.value } };
  const made = channelMaker(node).span;
  const needs = 2 * count.value;
  session.report(
    diagnostic(
      'network/points-width',
      { count: count.value, needs, found: node.type.dims.join('x') || 'a single number' },
      expr.span,
      {
        labels: made ? [{ span: made, text: counted(channels, 'channel') }] : [],
        fixes: node.type.axes.length === 1 ? channelsFix(node, needs) : [],
      },
    ),
  );
  return undefined;
}
