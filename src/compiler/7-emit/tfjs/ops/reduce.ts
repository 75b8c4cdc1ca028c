/** Operators along named axes: softmax, sums, means, extremes. */
import type { Node } from '../../../ir/graph.ts';
import { text } from '../../../ops/shared/attrs.ts';
import type { Code } from '../../typescript/code.ts';
import { tf, type OpContext, type OpEmitter } from './emitter.ts';

/** `tf.name(x)` along the written axis; tfjs works along the last one only, so another one trades places with it. */
export function alongAxis(name: string): OpEmitter {
  return (op) => {
    const rank = op.node.type.axes.length + op.lead;
    const axis = axisOf(op.node, op.lead);
    if (axis === rank - 1) return tf(name, op.input(0));
    const swapped = Array.from({ length: rank }, (_, i) =>
      i === axis ? rank - 1 : i === rank - 1 ? axis : i,
    );
    return tf('transpose', tf(name, tf('transpose', op.input(0), swapped)), swapped);
  };
}

function axisOf(node: Node, lead: 0 | 1): number {
  return (node.inputs[0]?.type.axes.indexOf(text(node.attrs, 'axis')) ?? 0) + lead;
}

/** `tf.name(x, axes)` over the axes that the result lacks. */
export function overAxes(name: string): OpEmitter {
  return (op) => reduced(op, name, op.input(0));
}

/** `√(sum(x²))`. */
export const l2norm: OpEmitter = (op) => tf('sqrt', reduced(op, 'sum', tf('square', op.input(0))));

export const argmax: OpEmitter = (op) => tf('argMax', op.input(0), axisOf(op.node, op.lead));

function reduced({ node, lead }: OpContext, name: string, x: Code): Code {
  const input = node.inputs[0]?.type ?? node.type;
  const axes = input.axes.flatMap((axis, i) => (node.type.axes.includes(axis) ? [] : [i + lead]));
  return tf(name, x, axes);
}
