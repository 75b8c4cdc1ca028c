/**
 * Gradient of pooling with respect to its input. Inputs: x, the pool's output y and the gradient g of y. Max pooling sends g to the pixels that
 * equal the maximum (to all of them in a tie); average pooling spreads it evenly over the pixels that were counted.
 */
import { concreteDim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Load, LoopAxis, Lowering, NestKernel, Window } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { channelsOf, featureMap, sizeOf, spatialAxes, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { residueCombinations, type Residue } from './shared/deconv-nests.ts';
import { forEachWindow } from './shared/loops.ts';
import { concreteWindow, windowAttrs } from './shared/window.ts';

function windowOf(attrs: Attrs, [x = featureMap([], 1), y = x]: readonly TensorType[]): Window {
  return concreteWindow(windowAttrs(attrs), x, y);
}

function evalGrad(attrs: Attrs, [x, y, g]: readonly Tensor[], types: readonly TensorType[]): Tensor {
  const [window, shape] = [windowOf(attrs, types), x?.shape ?? []];
  const channels = shape.at(-1) ?? 1;
  const sums = new Float64Array(sizeOf(shape));
  const isMax = read.text(attrs, 'reduce') === 'max';
  forEachWindow(window, (place, taps) => {
    let count = 0;
    taps(() => count++);
    if (attrs.count_padding === true) count = sizeOf(window.kernel);
    taps((inputPlace) => {
      for (let c = 0; c < channels; c++) {
        const [from, to] = [place * channels + c, inputPlace * channels + c];
        const gradient = g?.data[from] ?? NaN;
        const share = isMax ? (x?.data[to] === y?.data[from] ? gradient : 0) : gradient / count;
        sums[to] = (sums[to] ?? 0) + share;
      }
    });
  });
  return { shape, data: Float32Array.from(sums) };
}

/**
 * Gathers: for each pixel the windows that contain it, one nest per residue of its place modulo the stride. Per axis and output
 * place, a constant table holds one over the number of pixels that the window counted.
 */
function lower(node: Node): Lowering {
  const types = node.inputs.map((input) => input.type);
  const window = windowOf(node.attrs, types);
  const isMax = read.text(node.attrs, 'reduce') === 'max';
  const tables = isMax ? [] : window.output.map((_, axis) => sharesOf(node.attrs, window, axis));
  return {
    temps: [],
    constants: tables.map((data) => ({ type: featureMap([], data.length), data })),
    kernels: residueCombinations(window).map((chosen) => gatherNest(node, window, chosen)),
    alias: false,
  };
}

/** Per output place along one axis: 1 / (taps that count). */
function sharesOf(attrs: Attrs, window: Window, axis: number): Float32Array {
  const along = <T>(values: readonly T[]): T[] => values.slice(axis, axis + 1);
  const line: Window = {
    input: along(window.input),
    output: along(window.output),
    kernel: along(window.kernel),
    stride: along(window.stride),
    dilation: along(window.dilation),
    pads: along(window.pads),
  };
  const shares = new Float32Array(window.output[axis] ?? 0);
  forEachWindow(line, (place, taps) => {
    let count = 0;
    taps(() => count++);
    shares[place] = 1 / (attrs.count_padding === true ? (window.kernel[axis] ?? 1) : count);
  });
  return shares;
}

function gatherNest(node: Node, window: Window, chosen: readonly Residue[]): NestKernel {
  const names = spatialAxes[chosen.length] ?? [];
  const isMax = read.text(node.attrs, 'reduce') === 'max';
  const tables = isMax ? 0 : chosen.length;
  const seen = chosen.every((r) => r.taps > 0);
  const pixel = chosen.map((r, i) => axisIndex(names[i] ?? '', window.stride[i], r.residue));
  const places = chosen.map((r, i) => {
    const terms = [
      { axis: names[i] ?? '', coefficient: 1 },
      { axis: `k${names[i]}`, coefficient: -r.placeStep },
    ];
    return { kind: 'affine', constant: r.firstPlace, terms } as const;
  });
  const channel = axisIndex('C');
  const gradient: Load = { operand: 2, index: [...places, channel], outside: 0 };
  const others: readonly Load[] = isMax
    ? [
        { operand: 0, index: [...pixel, channel], outside: undefined },
        { operand: 1, index: [...places, channel], outside: NaN },
      ]
    : places.map((place, i) => ({ operand: 3 + i, index: [place], outside: 0 }));
  const taps: readonly LoopAxis[] = chosen.map((r, i) => ({ name: `k${names[i]}`, size: r.taps }));
  return {
    kind: 'nest',
    axes: [
      ...chosen.map((r, i) => ({ name: names[i] ?? '', size: r.count })),
      { name: 'C', size: channelCount(node) },
    ],
    reduce: seen ? taps : [],
    combine: 'sum',
    loads: seen ? [gradient, ...others] : [],
    body: seen ? (isMax ? toTheLargest : shared(tables)) : s.num(0),
    finishLoads: [],
    finish: s.arg(0),
    out: { operand: 3 + tables, index: [...pixel, channel] },
  };
}

/** Of args: gradient, pixel, maximum (NaN outside, which equals nothing). */
const toTheLargest: Scalar = s.select('eq', [s.arg(1), s.arg(2)], s.arg(0), s.num(0));

/** The gradient times the share along each axis. */
function shared(axes: number): Scalar {
  return Array.from({ length: axes }, (_, i) => s.arg(i + 1)).reduce<Scalar>(s.mul, s.arg(0));
}

function channelCount(node: Node): number {
  return concreteDim(channelsOf(node.type));
}

const options = {
  stride: [2, 2],
  pad: [
    [1, 1],
    [1, 1],
  ],
};
const maps = [featureMap([7, 5], 3), featureMap([4, 3], 3), featureMap([4, 3], 3)];

export const poolGrad = defineOp({
  name: 'pool_grad',
  doc: 'Gradient of a pool’s input from the input, the pool’s output and the gradient of that.',
  category: 'internal',
  arity: { min: 3, max: 3 },
  params: [],
  type: (_, [x = featureMap([], 1)]) => ({ ...x, dtype: 'f32' }),
  cost: () => ({ macs: 0 }),
  eval: (attrs, values, types) => evalGrad(attrs, values, types.inputs),
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    { inputs: maps, options: { ...options, kernel: [3, 3], reduce: 'avg' } },
    { inputs: maps, options: { ...options, kernel: [3, 3], reduce: 'avg', count_padding: true } },
    {
      inputs: [featureMap([5], 2), featureMap([5], 2), featureMap([5], 2)],
      options: { reduce: 'max', kernel: [1], stride: [1], pad: [[0, 0]] },
    },
  ],
});
