/**
 * Convolution (cross-correlation, as in every framework) in 1-D, 2-D and 3-D, grouped and dilated; or a fixed filter applied to every
 * channel (edge detection). LeCun et al., "Gradient-based learning applied to document recognition", 1998; groups: Krizhevsky et al., 2012;
 * dilation: Yu & Koltun, arXiv:1511.07122.
 */
import type { Attrs } from '../ir/graph.ts';
import { concreteDim } from '../ir/dim.ts';
import { channelsOf, featureMap, sizeOf, spatialDims, type TensorType } from '../ir/type.ts';
import { defineOp, type ParamSpec, type Problem, type WeightSpec } from './op.ts';
import * as read from './shared/attrs.ts';
import { convKernel, convMacs, convolve, depthwiseKernel, type ConvShape } from './shared/convolve.ts';
import { groupsProblem } from './shared/groups.ts';
import { convGrad } from './shared/conv-grad.ts';
import { lowering } from './shared/lowering.ts';
import { problem } from './shared/problem.ts';
import { biasParam, initParam, kernelType, kernelWeights } from './shared/weights.ts';
import {
  concreteWindow,
  needsMap,
  outputDims,
  windowAttrs,
  windowParams,
  windowProblem,
} from './shared/window.ts';

const params: readonly ParamSpec[] = [
  { name: 'channels', kind: 'int', default: null, min: 1, doc: 'Output channels: the number of kernels.' },
  {
    ...windowParams.kernel,
    kind: 'kernel',
    default: 1,
    doc: 'Window size (`3`, `1x7`), or the name of a fixed `filter`, which is applied to every channel and has no weights.',
  },
  windowParams.stride,
  windowParams.pad,
  windowParams.dilation,
  {
    name: 'groups',
    kind: 'int',
    default: 1,
    min: 1,
    doc: 'Splits the channels into groups that do not see each other.',
  },
  biasParam,
  initParam,
];

/** `kernel = Sobel` becomes a depthwise convolution with known weights; a written size stays as it is. */
function attrs(options: Attrs, [input]: readonly TensorType[], written: Attrs): Attrs | Problem {
  const { kernel: filter } = options;
  if (!read.isTensor(filter))
    return options.channels === null
      ? problem(
          'layer/needs-channels',
          {},
          {
            fixes: [
              { title: 'channels = 64, or how many it should make', set: { option: 'channels', to: '64' } },
            ],
          },
        )
      : options;
  const channels = concreteDim(input ? channelsOf(input) : 1);
  const without = withoutFilter(written, channels);
  if (without !== undefined) return noEffect(without);
  return { ...options, channels, groups: channels, bias: false, kernel: filter.shape, filter };
}

/** The option that means something only for learned kernels and says otherwise than a fixed filter does. */
function withoutFilter(written: Attrs, channels: number): string | undefined {
  const differs = (option: string, same: number | boolean): boolean =>
    written[option] !== undefined && written[option] !== null && written[option] !== same;
  if (differs('channels', channels)) return 'channels';
  if (differs('groups', channels)) return 'groups';
  if (differs('bias', false)) return 'bias';
  return written.init === undefined ? undefined : 'init';
}

function noEffect(option: string): Problem {
  return problem(
    'layer/no-effect',
    { option, layer: 'conv', where: 'where the kernel is a fixed filter' },
    {
      at: { option },
      notes: [
        { word: 'why', text: 'the filter is applied to every channel as it is, and nothing is learned' },
      ],
      fixes: [{ title: `leave ${option} out`, remove: option }],
    },
  );
}

function weights(attrs: Attrs, [input]: readonly TensorType[]): readonly WeightSpec[] {
  const outC = read.number(attrs, 'channels');
  const kernel = read.numbers(attrs, 'kernel');
  const inC = concreteDim(input ? channelsOf(input) : 1) / read.number(attrs, 'groups');
  if (!read.isTensor(attrs.filter)) return kernelWeights(attrs, { outC, inC, kernel });
  const taps = attrs.filter.data;
  const data = new Float32Array(outC * taps.length);
  for (let o = 0; o < outC; o++) data.set(taps, o * taps.length);
  const value = { shape: [outC, 1, ...kernel], data };
  return [
    { name: 'weight', type: kernelType(outC, 1, kernel), trainable: false, init: { kind: 'fixed', value } },
  ];
}

function type(attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  if (!input) return needsMap('conv');
  return (
    windowProblem('conv', attrs, input) ??
    groupsProblem('conv', attrs, input) ??
    featureMap(outputDims(windowAttrs(attrs), spatialDims(input)), read.number(attrs, 'channels'))
  );
}

function shapeFor(attrs: Attrs, input: TensorType, output: TensorType): ConvShape {
  return {
    window: concreteWindow(windowAttrs(attrs), input, output),
    inC: concreteDim(channelsOf(input)),
    outC: read.number(attrs, 'channels'),
    groups: read.number(attrs, 'groups'),
  };
}

const map = (spatial: readonly number[], channels: number): TensorType => featureMap(spatial, channels);

export const conv = defineOp({
  name: 'conv',
  doc:
    'Convolution: every output channel is a learned window slid over the input. Works in 1-D, 2-D and 3-D; the rank comes from the input. ' +
    'Output size `floor((n + 2p − d(f − 1) − 1)/s) + 1`. Weights: `weight` [out, in/groups, k…], `bias` [out]. (LeCun et al. 1998)',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params,
  attrs,
  weights,
  type,
  cost: (attrs, [input], output) => {
    const inC = input ? concreteDim(channelsOf(input)) : 1;
    const perElement = (sizeOf(read.numbers(attrs, 'kernel')) * inC) / read.number(attrs, 'groups');
    return { macs: convMacs(output, perElement) };
  },
  eval: (attrs, inputs, types) =>
    convolve(shapeFor(attrs, types.inputs[0] ?? types.output, types.output), inputs),
  grad: (node, upstream, build) =>
    convGrad(node, upstream, build, shapeFor(node.attrs, node.inputs[0]?.type ?? node.type, node.type)),
  lower: (node) => {
    const input = node.inputs[0]?.type ?? node.type;
    const kernel = convKernel(node, shapeFor(node.attrs, input, node.type));
    return lowering(kernel.groups > 1 && kernel.groups === kernel.inC ? depthwiseKernel(kernel) : kernel);
  },
  epilogue: true,
  onnx: {
    type: 'Conv',
    attrs: (a) => ({
      kernel_shape: a.kernel ?? [],
      strides: a.stride ?? [],
      dilations: a.dilation ?? [],
      group: a.groups ?? 1,
    }),
  },
  samples: [
    { inputs: [map([7, 9], 3)], options: { channels: 5, kernel: 3 } },
    { inputs: [map([8, 7], 4)], options: { channels: 6, kernel: 3, stride: 2, pad: 'same' } },
    {
      inputs: [map([9, 9], 4)],
      options: {
        channels: 13,
        kernel: [1, 5],
        pad: [
          [0, 0],
          [2, 2],
        ],
        bias: false,
      },
    },
    { inputs: [map([11, 10], 6)], options: { channels: 4, kernel: 3, groups: 2, dilation: 2, pad: 2 } },
    { inputs: [map([6, 5], 4)], options: { channels: 8, kernel: 3, groups: 4, stride: [2, 1], pad: 1 } },
    { inputs: [map([5, 5], 17)], options: { channels: 9, kernel: 1 } },
    {
      inputs: [map([6, 6], 2)],
      options: {
        channels: 3,
        kernel: 2,
        pad: [
          [0, 1],
          [1, 0],
        ],
      },
    },
    {
      inputs: [map([8, 8], 3)],
      options: { kernel: { shape: [3, 3], data: new Float32Array([1, 0, -1, 2, 0, -2, 1, 0, -1]) } },
    },
    { inputs: [map([14], 1)], options: { channels: 16, kernel: 5 } },
    { inputs: [map([11], 6)], options: { channels: 7, kernel: 3, stride: 2, pad: 'same', dilation: 2 } },
    { inputs: [map([5, 6, 4], 2)], options: { channels: 3, kernel: 3, pad: 1 } },
    {
      inputs: [map([4, 5, 5], 3)],
      options: { channels: 4, kernel: [1, 3, 3], stride: [1, 2, 2], pad: 'same' },
    },
  ],
});
