/** Merges: one value per branch, each computed from the incoming value, combined by one operator. */
import type { Branch, Expr, MergeExpr } from '../1-parse/ast.ts';
import type { Span } from '../1-parse/source.ts';
import { operatorsCalled } from '../2-resolve/vocabulary.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Node } from '../ir/graph.ts';
import { scalarType } from '../ir/type.ts';
import { constNode } from '../ops/build.ts';
import { evaluateArguments, flow, mistyped } from './evaluate.ts';
import { bracesOf, childFrame, enter, join, type Site } from './frame.ts';
import { makeLayer } from './operator.ts';
import type { Session } from './session.ts';
import { unknown, type Value } from './value.ts';

export function evaluateMerge(expr: MergeExpr, site: Site, session: Session): Value {
  const def = operatorsCalled(expr.op.name).find(({ arity }) => arity.max > 1);
  // Every branch is evaluated, so that each one's errors are seen.
  const nodes = expr.branches.map((branch) => branchNode(branch, site, session));
  if (!def || nodes.some((node) => node === undefined)) return unknown;
  const args = evaluateArguments(expr.args, site, session);
  if (args.some((arg) => arg.value.kind === 'unknown')) return unknown;
  if (nodes.length < Math.max(2, def.arity.min) || nodes.length > def.arity.max) {
    const needs = def.arity.max === def.arity.min ? `${def.arity.min} values` : 'at least 2 values';
    session.report(diagnostic('value/arity', { layer: def.name, needs, found: nodes.length }, expr.op.span));
    return unknown;
  }
  const use = {
    def,
    data: nodes as Node[],
    origins: expr.branches.map((branch) => endOf(branch.value)),
    call: callOf(expr),
    args,
    operands: expr.branches.map(({ label, value }) => ({ label: label?.name, expr: value })),
  };
  return makeLayer(use, { path: join(site.path, def.name), span: expr.op.span, site }, session);
}

function branchNode({ label, value }: Branch, site: Site, session: Session): Node | undefined {
  const named = label ? enter(site, session.model.segments.get(label) ?? label.name) : site;
  const result = flow(value, bracesOf(named, childFrame(site.frame)), session);
  if (result.kind === 'tensor') return result.node;
  if (result.kind === 'number')
    return constNode({ shape: [], data: new Float32Array([result.value]) }, scalarType, {
      path: '',
      span: value.span,
    });
  mistyped(result, 'a value', value, session);
  return undefined;
}

/** Where a branch ends: its last stage. */
export function endOf(expr: Expr): Span {
  return expr.kind === 'pipeline' ? (expr.stages.at(-1)?.expr.span ?? expr.span) : expr.span;
}

/** The merge's head as a call, for fixes that set options. */
function callOf(expr: MergeExpr): Expr {
  const callee: Expr = { kind: 'name', name: expr.op.name, span: expr.op.span };
  return expr.args.length === 0 ? callee : { kind: 'call', callee, args: expr.args, span: expr.op.span };
}
