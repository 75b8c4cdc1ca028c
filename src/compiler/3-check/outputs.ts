/**
 * Outputs of nets: what a value means to the caller. Most kinds only say how to read the value; some finish it: `label` and
 * `labels` end in probabilities (softmax, sigmoid, unless the value is one already), `embedding` has length 1.
 */
import type { Expr, OutStatement } from '../1-parse/ast.ts';
import { outputKinds } from '../2-resolve/vocabulary.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node, OutputKind } from '../ir/graph.ts';
import { scalarType } from '../ir/type.ts';
import { constNode } from '../ops/build.ts';
import { classNames } from './classes.ts';
import { detectOutput } from './detect.ts';
import { argument, flow, mistyped } from './evaluate.ts';
import { enter, join, type Site } from './frame.ts';
import type { PendingOutput } from './net.ts';
import { layer } from './operator.ts';
import type { Session } from './session.ts';
import { unknown, type Value } from './value.ts';

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
    const node = nodeOf(value, named, session);
    return node && { nodes: [node], output: { kind: 'tensor' } };
  }
  const kind = value.callee.name as OutputKind['kind'];
  if (kind === 'detect') return detectOutput(statement, value, named, session);
  const [first, ...rest] = value.args;
  const node = first ? nodeOf(first.value, named, session) : missingValue(kind, value, session);
  return (
    node &&
    typed(
      kind,
      node,
      rest.map((arg) => arg.value),
      { statement, expr: value, site: named },
      session,
    )
  );
}

function missingValue(kind: string, expr: Expr, session: Session): undefined {
  session.report(diagnostic('value/missing-argument', { what: kind, option: 'a value' }, expr.span));
}

export function nodeOf(expr: Expr, site: Site, session: Session): Node | undefined {
  const value = flow(expr, site, session);
  if (value.kind === 'tensor') return value.node;
  mistyped(value, 'a value of the net', expr, session);
  return undefined;
}

interface Origin {
  readonly statement: OutStatement;
  readonly expr: Expr;
  readonly site: Site;
}

function typed(
  kind: Exclude<OutputKind['kind'], 'detect'>,
  node: Node,
  rest: readonly Expr[],
  origin: Origin,
  session: Session,
): FinishedOutput | undefined {
  switch (kind) {
    case 'tensor':
    case 'image':
      return { nodes: [node], output: { kind } };
    case 'label':
    case 'labels':
    case 'mask':
      return classified(kind, node, origin, session);
    case 'prob':
      return finished(node, 'sigmoid', origin, { kind }, session);
    case 'embedding':
      return embedded(node, origin, session);
    case 'points':
      return points(node, rest, origin, session);
  }
}

function classified(
  kind: 'label' | 'labels' | 'mask',
  node: Node,
  origin: Origin,
  session: Session,
): FinishedOutput | undefined {
  const channels = Number(node.type.dims.at(-1) ?? 1);
  const names = classNames(origin.statement, { channels, made: node.span }, origin.site, session);
  if (!names) return undefined;
  if (kind !== 'mask' && node.type.axes.length !== 1) {
    session.report(
      diagnostic('network/output-vector', { kind, shape: node.type.dims.join('x') }, origin.expr.span, {
        fixes: [{ title: 'average over the places first: -> gap', edits: [] }],
      }),
    );
    return undefined;
  }
  const output: OutputKind = { kind, ...names };
  if (kind === 'labels' || (kind === 'mask' && channels === 1))
    return finished(node, 'sigmoid', origin, output, session);
  if (kind === 'mask') return { nodes: [node], output };
  return finished(node, 'softmax', origin, output, session);
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
  rest: readonly Expr[],
  { expr, site }: Origin,
  session: Session,
): FinishedOutput | undefined {
  const [countExpr] = rest;
  const count: Value = countExpr ? argument(countExpr, site, session) : unknown;
  const channels = Number(node.type.dims.at(-1) ?? 1);
  if (!countExpr) return missingValue('points', expr, session);
  if (count.kind !== 'number') {
    mistyped(count, 'a number of points', countExpr, session);
    return undefined;
  }
  if (node.type.axes.length === 1 && channels === 2 * count.value)
    return { nodes: [node], output: { kind: 'points', count: count.value } };
  session.report(
    diagnostic(
      'network/points-width',
      { count: count.value, needs: 2 * count.value, found: node.type.dims.join('x') },
      expr.span,
    ),
  );
  return undefined;
}
