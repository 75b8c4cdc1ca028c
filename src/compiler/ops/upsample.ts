/** Repeats every pixel: nearest-neighbour upsampling by a whole factor. */
import { mulDims } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, LoopAxis, Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { channelsOf, featureMap, shapeOf, sizeOf, spatialDims, type TensorType } from '../ir/type.ts';
import { defineOp, longestStep, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { lowering } from './shared/lowering.ts';
import { copyNest, gather } from './shared/rearrange.ts';
import { sizesProblem, spatialProblem } from './shared/window.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const factor = read.numbers(attrs, 'factor');
  const spatial = spatialDims(input).map((n, i) => mulDims(n, factor[i] ?? 1));
  return (
    spatialProblem('upsample', input) ??
    sizesProblem('upsample', attrs, input, ['factor']) ??
    featureMap(spatial, channelsOf(input))
  );
}

/** out[f·h + a, f·w + b, c] = x[h, w, c]: loops over the input's places and the copies of each. */
function lower(node: Node): Lowering {
  const factor = read.numbers(node.attrs, 'factor');
  const input = node.inputs[0]?.type ?? node.type;
  const shape = shapeOf(input);
  const axes = input.axes.flatMap((name, i): LoopAxis[] => [
    { name, size: shape[i] ?? 1 },
    ...(name === 'C' ? [] : [{ name: `${name}copy`, size: factor[i] ?? 1 }]),
  ]);
  const store = input.axes.map((name, i): Index => {
    const copy = { axis: `${name}copy`, coefficient: 1 };
    const terms = [{ axis: name, coefficient: factor[i] ?? 1 }, copy];
    return name === 'C' ? axisIndex('C') : { kind: 'affine', constant: 0, terms };
  });
  const load = { index: input.axes.map((name) => axisIndex(name)) };
  return lowering(copyNest(node, load, { axes, index: store }));
}

export const upsample = defineOp({
  name: 'upsample',
  doc: 'Repeats every pixel: `upsample(2)` doubles H and W (nearest neighbour). For smooth results use `resize` or `deconv`.',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'factor', kind: 'size', default: 2, min: 1, max: longestStep, doc: 'How many times per axis.' },
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const factor = read.numbers(attrs, 'factor');
    return gather(x, output, (place) => place.map((p, i) => Math.floor(p / (factor[i] ?? 1))));
  },
  // Each pixel receives the sum over its copies: their mean times their number.
  grad: (node, upstream, build) => {
    const kernel = read.numbers(node.attrs, 'factor');
    const pad = kernel.map(() => [0, 0]);
    const mean = build('avgpool', [upstream], { kernel, stride: kernel, pad, count_padding: false });
    return [build('map', [mean], { expr: s.mul(s.arg(0), s.num(sizeOf(kernel))) })];
  },
  lower,
  onnx: { type: 'Resize', attrs: () => ({ mode: 'nearest', coordinate_transformation_mode: 'asymmetric' }) },
  samples: [
    { inputs: [featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([4, 3], 2)], options: { factor: [3, 1] } },
    { inputs: [featureMap([5], 3)], options: { factor: 4 } },
    { inputs: [featureMap([2, 2, 3], 2)], options: { factor: 2 } },
  ],
});
