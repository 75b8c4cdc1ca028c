/** Products of matrices, and tables. */
import { sizeOf } from '../../../src/compiler/ir/type.ts';
import { number, texts } from '../../../src/compiler/ops/shared/attrs.ts';
import { binary } from './elementwise.ts';
import { inputType, ownShape, type TensorId, type TfliteContext, type TfliteEmitter } from './emitter.ts';
import { permuted } from './reduce.ts';

/** Fᵀ·F / places, with the map as a matrix [places, channels]. */
export const gram: TfliteEmitter = (op) => {
  const dims = inputType(op).dims.map(Number);
  const [places, channels] = [sizeOf(dims.slice(0, -1)), dims.at(-1) ?? 1];
  const rows = op.reshape(op.input(0), [1, places, channels]);
  const columns = permuted(op, rows, [0, 2, 1]);
  return binary(op, 'DIV', [product(op, columns, rows), op.floats([places])]);
};

/** Both operands as matrices with the summed axes last in the first and first in the second. */
export const matmul: TfliteEmitter = (op) => {
  const over = texts(op.node.attrs, 'over');
  return op.reshape(product(op, matrix(op, 0, over), matrix(op, 1, over)), ownShape(op));
};

function product(op: TfliteContext, a: TensorId, b: TensorId): TensorId {
  const shape = [1, op.shapeOf(a)[1] ?? 1, op.shapeOf(b)[2] ?? 1];
  return op.emit('BATCH_MATMUL', [a, b], { shape, options: { adjX: false, adjY: false } });
}

/** The operand as [1, rows, columns], each of which joins several axes. */
function matrix(op: TfliteContext, index: 0 | 1, over: readonly string[]): TensorId {
  const { axes, dims } = inputType(op, index);
  const own = axes.filter((axis) => !over.includes(axis));
  const [rows, columns] = index === 0 ? [own, over] : [over, own];
  const size = (names: readonly string[]): number =>
    sizeOf(names.map((axis) => Number(dims[axes.indexOf(axis)] ?? 1)));
  const ordered = permuted(op, op.input(index), [
    0,
    ...[...rows, ...columns].map((axis) => axes.indexOf(axis) + 1),
  ]);
  return op.reshape(ordered, [1, size(rows), size(columns)]);
}

/** Rows of the table. */
export const embedding: TfliteEmitter = (op) =>
  op.emit('GATHER', [op.weight(1), wholeNumbers(op)], { shape: ownShape(op), options: { axis: 0 } });

export const oneHot: TfliteEmitter = (op) => {
  const depth = op.ints([number(op.node.attrs, 'classes')], []);
  const values = [op.floats([1], []), op.floats([0], [])];
  return op.emit('ONE_HOT', [wholeNumbers(op), depth, ...values], {
    shape: ownShape(op),
    options: { axis: -1 },
  });
};

/** Whole numbers travel as floats. */
function wholeNumbers(op: TfliteContext): TensorId {
  const x = op.input(0);
  return op.emit('CAST', [x], { shape: op.shapeOf(x), type: 'INT32', options: { inType: 0, outType: 2 } });
}
