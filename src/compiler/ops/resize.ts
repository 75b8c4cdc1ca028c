/**
 * Linear interpolation (bilinear in 2-D) to another size. `half_pixel` aligns the areas of the pixels (TensorFlow 2, ONNX, PyTorch's default);
 * `corners` aligns the centres of the outermost pixels (`align_corners`).
 */
import { concreteDim, mulDims, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, Load, Lowering } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import {
  channelsOf,
  featureMap,
  shapeOf,
  sizeOf,
  spatialDims,
  type Tensor,
  type TensorType,
} from '../ir/type.ts';
import { defineOp, longestStep, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex, rowStrides } from './shared/broadcast.ts';
import { elementwiseNest } from './shared/lowering.ts';
import { problem } from './shared/problem.ts';
import { sizesProblem, spatialProblem } from './shared/window.ts';

const sizeAndScale = problem(
  'value/given-twice',
  { option: 'size', what: 'resize' },
  {
    at: { option: 'scale' },
    label: 'again, as a factor',
    labels: [{ at: { option: 'size' }, text: 'given here first' }],
    fixes: [{ title: 'leave the factor out', remove: 'scale' }],
  },
);

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const flat = spatialProblem('resize', input);
  if (flat) return flat;
  const option = Array.isArray(attrs.size) ? 'size' : 'scale';
  if (!Array.isArray(attrs[option]))
    return problem(
      'layer/needs-size',
      {},
      { fixes: [{ title: 'scale = 2 (twice as large)', set: { option: 'scale', to: '2' } }] },
    );
  if (option === 'size' && Array.isArray(attrs.scale)) return sizeAndScale;
  const sizes = read.numbers(attrs, option);
  const spatial = spatialDims(input).map((n, i): Dim =>
    option === 'size' ? (sizes[i] ?? 1) : mulDims(n, sizes[i] ?? 1),
  );
  return sizesProblem('resize', attrs, input, [option]) ?? featureMap(spatial, channelsOf(input));
}

/** Where output pixel `o` lies between two input pixels: (1 − fraction) · low + fraction · high. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly fraction: number;
}

function betweenOf(attrs: Attrs, [input, output]: readonly [number, number]): readonly Between[] {
  const corners = attrs.grid === 'corners';
  return Array.from({ length: output }, (_, o) => {
    const exact = corners ? (o * (input - 1)) / Math.max(1, output - 1) : ((o + 0.5) * input) / output - 0.5;
    const at = Math.min(Math.max(exact, 0), input - 1);
    return {
      low: Math.floor(at),
      high: Math.min(Math.floor(at) + 1, input - 1),
      fraction: Math.fround(at - Math.floor(at)),
    };
  });
}

function axesOf(
  attrs: Attrs,
  input: readonly number[],
  output: readonly number[],
): readonly (readonly Between[])[] {
  return input.slice(0, -1).map((n, i) => betweenOf(attrs, [n, output[i] ?? 1]));
}

/** How each output pixel mixes the input's along one axis: [out, in]. */
function matrixOf(places: readonly Between[], size: number): Tensor {
  const data = new Float32Array(places.length * size);
  places.forEach(({ low, high, fraction }, o) => {
    data[o * size + low] = 1 - fraction;
    // At the last pixel low and high are the same.
    data[o * size + high] = (data[o * size + high] ?? 0) + fraction;
  });
  return { shape: [places.length, size], data };
}

/** Sums the weighted corners of the cell around each output pixel. */
function evalResize(attrs: Attrs, x: Tensor | undefined, output: TensorType): Tensor {
  const shape = shapeOf(output);
  const [inputShape, values] = [x?.shape ?? shape, x?.data ?? new Float32Array()];
  const axes = axesOf(attrs, inputShape, shape);
  const [strides, sources] = [rowStrides(shape), rowStrides(inputShape)];
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const place = axes.map((axis, k) => axis[Math.floor(i / (strides[k] ?? 1)) % (shape[k] ?? 1)]);
    const corner = (k: number, offset: number, weight: number): number => {
      const between = place[k];
      if (!between) return weight === 0 ? 0 : weight * (values[offset] ?? NaN);
      const step = sources[k] ?? 1;
      return (
        corner(k + 1, offset + between.low * step, weight * (1 - between.fraction)) +
        corner(k + 1, offset + between.high * step, weight * between.fraction)
      );
    };
    data[i] = corner(0, i % (shape.at(-1) ?? 1), 1);
  }
  return { shape, data };
}

/** One nest: 2^rank loads through index tables, and the fractions as small constants. */
function lower(node: Node): Lowering {
  const input = node.inputs[0]?.type ?? node.type;
  const axes = axesOf(node.attrs, shapeOf(input), shapeOf(node.type));
  const rank = axes.length;
  const corners = Array.from({ length: 2 ** rank }, (_, corner): Load => {
    const index = axes.map((axis, k): Index => {
      const high = (corner >> (rank - 1 - k)) & 1;
      return { kind: 'table', axis: input.axes[k] ?? '', values: axis.map((b) => (high ? b.high : b.low)) };
    });
    return { operand: 0, index: [...index, axisIndex('C')], outside: undefined };
  });
  const fractions = axes.map((_, k): Load => ({
    operand: 1 + k,
    index: [axisIndex(input.axes[k] ?? '')],
    outside: undefined,
  }));
  const nest = elementwiseNest(interpolate(rank), [], { operand: 1 + rank, type: node.type });
  return {
    temps: [],
    constants: axes.map((axis) => ({
      type: featureMap([], axis.length),
      data: Float32Array.from(axis, (b) => b.fraction),
    })),
    kernels: [{ ...nest, loads: [...corners, ...fractions] }],
    alias: false,
  };
}

/** Of args: the 2^rank corners, the last axis fastest, then one fraction per axis. */
function interpolate(rank: number): Scalar {
  const mix = (axis: number, first: number, count: number): Scalar => {
    if (count === 1) return s.arg(first);
    const [low, high] = [mix(axis + 1, first, count / 2), mix(axis + 1, first + count / 2, count / 2)];
    return s.add(low, s.mul(s.arg(2 ** rank + axis), s.sub(high, low)));
  };
  return mix(0, 0, 2 ** rank);
}

export const resize = defineOp({
  name: 'resize',
  doc: 'Linear interpolation to another size (bilinear in 2-D): `resize(64x64)`, or `resize(scale = 2)` where the size is not known.',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'size', kind: 'dims', default: null, min: 1, doc: 'The new spatial sizes.' },
    {
      name: 'scale',
      kind: 'size',
      default: null,
      min: 1,
      max: longestStep,
      doc: 'Or a whole factor per axis.',
    },
    {
      name: 'grid',
      kind: 'word',
      words: ['half_pixel', 'corners'],
      default: 'half_pixel',
      doc: 'Aligns the areas of the pixels, or the centres of the outermost ones (`align_corners`).',
    },
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => evalResize(attrs, x, output),
  grad: (node, upstream, build) => {
    const input = node.inputs[0]?.type ?? node.type;
    const axes = axesOf(node.attrs, shapeOf(input), shapeOf(node.type));
    const back = (g: Node, places: readonly Between[], k: number): Node => {
      const [axis, size] = [input.axes[k] ?? '', concreteDim(input.dims[k] ?? 1)];
      return build('axis_grad', [g], { axis, matrix: matrixOf(places, size) });
    };
    return [axes.reduce(back, upstream)];
  },
  lower,
  onnx: {
    type: 'Resize',
    attrs: (a) => ({ mode: 'linear', coordinate_transformation_mode: a.grid ?? 'half_pixel' }),
  },
  samples: [
    { inputs: [featureMap([3, 5], 4)], options: { size: [7, 9] } },
    { inputs: [featureMap([8, 9], 3)], options: { size: [3, 4], grid: 'corners' } },
    { inputs: [featureMap([4, 4], 5)], options: { scale: 2 } },
    { inputs: [featureMap([6], 2)], options: { scale: 3, grid: 'corners' } },
    { inputs: [featureMap([2, 3, 2], 2)], options: { size: [3, 5, 4] } },
  ],
});
