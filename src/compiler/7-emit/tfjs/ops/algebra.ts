/** Products of matrices, and tables. */
import type { Node } from '../../../ir/graph.ts';
import { isStatic } from '../../../ir/rewrite.ts';
import { shapeOf, sizeOf, type TensorType } from '../../../ir/type.ts';
import { number, texts } from '../../../ops/shared/attrs.ts';
import { cast, type Code } from '../../typescript/code.ts';
import { reshape, tensorTypeName, tf, type OpContext, type OpEmitter } from './emitter.ts';

/** Fᵀ·F / places, with the map as a matrix [places, channels]. */
export const gram: OpEmitter = (op) => {
  const dims = op.node.inputs[0]?.type.dims.map(Number) ?? [];
  const [places, channels] = [sizeOf(dims.slice(0, -1)), dims.at(-1) ?? 1];
  const features = op.local('features', reshape(op.input(0), [places, channels], op.lead));
  return tf('div', tf('matMul', features, features, true), places);
};

/** Both operands as matrices with the summed axes last in the first and first in the second. */
export const matmul: OpEmitter = (op) => {
  const over = texts(op.node.attrs, 'over');
  const a = matrix(op, 0, { over, summedFirst: false });
  const b = matrix(op, 1, { over, summedFirst: true });
  return reshape(tf('matMul', a, b), shapeOf(op.node.type), op.lead);
};

interface MatrixOrder {
  readonly over: readonly string[];
  readonly summedFirst: boolean;
}

function matrix(op: OpContext, index: number, { over, summedFirst }: MatrixOrder): Code {
  const node = op.node.inputs[index] as Node;
  const lead = isStatic(node) ? 0 : 1;
  const own = node.type.axes.filter((axis) => !over.includes(axis));
  const order = summedFirst ? [...over, ...own] : [...own, ...over];
  const [rows, columns] = summedFirst ? [over, own] : [own, over];
  const ordered = permuted(op.input(index), node.type, { order, lead });
  const dims = [rows, columns].map((axes) => sizeOf(axes.map((axis) => sizeAlong(node.type, axis))));
  return node.type.axes.length === 2 ? ordered : reshape(ordered, dims, lead);
}

function permuted(
  value: Code,
  type: TensorType,
  { order, lead }: { readonly order: readonly string[]; readonly lead: 0 | 1 },
): Code {
  if (order.join() === type.axes.join()) return value;
  const axes = order.map((axis) => type.axes.indexOf(axis) + lead);
  return tf('transpose', value, lead === 1 ? [0, ...axes] : axes);
}

function sizeAlong(type: TensorType, axis: string): number {
  return Number(type.dims[type.axes.indexOf(axis)] ?? 1);
}

/** Rows of the table. */
export const embedding: OpEmitter = (op) => {
  const rows = tf('gather<tf.Tensor>', op.weight(1), tf('cast', op.input(0), 'int32'));
  return cast(rows, tensorTypeName(op.node.type.dims.length + op.lead));
};

export const oneHot: OpEmitter = (op) => {
  const hot = tf('oneHot', tf('cast', op.input(0), 'int32'), number(op.node.attrs, 'classes'));
  return cast(tf('cast', hot, 'float32'), tensorTypeName(op.node.type.dims.length + op.lead));
};
