/** Operators along named axes. */
import { text } from '../../../src/compiler/ops/shared/attrs.ts';
import type { OperatorName } from '../schema.ts';
import {
  inputType,
  ownShape,
  same,
  type TensorId,
  type TfliteContext,
  type TfliteEmitter,
} from './emitter.ts';

type Reduction = 'MEAN' | 'SUM' | 'REDUCE_MAX' | 'REDUCE_MIN';

/** Along the written axis; the format works along the last one only, so another one trades places with it. */
export function alongAxis(name: 'SOFTMAX' | 'LOG_SOFTMAX'): TfliteEmitter {
  return (op) => {
    const x = op.input(0);
    const axis = inputType(op).axes.indexOf(text(op.node.attrs, 'axis')) + 1;
    const last = op.shapeOf(x).length - 1;
    const swapped = op.shapeOf(x).map((_, i) => (i === axis ? last : i === last ? axis : i));
    const moved = axis === last ? x : permuted(op, x, swapped);
    const shape = op.shapeOf(moved);
    const options = name === 'SOFTMAX' ? { options: { beta: 1 } } : {};
    const result = op.emit(name, [moved], { shape, ...options });
    return axis === last ? result : permuted(op, result, swapped);
  };
}

/** The tensor with its axes in another order, the batch included. */
export function permuted(op: TfliteContext, x: TensorId, order: readonly number[]): TensorId {
  if (order.every((axis, i) => axis === i)) return x;
  const shape = op.shapeOf(x);
  return op.emit('TRANSPOSE', [x, op.ints(order)], { shape: order.map((axis) => shape[axis] ?? 1) });
}

/** Whole numbers travel as floats. */
export const argmax: TfliteEmitter = (op) => {
  const axis = inputType(op).axes.indexOf(text(op.node.attrs, 'axis')) + 1;
  const shape = ownShape(op);
  const index = op.emit('ARG_MAX', [op.input(0), op.ints([axis])], {
    shape,
    type: 'INT32',
    options: { outputType: 2 },
  });
  return op.emit('CAST', [index], { shape, options: { inType: 2, outType: 0 } });
};

/** Reduction over the axes that the result lacks. */
export function overAxes(name: Reduction): TfliteEmitter {
  return (op) => reduced(op, name, op.input(0));
}

/** √(sum(x²)). */
export const l2norm: TfliteEmitter = (op) =>
  same(op, 'SQRT', reduced(op, 'SUM', same(op, 'SQUARE', op.input(0))));

function reduced(op: TfliteContext, name: Reduction, x: TensorId): TensorId {
  const axes = inputType(op).axes.flatMap((axis, i) => (op.node.type.axes.includes(axis) ? [] : [i + 1]));
  if (axes.length === 0) return x;
  return op.emit(name, [x, op.ints(axes)], { shape: ownShape(op), options: { keepDims: false } });
}

/** Mean over axes that stay, with size 1. */
export function meanKept(op: TfliteContext, x: TensorId, axes: readonly number[]): TensorId {
  const shape = op.shapeOf(x).map((n, i) => (axes.includes(i) ? 1 : n));
  return op.emit('MEAN' satisfies OperatorName, [x, op.ints(axes)], { shape, options: { keepDims: true } });
}
