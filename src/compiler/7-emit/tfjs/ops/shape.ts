/** Operators that move values without computing: flatten, reshape, transpose, pad, concat, and parts. */
import { shapeOf } from '../../../ir/type.ts';
import { padsOf } from '../../../ops/pad.ts';
import * as read from '../../../ops/shared/attrs.ts';
import { beginsOf } from '../../ranges.ts';
import { reshape, tf, type OpEmitter } from './emitter.ts';

/** The same values under the node's own shape; with channels last, flatten is nothing else. */
export const toOwnShape: OpEmitter = (op) => reshape(op.input(0), shapeOf(op.node.type), op.lead);

export const concat: OpEmitter = (op) => {
  const axis = op.node.type.axes.indexOf(read.text(op.node.attrs, 'axis')) + op.lead;
  return tf(
    'concat',
    op.node.inputs.map((_, i) => op.input(i)),
    axis,
  );
};

/** `tf.slice(x, begin, size)`; -1 is everything. */
export const part: OpEmitter = (op) => {
  const batch = op.lead === 1 ? { begin: [0], size: [-1] } : { begin: [], size: [] };
  const size = shapeOf(op.node.type);
  return tf('slice', op.input(0), [...batch.begin, ...beginsOf(op.node)], [...batch.size, ...size]);
};

/** Zeros or another value, mirrored, or with the edge repeated (tfjs has no operation for the last: rows are gathered by index). */
export const pad: OpEmitter = (op) => {
  const pads = padsOf(op.node.attrs);
  const all = op.lead === 1 ? [[0, 0], ...pads] : pads;
  switch (read.text(op.node.attrs, 'mode')) {
    case 'reflect':
      return tf('mirrorPad', op.input(0), all, 'reflect');
    case 'edge':
      return pads.reduce((x, [begin, end], axis) => {
        const size = Number(op.node.inputs[0]?.type.dims[axis]);
        const rows = Array.from({ length: begin + size + end }, (_, i) =>
          Math.min(Math.max(i - begin, 0), size - 1),
        );
        return begin + end === 0 ? x : tf('gather', x, rows, axis + op.lead);
      }, op.input(0));
    default: {
      const value = read.number(op.node.attrs, 'value');
      return tf('pad', op.input(0), all, ...(value === 0 ? [] : [value]));
    }
  }
};

export const transpose: OpEmitter = (op) => {
  const axes = op.node.inputs[0]?.type.axes ?? [];
  const order = op.node.type.axes.map((axis) => axes.indexOf(axis) + op.lead);
  return tf('transpose', op.input(0), op.lead === 1 ? [0, ...order] : order);
};
