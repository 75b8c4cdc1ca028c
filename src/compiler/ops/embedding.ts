/** Table lookup: whole numbers to vectors. A number that is not in the table gives zeros. Bengio et al., JMLR 3 (2003). */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';
import { problem, showSizes } from './shared/problem.ts';

/** [L] → [L, C]; a lone axis C becomes L. */
function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const lone = input.axes.length === 1 && input.axes[0] === 'C';
  if (input.axes.includes('C') && !lone)
    return problem('shape/needs-indices', { shape: showSizes(input.dims) });
  const axes = lone ? ['L'] : input.axes;
  return { dtype: 'f32', axes: [...axes, 'C'], dims: [...input.dims, read.number(attrs, 'channels')] };
}

/** Σ over the table's rows of (index = row ? row's vector : 0): plain, and exact. */
function lower(node: Node): Lowering {
  const count = read.number(node.attrs, 'count');
  const index = node.type.axes.slice(0, -1).map((axis) => axisIndex(axis));
  return {
    temps: [],
    constants: [{ type: featureMap([], count), data: Float32Array.from({ length: count }, (_, i) => i) }],
    kernels: [
      {
        kind: 'nest',
        axes: loopsOver(node.type),
        reduce: [{ name: 'V', size: count }],
        combine: 'sum',
        loads: [
          { operand: 0, index, outside: undefined },
          { operand: 2, index: [axisIndex('V')], outside: undefined },
          { operand: 1, index: [axisIndex('V'), axisIndex('C')], outside: undefined },
        ],
        body: s.select('eq', [s.arg(0), s.arg(1)], s.arg(2), s.num(0)),
        finishLoads: [],
        finish: s.arg(0),
        out: { operand: 3, index: [...index, axisIndex('C')] },
      },
    ],
    alias: false,
  };
}

export const embedding = defineOp({
  name: 'embedding',
  doc: 'Table lookup: each whole number of the input becomes its row of `weight` [count, channels]. (Bengio et al. 2003)',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    {
      name: 'count',
      kind: 'int',
      default: undefined,
      min: 1,
      doc: 'Rows of the table: the input holds numbers from 0 to count − 1.',
    },
    { name: 'channels', kind: 'int', default: undefined, min: 1, doc: 'Size of each vector.' },
  ],
  weights: (attrs) => [
    {
      name: 'weight',
      type: {
        dtype: 'f32',
        axes: ['V', 'C'],
        dims: [read.number(attrs, 'count'), read.number(attrs, 'channels')],
      },
      trainable: true,
      // Variance 1, as PyTorch does.
      init: { kind: 'lecun_normal', fanIn: 1, fanOut: read.number(attrs, 'channels') },
    },
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x, weight], { output }) => {
    const [shape, channels] = [shapeOf(output), read.number(attrs, 'channels')];
    const data = new Float32Array(sizeOf(shape));
    x?.data.forEach((row, i) => {
      const inTable = Number.isInteger(row) && row >= 0 && row < read.number(attrs, 'count');
      if (inTable) data.set(weight?.data.subarray(row * channels, (row + 1) * channels) ?? [], i * channels);
    });
    return { shape, data };
  },
  grad: (node, upstream, build) => {
    const [x] = node.inputs;
    if (!x) return [];
    const places = node.type.axes.slice(0, -1);
    const lone = x.type.axes[0] === 'C' ? build('rename', [x], { from: 'C', to: 'L' }) : x;
    const hot = build('one_hot', [lone], { classes: read.number(node.attrs, 'count'), axis: 'V' });
    return [undefined, build('matmul', [hot, upstream], { over: places })];
  },
  lower,
  onnx: { type: 'Gather' },
  samples: [
    { inputs: [{ dtype: 'i32', axes: ['L'], dims: [6] }], options: { count: 5, channels: 3 }, range: [0, 5] },
    { inputs: [{ dtype: 'i32', axes: ['C'], dims: [4] }], options: { count: 9, channels: 2 }, range: [0, 9] },
  ],
});
