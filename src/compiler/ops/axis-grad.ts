/**
 * Gradient of an operator that maps one axis linearly (interpolation, mirrored borders): dx[i] = Σ over o of matrix[o, i] · g[o], where
 * `matrix` [out, in] is how each output place mixes the input's. One step per axis.
 */
import type { Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex, rowStrides } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';

function evalGrad(matrix: Tensor, g: Tensor | undefined, at: number, shape: readonly number[]): Tensor {
  const [outputs = 1, inputs = 1] = matrix.shape;
  const step = rowStrides(shape)[at] ?? 1;
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const [block, place, within] = [Math.floor(i / (step * inputs)), Math.floor(i / step) % inputs, i % step];
    let sum = 0;
    for (let o = 0; o < outputs; o++)
      sum +=
        (matrix.data[o * inputs + place] ?? NaN) * (g?.data[(block * outputs + o) * step + within] ?? NaN);
    data[i] = sum;
  }
  return { shape, data };
}

function lower(node: Node): Lowering {
  const [axis, matrix] = [read.text(node.attrs, 'axis'), read.tensor(node.attrs, 'matrix')];
  const [outputs = 1, inputs = 1] = matrix.shape;
  const place = node.type.axes.map((name) => axisIndex(name));
  const summed = node.type.axes.map((name) => axisIndex(name === axis ? 'sum' : name));
  const type: TensorType = { dtype: 'f32', axes: ['O', 'I'], dims: [outputs, inputs] };
  return {
    temps: [],
    constants: [{ type, data: matrix.data }],
    kernels: [
      {
        kind: 'nest',
        axes: loopsOver(node.type),
        reduce: [{ name: 'sum', size: outputs }],
        combine: 'sum',
        loads: [
          { operand: 1, index: [axisIndex('sum'), axisIndex(axis)], outside: undefined },
          { operand: 0, index: summed, outside: undefined },
        ],
        body: s.mul(s.arg(0), s.arg(1)),
        finishLoads: [],
        finish: s.arg(0),
        out: { operand: 2, index: place },
      },
    ],
    alias: false,
  };
}

export const axisGrad = defineOp({
  name: 'axis_grad',
  doc: 'Gradient of an operator that maps one axis linearly, given as a matrix [out, in].',
  category: 'internal',
  arity: { min: 1, max: 1 },
  params: [],
  type: (attrs, [g = featureMap([], 1)]) => {
    const inputs = read.tensor(attrs, 'matrix').shape[1] ?? 1;
    const axis = read.text(attrs, 'axis');
    return { ...g, dtype: 'f32', dims: g.dims.map((n, i) => (g.axes[i] === axis ? inputs : n)) };
  },
  cost: () => ({ macs: 0 }),
  eval: (attrs, [g], { output }) => {
    const at = output.axes.indexOf(read.text(attrs, 'axis'));
    return evalGrad(read.tensor(attrs, 'matrix'), g, at, shapeOf(output));
  },
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    {
      inputs: [featureMap([3, 4], 2)],
      options: { axis: 'H', matrix: { shape: [3, 2], data: Float32Array.of(1, 0, 0.5, 0.5, 0, 1) } },
    },
    {
      inputs: [featureMap([5], 3)],
      options: {
        axis: 'L',
        matrix: { shape: [5, 3], data: Float32Array.of(0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0) },
      },
    },
  ],
});
