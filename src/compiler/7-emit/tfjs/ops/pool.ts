/** Pools of every rank. tfjs pools 2-D and 3-D maps; a 1-D one passes as a map of width 1. Padding never wins and is never counted. */
import { shapeOf } from '../../../ir/type.ts';
import type { Code } from '../../typescript/code.ts';
import { tf, type OpContext, type OpEmitter } from './emitter.ts';
import { collapse, concretePads, padFirst, padOf2d, windowOf, type EmittedWindow } from './window.ts';

export const maxpool: OpEmitter = (op) => pool(op, 'maxPool');
export const avgpool: OpEmitter = (op) => pool(op, 'avgPool');

function pool(op: OpContext, name: 'maxPool' | 'avgPool'): Code {
  const w = windowOf(op.node);
  const counting = name === 'avgPool' && op.node.attrs.count_padding === true;
  if (counting && w.pad !== 'valid') return paddedAverage(op, { ...w, pad: concretePads(op.node) });
  if (w.rank === 2) return tf(name, op.input(0), collapse(w.kernel), w.strides, padOf2d(w));
  if (name === 'avgPool' && typeof w.pad !== 'string') return paddedAverage(op, w);
  const { x, pad } = padFirst(op.input(0), w.pad, -Infinity);
  return plainPool(x, { ...w, pad }, name);
}

/** A pool without explicit padding; 1-D as a map of width 1. */
function plainPool(x: Code, w: EmittedWindow & { pad: 'same' | 'valid' }, name: 'maxPool' | 'avgPool'): Code {
  if (w.rank === 3) return tf(`${name}3d`, x, collapse(w.kernel), w.strides, w.pad);
  if (w.rank === 2) return tf(name, x, collapse(w.kernel), w.strides, w.pad);
  const column = tf('expandDims<tf.Tensor4D>', x, 2);
  const pooled = tf(name, column, [w.kernel[0] ?? 1, 1], [w.strides, 1], w.pad);
  return tf('squeeze<tf.Tensor3D>', pooled, [2]);
}

/** The average over a zero-padded window, over the share of the window that lies inside. */
function paddedAverage(op: OpContext, w: EmittedWindow): Code {
  const average = plainPool(padFirst(op.input(0), w.pad).x, { ...w, pad: 'valid' }, 'avgPool');
  if (op.node.attrs.count_padding === true) return average;
  const spatial = shapeOf(op.node.inputs[0]?.type ?? op.node.type).slice(0, -1);
  const ones = padFirst(tf(`ones<tf.Rank.R${w.rank + 2}>`, [1, ...spatial, 1]), w.pad).x;
  return tf(
    'div',
    average,
    op.entry(`${op.node.path}.inside`, plainPool(ones, { ...w, pad: 'valid' }, 'avgPool')),
  );
}
