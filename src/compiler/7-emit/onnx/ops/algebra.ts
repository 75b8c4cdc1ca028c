/** Products of matrices, and tables. */
import type { Node } from '../../../ir/graph.ts';
import { isStatic } from '../../../ir/rewrite.ts';
import { shapeOf, sizeOf, type Tensor } from '../../../ir/type.ts';
import { number, texts } from '../../../ops/shared/attrs.ts';
import { transpose } from '../../../../weights/layout.ts';
import { inputType, onnxAxes, type OnnxContext, type OnnxEmitter } from './emitter.ts';
import { channelsFirst, reorder } from './shape.ts';
import { dataType } from '../schema.ts';

/** F·Fᵀ / places, with the map as [channels, places]. The result is symmetric, so the order of its axes does not matter. */
export const gram: OnnxEmitter = (op) => {
  const [channels = 1] = shapeOf(op.node.type);
  const places = sizeOf(shapeOf(inputType(op))) / channels;
  const features = op.emit('Reshape', [op.input(0), op.ints([1, channels, places])]);
  const product = op.emit('MatMul', [features, op.emit('Transpose', [features], { perm: [0, 2, 1] })]);
  return op.emit('Div', [product, op.floats([places], [])]);
};

/** Both operands as matrices with the summed axes last in the first and first in the second. */
export const matmul: OnnxEmitter = (op) => {
  const over = texts(op.node.attrs, 'over');
  const [a, b] = op.node.inputs.map((node) => node.type.axes.filter((axis) => !over.includes(axis)));
  const left = matrix(op, 0, [a ?? [], over]);
  const right = matrix(op, 1, [over, b ?? []]);
  const product = op.emit('Reshape', [
    op.emit('MatMul', [left, right]),
    op.ints([1, ...shapeOf(op.node.type)]),
  ]);
  return channelsFirst(op, product, op.node.type);
};

/** The operand as [1, rows, columns], each of which joins several axes. */
function matrix(
  op: OnnxContext,
  index: number,
  [rows, columns]: readonly [readonly string[], readonly string[]],
): string {
  const node = op.node.inputs[index] as Node;
  const { axes } = node.type;
  const size = (names: readonly string[]): number =>
    sizeOf(names.map((axis) => Number(node.type.dims[axes.indexOf(axis)] ?? 1)));
  const shape = [1, size(rows), size(columns)];
  const order = [...rows, ...columns];
  const permutation = order.map((axis) => axes.indexOf(axis));
  const change = (stored: Tensor): Tensor => ({
    shape,
    data: transpose(stored.data, stored.shape, permutation),
  });
  if (isStatic(node)) return op.weight(index, change);
  const ordered = reorder(op, op.input(index), onnxAxes(node.type), order);
  return op.emit('Reshape', [ordered, op.ints(shape)]);
}

/** Rows of the table; whole numbers travel as floats. */
export const embedding: OnnxEmitter = (op) => {
  const rows = op.emit('Gather', [op.weight(1), toInt(op)]);
  return channelsFirst(op, rows, op.node.type);
};

export const oneHot: OnnxEmitter = (op) => {
  const depth = op.ints([number(op.node.attrs, 'classes')]);
  const hot = op.emit('OneHot', [toInt(op), depth, op.floats([0, 1])], { axis: -1 });
  return channelsFirst(op, hot, op.node.type);
};

function toInt(op: OnnxContext): string {
  return op.emit('Cast', [op.input(0)], { to: dataType.int64 });
}
