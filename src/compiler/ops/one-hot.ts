/** A whole number k becomes a vector with 1 at place k and 0 elsewhere: what targets given as classes need in gradients. */
import type { Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, scalarType, shapeOf, sizeOf } from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { elementwiseNest } from './shared/lowering.ts';

function lower(node: Node): Lowering {
  const [classes, axis] = [read.number(node.attrs, 'classes'), read.text(node.attrs, 'axis')];
  const x = { operand: 0, type: node.inputs[0]?.type ?? scalarType };
  const expr = s.select('eq', [s.arg(0), s.arg(1)], s.num(1), s.num(0));
  const nest = elementwiseNest(expr, [x], { operand: 2, type: node.type });
  const counter = { operand: 1, index: [axisIndex(axis)], outside: undefined };
  return {
    temps: [],
    constants: [{ type: featureMap([], classes), data: Float32Array.from({ length: classes }, (_, i) => i) }],
    kernels: [{ ...nest, loads: [...nest.loads, counter] }],
    alias: false,
  };
}

export const oneHot = defineOp({
  name: 'one_hot',
  doc: 'A vector with 1 at the place that the number names, along a new last axis.',
  category: 'internal',
  arity: { min: 1, max: 1 },
  params: [],
  type: (attrs, [input = scalarType]) => ({
    dtype: 'f32',
    axes: [...input.axes, read.text(attrs, 'axis')],
    dims: [...input.dims, read.number(attrs, 'classes')],
  }),
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const [shape, classes] = [shapeOf(output), read.number(attrs, 'classes')];
    const data = new Float32Array(sizeOf(shape));
    x?.data.forEach((k, i) => {
      if (Number.isInteger(k) && k >= 0 && k < classes) data[i * classes + k] = 1;
    });
    return { shape, data };
  },
  grad: () => [undefined],
  lower,
  onnx: { type: 'OneHot' },
  samples: [
    { inputs: [{ dtype: 'i32', axes: [], dims: [] }], options: { classes: 4, axis: 'C' }, range: [0, 4] },
    {
      inputs: [{ dtype: 'i32', axes: ['H', 'W'], dims: [2, 3] }],
      options: { classes: 5, axis: 'C' },
      range: [0, 5],
    },
  ],
});
