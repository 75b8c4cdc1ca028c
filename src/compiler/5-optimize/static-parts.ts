/**
 * Static subexpressions as nodes: what folding scales into weights builds. They are computed once, when weights are bound, so they follow
 * whatever weights are given.
 */
import type { Node } from '../ir/graph.ts';
import * as s from '../ir/scalar-build.ts';
import type { Scalar } from '../ir/scalar.ts';
import type { Axis } from '../ir/type.ts';
import { constNode } from '../ops/build.ts';
import { hasRole } from './fuse-elementwise.ts';
import { derive } from './pass.ts';
import { normal, type Tail } from './tail.ts';

/** One number, or one per channel. */
export function isVector(operand: Node, layer: Node): boolean {
  return operand.type.axes.length <= 1 && hasRole(operand, layer);
}

/** True for the constant `value`. */
export function isNumber(expr: Scalar, value: number): boolean {
  return expr.kind === 'const' && expr.value === value;
}

/** a · b, broadcast by axis names. */
export function product(layer: Node, a: Node, b: Node): Node {
  return derive(layer, 'map', [a, b], { expr: s.mul(s.arg(0), s.arg(1)) });
}

/** a + b, broadcast by axis names. */
export function sum(layer: Node, a: Node, b: Node): Node {
  return derive(layer, 'map', [a, b], { expr: s.add(s.arg(0), s.arg(1)) });
}

/** A vector of zeros for the layer's output channels. */
export function zeros(layer: Node): Node {
  return vectorNode(layer, new Float32Array(Number(layer.type.dims.at(-1))), 'C');
}

/** Known numbers along one axis, made for the sake of `layer`. */
export function vectorNode(layer: Node, values: ArrayLike<number>, axis: Axis): Node {
  const shape = [values.length];
  return constNode(
    { shape, data: Float32Array.from(values) },
    { dtype: 'f32', axes: [axis], dims: shape },
    { path: '', span: layer.span },
  );
}

/** A static expression as a node: one of its operands, a constant, or a map over static operands. */
export function staticMap(layer: Node, tail: Tail): Node {
  const { expr, operands } = normal(tail);
  const [only] = operands;
  if (only && expr.kind === 'arg') return only;
  if (only) return derive(layer, 'map', operands, { expr });
  const value = expr.kind === 'const' ? expr.value : NaN;
  return constNode(
    { shape: [], data: Float32Array.of(value) },
    { dtype: 'f32', axes: [], dims: [] },
    { path: '', span: layer.span },
  );
}
