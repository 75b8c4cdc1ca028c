/**
 * Depthwise convolution: every channel has its own window, or `multiplier` of them; output channel c·m + j reads input channel c.
 * Sifre 2014; Howard et al., arXiv:1704.04861 (MobileNet).
 */
import { concreteDim, mulDims } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import { channelsOf, featureMap, sizeOf, spatialDims, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { convKernel, convMacs, convolve, depthwiseKernel, type ConvShape } from './shared/convolve.ts';
import { convGrad } from './shared/conv-grad.ts';
import { lowering } from './shared/lowering.ts';
import { biasParam, initParam, kernelWeights } from './shared/weights.ts';
import {
  concreteWindow,
  needsMap,
  outputDims,
  windowAttrs,
  windowParams,
  windowProblem,
} from './shared/window.ts';

function type(attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  if (!input) return needsMap('dwconv');
  const channels = mulDims(channelsOf(input), read.number(attrs, 'multiplier'));
  return (
    windowProblem('dwconv', attrs, input) ??
    featureMap(outputDims(windowAttrs(attrs), spatialDims(input)), channels)
  );
}

function shapeFor(attrs: Attrs, input: TensorType, output: TensorType): ConvShape {
  const inC = concreteDim(channelsOf(input));
  const window = concreteWindow(windowAttrs(attrs), input, output);
  return { window, inC, outC: inC * read.number(attrs, 'multiplier'), groups: inC };
}

export const dwconv = defineOp({
  name: 'dwconv',
  doc:
    'Depthwise convolution: one window per channel (or `multiplier` of them), which does not see the other channels. With a 1x1 `conv` ' +
    'after it, a separable convolution. Weights: `weight` [channels · multiplier, 1, k…], `bias`. (Howard et al. 2017)',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    windowParams.kernel,
    windowParams.stride,
    windowParams.pad,
    windowParams.dilation,
    {
      name: 'multiplier',
      kind: 'int',
      default: 1,
      min: 1,
      doc: 'Windows, and output channels, per input channel.',
    },
    biasParam,
    initParam,
  ],
  weights: (attrs, [input]) =>
    kernelWeights(attrs, {
      outC: (input ? concreteDim(channelsOf(input)) : 1) * read.number(attrs, 'multiplier'),
      inC: 1,
      kernel: read.numbers(attrs, 'kernel'),
    }),
  type,
  cost: (attrs, _, output) => ({ macs: convMacs(output, sizeOf(read.numbers(attrs, 'kernel'))) }),
  eval: (attrs, inputs, types) =>
    convolve(shapeFor(attrs, types.inputs[0] ?? types.output, types.output), inputs),
  grad: (node, upstream, build) =>
    convGrad(node, upstream, build, shapeFor(node.attrs, node.inputs[0]?.type ?? node.type, node.type)),
  lower: (node) =>
    lowering(
      depthwiseKernel(convKernel(node, shapeFor(node.attrs, node.inputs[0]?.type ?? node.type, node.type))),
    ),
  epilogue: true,
  onnx: { type: 'Conv', attrs: (a) => ({ kernel_shape: a.kernel ?? [], strides: a.stride ?? [] }) },
  samples: [
    { inputs: [featureMap([7, 9], 5)], options: { kernel: 3, pad: 'same' } },
    { inputs: [featureMap([8, 7], 17)], options: { kernel: 3, stride: 2, pad: 'same', bias: false } },
    { inputs: [featureMap([9, 9], 3)], options: { kernel: 5, pad: 2, multiplier: 2 } },
    { inputs: [featureMap([9, 8], 4)], options: { kernel: 3, dilation: 2, pad: 1 } },
    { inputs: [featureMap([12], 6)], options: { kernel: 3, stride: 2, pad: 1 } },
    { inputs: [featureMap([4, 5, 6], 3)], options: { kernel: [1, 3, 3], pad: 'same' } },
  ],
});
