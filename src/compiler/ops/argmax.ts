/** Place of the largest value along one axis; the first of them in a tie. No gradient exists. */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisParam, axisProblem, withoutAxis } from './shared/axes.ts';
import { axisIndex, rowStrides } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const axes = [read.text(attrs, 'axis')];
  return axisProblem('argmax', input, axes, 'axis') ?? { ...withoutAxis(input, axes), dtype: 'i32' };
}

function evalArgmax(attrs: Attrs, x: Tensor | undefined, input: TensorType, output: TensorType): Tensor {
  const [shape, at] = [shapeOf(input), input.axes.indexOf(read.text(attrs, 'axis'))];
  const [n, step] = [shape[at] ?? 1, rowStrides(shape)[at] ?? 1];
  const data = new Float32Array(sizeOf(shapeOf(output)));
  for (let o = 0; o < data.length; o++) {
    const first = Math.floor(o / step) * step * n + (o % step);
    for (let k = 1, best = 0; k < n; k++) {
      const better = (x?.data[first + k * step] ?? NaN) > (x?.data[first + best * step] ?? NaN);
      if (better) data[o] = best = k;
    }
  }
  return { shape: shapeOf(output), data };
}

/** The largest value, then the smallest index at which it stands (indices come from a table, as the kernel IR has no counters). */
function lower(node: Node): Lowering {
  const input = node.inputs[0]?.type ?? node.type;
  const axis = read.text(node.attrs, 'axis');
  const rest: TensorType = { ...node.type, dtype: 'f32' };
  const reduce = loopsOver(input).filter(({ name }) => name === axis);
  const n = reduce[0]?.size ?? 1;
  const [whole, kept] = [input, rest].map((type) => type.axes.map((name) => axisIndex(name)));
  const x = { operand: 0, index: whole ?? [], outside: undefined };
  const max = { operand: 1, index: kept ?? [], outside: undefined };
  const counter = { operand: 2, index: [axisIndex(axis)], outside: undefined };
  const shared = { kind: 'nest', axes: loopsOver(rest), reduce, finishLoads: [], finish: s.arg(0) } as const;
  return {
    temps: [rest],
    constants: [{ type: featureMap([], n), data: Float32Array.from({ length: n }, (_, i) => i) }],
    kernels: [
      { ...shared, combine: 'max', loads: [x], body: s.arg(0), out: { operand: 1, index: max.index } },
      {
        ...shared,
        combine: 'min',
        loads: [x, max, counter],
        body: s.select('eq', [s.arg(0), s.arg(1)], s.arg(2), s.num(n)),
        out: { operand: 3, index: max.index },
      },
    ],
    alias: false,
  };
}

export const argmax = defineOp({
  name: 'argmax',
  doc: 'Place of the largest value along an axis (the channels unless written): the class with the highest score.',
  category: 'reduction',
  arity: { min: 1, max: 1 },
  params: [axisParam],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], types) => evalArgmax(attrs, x, types.inputs[0] ?? types.output, types.output),
  grad: 'none',
  lower,
  onnx: { type: 'ArgMax' },
  samples: [
    { inputs: [featureMap([], 10)], options: {} },
    { inputs: [featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([4, 3], 5)], options: { axis: 'H' } },
  ],
});
