/**
 * Correlations of the channels: G[k, c] = mean over all places of x[k] · x[c]. Gatys, Ecker & Bethge, arXiv:1508.06576 (equation 3, which sums
 * instead of averaging; the mean makes layers of different size comparable).
 */
import {
  channelsOf,
  featureMap,
  shapeOf,
  sizeOf,
  spatialDims,
  type Tensor,
  type TensorType,
} from '../ir/type.ts';
import { concreteDim, mulDims, type Dim } from '../ir/dim.ts';
import type { Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { defineOp, type Build } from './op.ts';
import { lowering } from './shared/lowering.ts';
import { spatialProblem } from './shared/window.ts';

function placesOf(type: TensorType): number {
  return sizeOf(shapeOf(type).slice(0, -1));
}

function evalGram(x: Tensor | undefined, output: TensorType): Tensor {
  const [shape, values] = [shapeOf(output), x?.data ?? new Float32Array()];
  const channels = shape[0] ?? 1;
  const places = values.length / channels;
  const data = new Float32Array(channels * channels);
  for (let k = 0; k < channels; k++)
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let p = 0; p < places; p++)
        sum += (values[p * channels + k] ?? NaN) * (values[p * channels + c] ?? NaN);
      data[k * channels + c] = sum / places;
    }
  return { shape, data };
}

function lower(node: Node): Lowering {
  const input = node.inputs[0]?.type ?? node.type;
  const [channels, places] = [concreteDim(channelsOf(input)), placesOf(input)];
  const epilogue = { expr: s.div(s.arg(0), s.num(places)), operands: [] };
  const sizes = { m: channels, n: channels, k: places };
  return lowering({
    kind: 'matmul',
    ...sizes,
    transposeA: true,
    transposeB: false,
    a: 0,
    b: 0,
    out: 1,
    epilogue,
  });
}

/** dx[p, c] = Σ over k of (g[k, c] + g[c, k]) · x[p, k] / places. */
function grad(node: Node, upstream: Node, build: Build): readonly (Node | undefined)[] {
  const [x] = node.inputs;
  if (!x) return [];
  const rows = build('rename', [build('matmul', [x, upstream], { over: ['C'] })], { from: 'K', to: 'C' });
  const columns = build('matmul', [build('rename', [x], { from: 'C', to: 'K' }), upstream], { over: ['K'] });
  return [build('map', [rows, columns], { expr: s.div(s.add(s.arg(0), s.arg(1)), s.num(placesOf(x.type))) })];
}

export const gram = defineOp({
  name: 'gram',
  doc: 'Correlations of the channels, averaged over all places: a matrix [K, C] that describes texture. (Gatys et al. 2015, style transfer)',
  category: 'algebra',
  arity: { min: 1, max: 1 },
  params: [],
  type: (_, [input = featureMap([], 1)]) =>
    spatialProblem('gram', input) ?? {
      dtype: 'f32',
      axes: ['K', 'C'],
      dims: [channelsOf(input), channelsOf(input)],
    },
  cost: (_, [input = featureMap([], 1)]) => {
    const products = [...spatialDims(input), channelsOf(input), channelsOf(input)].reduce<Dim>(mulDims, 1);
    return { macs: typeof products === 'number' ? products : NaN };
  },
  eval: (_, [x], { output }) => evalGram(x, output),
  grad,
  lower,
  onnx: undefined,
  samples: [
    { inputs: [featureMap([3, 4], 5)], options: {} },
    { inputs: [featureMap([7], 3)], options: {} },
  ],
});
