/**
 * Element-wise tails: a scalar expression over a node's value (argument 0, or none for a `map`) and further operands. Fusion composes
 * tails, drops what is not used, and keeps them small enough to stay in registers.
 */
import type { Node } from '../ir/graph.ts';
import * as s from '../ir/scalar-build.ts';
import { scalarSize, simplifyScalar } from '../ir/scalar-simplify.ts';
import type { Scalar } from '../ir/scalar.ts';
import { opDef } from '../ops/index.ts';
import * as read from '../ops/shared/attrs.ts';

/** An expression over `operands`: argument i is operand i. */
export interface Tail {
  readonly expr: Scalar;
  readonly operands: readonly Node[];
}

/** Most operations and leaves of a fused expression: beyond it, registers spill and code grows. */
const largestTail = 96;

/** Most inputs of a merge that becomes an expression; one of more is split before (fuse-elementwise.ts). */
export const mostInputs = 64;

/** The node as an expression over its inputs, if it is element-wise. */
export function tailOf(node: Node): Tail | undefined {
  if (node.op !== 'map' && node.inputs.length > mostInputs) return undefined;
  const known = tails.get(node);
  if (known) return known.tail;
  const scalar = opDef(node.op).scalar?.(node.attrs, node.inputs.length);
  const tail = scalar && normal({ expr: scalar, operands: node.inputs });
  tails.set(node, { tail });
  return tail;
}

/** Nodes never change, and several rules ask for the tail of each. */
const tails = new WeakMap<Node, { readonly tail: Tail | undefined }>();

/** `outer` with its operand `index` replaced by the expression `inner`; undefined where the result would be too large. */
export function compose(outer: Tail, index: number, inner: Tail): Tail | undefined {
  const shift = outer.operands.length;
  const args = outer.operands.map((_, i) => (i === index ? s.shiftArgs(inner.expr, shift) : undefined));
  const joined = normal({
    expr: s.substitute(outer.expr, args),
    operands: [...outer.operands, ...inner.operands],
  });
  return scalarSize(joined.expr) <= largestTail ? joined : undefined;
}

/** Scalar constants written into the expression, equal operands joined, unused ones dropped, the expression simplified. */
export function normal(tail: Tail): Tail {
  const inlined = tail.operands.map((operand) => constantOf(operand));
  const expr = simplifyScalar(s.substitute(tail.expr, inlined));
  const operands = [...new Set(s.argsOf(expr).map((i) => tail.operands[i] as Node))];
  const renamed = tail.operands.map((operand) => s.arg(operands.indexOf(operand)));
  return { expr: s.substitute(expr, renamed), operands };
}

/** The number that a scalar constant node holds. */
function constantOf(node: Node): Scalar | undefined {
  if (node.op !== 'const' || node.type.axes.length > 0) return undefined;
  const value = read.tensor(node.attrs, 'value').data[0];
  return value === undefined ? undefined : s.num(value);
}
