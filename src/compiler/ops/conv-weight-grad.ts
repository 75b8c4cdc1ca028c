/**
 * Gradient of a convolution with respect to its weight: dW[o, i, k] = Σ over places of x[s·p + d·k − pad, i] · g[p, o]. Inputs: the layer's
 * input and the gradient of its output; attributes: the convolution's own. For a transposed convolution the two change places.
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Index, LoopAxis, Lowering, Window } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { concreteDim } from '../ir/dim.ts';
import {
  channelsOf,
  featureMap,
  shapeOf,
  sizeOf,
  spatialAxes,
  type Tensor,
  type TensorType,
} from '../ir/type.ts';
import { defineOp } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisIndex } from './shared/broadcast.ts';
import { forEachWindow } from './shared/loops.ts';
import { lowering, outOperand } from './shared/lowering.ts';
import { concreteWindow, windowAttrs } from './shared/window.ts';

interface Sizes {
  readonly window: Window;
  readonly inC: number;
  readonly outC: number;
  readonly groups: number;
}

function sizesOf(attrs: Attrs, [x = featureMap([], 1), g = x]: readonly TensorType[]): Sizes {
  return {
    window: concreteWindow(windowAttrs(attrs), x, g),
    inC: concreteDim(channelsOf(x)),
    outC: concreteDim(channelsOf(g)),
    groups: read.number(attrs, 'groups'),
  };
}

function evalGrad(
  { window, inC, outC, groups }: Sizes,
  [x, g]: readonly Tensor[],
  shape: readonly number[],
): Tensor {
  const [perIn, perOut, taps] = [inC / groups, outC / groups, sizeOf(window.kernel)];
  const sums = new Float64Array(sizeOf(shape));
  forEachWindow(window, (place, visit) =>
    visit((inputPlace, tap) => {
      for (let o = 0; o < outC; o++)
        for (let i = 0; i < perIn; i++) {
          const value = x?.data[inputPlace * inC + Math.floor(o / perOut) * perIn + i] ?? NaN;
          const at = (o * perIn + i) * taps + tap;
          sums[at] = (sums[at] ?? 0) + value * (g?.data[place * outC + o] ?? NaN);
        }
    }),
  );
  return { shape, data: Float32Array.from(sums) };
}

/** Loops over the weight, input channels last so that x is read in order; reduces over the places. */
function lower(node: Node): Lowering {
  const { window, inC, outC, groups } = sizesOf(
    node.attrs,
    node.inputs.map((input) => input.type),
  );
  const names = spatialAxes[window.kernel.length] ?? [];
  const grouped = (size: number, axis: string): Index =>
    groups === 1
      ? axisIndex(axis)
      : {
          kind: 'affine',
          constant: 0,
          terms: [
            { axis: 'G', coefficient: size },
            { axis, coefficient: 1 },
          ],
        };
  const groupAxis: readonly LoopAxis[] = groups === 1 ? [] : [{ name: 'G', size: groups }];
  const source = names.map((name, i): Index => {
    const terms = [
      { axis: name, coefficient: window.stride[i] ?? 1 },
      { axis: `k${name}`, coefficient: window.dilation[i] ?? 1 },
    ];
    return { kind: 'affine', constant: -(window.pads[i]?.[0] ?? 0), terms };
  });
  const taps = names.map((name, i) => ({ name: `k${name}`, size: window.kernel[i] ?? 1 }));
  return lowering({
    kind: 'nest',
    axes: [...groupAxis, { name: 'O', size: outC / groups }, ...taps, { name: 'I', size: inC / groups }],
    reduce: names.map((name, i) => ({ name, size: window.output[i] ?? 1 })),
    combine: 'sum',
    loads: [
      { operand: 0, index: [...source, grouped(inC / groups, 'I')], outside: 0 },
      {
        operand: 1,
        index: [...names.map((name) => axisIndex(name)), grouped(outC / groups, 'O')],
        outside: undefined,
      },
    ],
    body: s.mul(s.arg(0), s.arg(1)),
    finishLoads: [],
    finish: s.arg(0),
    out: {
      operand: outOperand(node),
      index: [grouped(outC / groups, 'O'), axisIndex('I'), ...taps.map(({ name }) => axisIndex(name))],
    },
  });
}

const window = { stride: [1, 1], dilation: [1, 1], groups: 1 };

export const convWeightGrad = defineOp({
  name: 'conv_weight_grad',
  doc: 'Gradient of a convolution’s weight from the layer’s input and the gradient of its output.',
  category: 'internal',
  arity: { min: 2, max: 2 },
  params: [],
  type: (attrs, [x = featureMap([], 1), g = x]) => {
    const [kernel, inC] = [read.numbers(attrs, 'kernel'), concreteDim(channelsOf(x))];
    return {
      dtype: 'f32',
      axes: ['O', 'I', ...(spatialAxes[kernel.length] ?? [])],
      dims: [concreteDim(channelsOf(g)), inC / read.number(attrs, 'groups'), ...kernel],
    };
  },
  cost: (attrs, inputs) => {
    const { window, inC, outC, groups } = sizesOf(attrs, inputs);
    return { macs: (sizeOf(window.output) * sizeOf(window.kernel) * inC * outC) / groups };
  },
  eval: (attrs, values, types) => evalGrad(sizesOf(attrs, types.inputs), values, shapeOf(types.output)),
  // Linear in both: second derivatives are convolutions again, which nothing asks for.
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    {
      inputs: [featureMap([5, 6], 3), featureMap([3, 4], 4)],
      options: {
        ...window,
        kernel: [3, 3],
        pad: [
          [0, 0],
          [0, 0],
        ],
      },
    },
    {
      inputs: [featureMap([7, 5], 4), featureMap([4, 3], 6)],
      options: {
        kernel: [3, 3],
        stride: [2, 2],
        dilation: [1, 1],
        groups: 2,
        pad: [
          [1, 1],
          [1, 1],
        ],
      },
    },
    {
      inputs: [featureMap([9], 2), featureMap([5], 3)],
      options: { kernel: [3], stride: [1], dilation: [2], groups: 1, pad: [[0, 0]] },
    },
  ],
});
