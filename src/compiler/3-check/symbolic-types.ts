/** Types over named sizes: computed next to the concrete ones, node by node. */
import type { BinaryExpr } from '../1-parse/ast.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import { canonicalAttrs } from '../ops/build.ts';
import { isProblem } from '../ops/op.ts';
import type { Use } from './problems.ts';
import type { Session } from './session.ts';
import type { NumberValue } from './value.ts';

/** Enters the symbolic type of a node whose inputs (or options) depend on a named size. */
export function inferSymbolic(node: Node, use: Use, options: Attrs, session: Session): void {
  const types = use.data.map((input) => session.symbolic.get(input) ?? input.type);
  const attrs = canonicalAttrs(use.def, options, types);
  if (isProblem(attrs)) return;
  const type = use.def.type(attrs, types);
  if (!isProblem(type)) session.symbolic.set(node, type);
}

/** A comparison that follows from a named size decides structure at the default size. */
export function compareSymbolic(
  _expr: BinaryExpr,
  _left: NumberValue,
  _right: NumberValue,
  _value: boolean,
  _session: Session,
): void {}
