/** Operators that only move values. */
import { padsOf } from '../../../src/compiler/ops/pad.ts';
import * as read from '../../../src/compiler/ops/shared/attrs.ts';
import { beginsOf } from '../../../src/compiler/7-emit/ranges.ts';
import { inputType, ownShape, type TensorId, type TfliteContext, type TfliteEmitter } from './emitter.ts';
import { permuted } from './reduce.ts';

/** The same values under the node's own shape. */
export const toOwnShape: TfliteEmitter = (op) => op.reshape(op.input(0), ownShape(op));

export const concat: TfliteEmitter = (op) =>
  op.emit(
    'CONCATENATION',
    op.node.inputs.map((_, i) => op.input(i)),
    {
      shape: ownShape(op),
      options: { axis: op.node.type.axes.indexOf(read.text(op.node.attrs, 'axis')) + 1, activation: 0 },
    },
  );

export const part: TfliteEmitter = (op) => {
  const shape = ownShape(op);
  return op.emit('SLICE', [op.input(0), op.ints([0, ...beginsOf(op.node)]), op.ints(shape)], { shape });
};

/** Another value or zeros, mirrored, or with the edge repeated (the format has no operator for the last: rows are gathered by index). */
export const pad: TfliteEmitter = (op) => {
  const pads = [[0, 0] as const, ...padsOf(op.node.attrs)];
  const amounts = op.ints(pads.flat(), [pads.length, 2]);
  const shape = ownShape(op);
  switch (read.text(op.node.attrs, 'mode')) {
    case 'reflect':
      return op.emit('MIRROR_PAD', [op.input(0), amounts], { shape, options: { mode: 0 } });
    case 'edge':
      return pads.reduce((x, [begin, end], axis) => repeatEdge(op, x, { begin, end, axis }), op.input(0));
    default: {
      const value = read.number(op.node.attrs, 'value');
      return value === 0
        ? op.emit('PAD', [op.input(0), amounts], { shape })
        : op.emit('PADV2', [op.input(0), amounts, op.floats([value])], { shape });
    }
  }
};

function repeatEdge(
  op: TfliteContext,
  x: TensorId,
  { begin, end, axis }: { readonly begin: number; readonly end: number; readonly axis: number },
): TensorId {
  if (begin + end === 0) return x;
  const size = op.shapeOf(x)[axis] ?? 1;
  const rows = Array.from({ length: begin + size + end }, (_, i) =>
    Math.min(Math.max(i - begin, 0), size - 1),
  );
  return op.emit('GATHER', [x, op.ints(rows)], {
    shape: op.shapeOf(x).with(axis, rows.length),
    options: { axis },
  });
}

export const transpose: TfliteEmitter = (op) => {
  const { axes } = inputType(op);
  return permuted(op, op.input(0), [0, ...op.node.type.axes.map((axis) => axes.indexOf(axis) + 1)]);
};
