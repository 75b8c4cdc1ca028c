/**
 * Broadcasting by axis name, spelled in the positional broadcasting of TensorFlow.js: axes that a value lacks become ones.
 * [C] beside [H, W, C] needs nothing where it is a weight, and `[batch, 1, 1, C]` where it belongs to a sample.
 */
import type { Node } from '../../ir/graph.ts';
import { shapeOf, type TensorType } from '../../ir/type.ts';
import type { Code } from '../typescript/code.ts';
import { reshape, tf } from './ops/emitter.ts';

/** `value` (of type `from`, with a batch axis if `lead` is 1) as an operand of an element-wise operation on type `to`. */
export function broadcastTo(value: Code, from: TensorType, to: TensorType, lead: 0 | 1): Code {
  const missing = to.axes.map((axis) => !from.axes.includes(axis));
  if (!missing.includes(true)) return value;
  const firstOwn = missing.indexOf(false);
  const onlyLeading = firstOwn === -1 || !missing.slice(firstOwn).includes(true);
  if (lead === 0 && onlyLeading) return value;
  const dims = to.axes.map((axis) => shapeOf(from)[from.axes.indexOf(axis)] ?? 1);
  return reshape(value, dims, lead);
}

/** The whole type's shape, for operands whose axes must all be present (`tf.tile` to it). */
export function expandTo(value: Code, node: Node, to: TensorType, lead: 0 | 1): Code {
  const shape = shapeOf(to);
  const present = to.axes.map((axis) => shapeOf(node.type)[node.type.axes.indexOf(axis)] ?? 1);
  const repeats = shape.map((n, i) => n / (present[i] ?? 1));
  const aligned = reshape(value, present, lead);
  return repeats.every((n) => n === 1)
    ? aligned
    : tf('tile', aligned, lead === 1 ? [1, ...repeats] : repeats);
}
