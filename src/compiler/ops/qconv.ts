/**
 * A quantised layer: convolution of any rank (dense: rank 0; depthwise: as many groups as channels) on bytes with whole weights. The sum is
 * exact; a factor per output channel brings it to real numbers or to the steps of a quantised output, and everything after the sum is
 * single precision without fusing, so that results are the same bits on every engine. Jacob et al., arXiv:1712.05877.
 */
import { concreteDim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { ConvKernel } from '../ir/kernel.ts';
import { channelsOf, featureMap, sizeOf, spatialDims, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem, type WeightSpec } from './op.ts';
import * as read from './shared/attrs.ts';
import { convMacs, convolve, depthwiseKernel, type ConvShape } from './shared/convolve.ts';
import { groupsProblem } from './shared/groups.ts';
import { epilogueOf, lowering, outOperand } from './shared/lowering.ts';
import { channelVector, kernelType } from './shared/weights.ts';
import { concreteWindow, needsMap, outputDims, windowAttrs, windowProblem } from './shared/window.ts';

function type(attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  if (!input) return needsMap('qconv');
  const outC = read.number(attrs, 'channels');
  const dtype = attrs['to'] === 'u8' ? 'u8' : 'f32';
  if (read.numbers(attrs, 'kernel').length === 0) return featureMap([], outC, dtype);
  return (
    windowProblem('qconv', attrs, input) ??
    groupsProblem('qconv', attrs, input) ??
    featureMap(outputDims(windowAttrs(attrs), spatialDims(input)), outC, dtype)
  );
}

function weights(attrs: Attrs, [input]: readonly TensorType[]): readonly WeightSpec[] {
  const outC = read.number(attrs, 'channels');
  const inC = concreteDim(input ? channelsOf(input) : 1) / read.number(attrs, 'groups');
  const whole: WeightSpec = {
    name: 'weight',
    type: kernelType(outC, inC, read.numbers(attrs, 'kernel')),
    trainable: false,
    init: { kind: 'zeros' },
  };
  const vector = (name: string): WeightSpec => ({ ...whole, name, type: channelVector(outC) });
  return [whole, vector('scale'), vector('bias')];
}

function shapeFor(attrs: Attrs, input: TensorType, output: TensorType): ConvShape {
  return {
    window: concreteWindow(windowAttrs(attrs), input, output),
    inC: concreteDim(channelsOf(input)),
    outC: read.number(attrs, 'channels'),
    groups: read.number(attrs, 'groups'),
  };
}

/** f32(Σ weight · (x − zero)) · scale + bias; the sum is exact in double precision, below 2⁵³. */
function evaluate(shape: ConvShape, zero: number, [x, weight, scale, bias]: readonly Tensor[]): Tensor {
  if (!x || !weight || !scale || !bias) return { shape: [], data: new Float32Array() };
  const sums = convolve(shape, [{ ...x, data: x.data.map((value) => value - zero) }, weight]);
  const data = sums.data.map((sum, i) => {
    const o = i % shape.outC;
    return Math.fround(sum * (scale.data[o] ?? NaN)) + (bias.data[o] ?? NaN);
  });
  return { ...sums, data };
}

function kernelOf(node: Node): ConvKernel {
  return {
    kind: 'conv',
    ...shapeFor(node.attrs, node.inputs[0]?.type ?? node.type, node.type),
    integer: {
      zero: read.number(node.attrs, 'zero'),
      to: node.attrs['to'] === 'u8' ? 'u8' : 'f32',
      scale: 2,
    },
    x: 0,
    weight: 1,
    bias: 3,
    out: outOperand(node),
    epilogue: epilogueOf(node, 4),
  };
}

const bytes = (spatial: readonly number[], channels: number): TensorType =>
  featureMap(spatial, channels, 'u8');
const pointwise = { stride: [1, 1], pad: [], dilation: [1, 1], groups: 1, to: 'f32' };

export const qconv = defineOp({
  name: 'qconv',
  doc: 'A convolution or dense layer on quantised values, made by `cnnc quantize`.',
  category: 'internal',
  arity: { min: 1, max: 1 },
  params: [],
  weights,
  type,
  cost: (attrs, [input], output) => {
    const inC = input ? concreteDim(channelsOf(input)) : 1;
    const perElement = (sizeOf(read.numbers(attrs, 'kernel')) * inC) / read.number(attrs, 'groups');
    return { macs: convMacs(output, perElement) };
  },
  eval: (attrs, inputs, types) =>
    evaluate(
      shapeFor(attrs, types.inputs[0] ?? types.output, types.output),
      read.number(attrs, 'zero'),
      inputs,
    ),
  grad: 'none',
  lower: (node) => {
    const kernel = kernelOf(node);
    return lowering(kernel.groups > 1 && kernel.groups === kernel.inC ? depthwiseKernel(kernel) : kernel);
  },
  epilogue: true,
  onnx: undefined,
  samples: [
    {
      inputs: [bytes([5, 4], 6)],
      options: { ...pointwise, channels: 7, kernel: [1, 1], pad: [[0, 0], [0, 0]], zero: 0 }, // prettier-ignore
      range: [0, 127],
    },
    {
      inputs: [bytes([6, 7], 4)],
      options: { ...pointwise, channels: 5, kernel: [3, 3], stride: [2, 1], pad: [[1, 1], [0, 1]], zero: 31 }, // prettier-ignore
      range: [0, 127],
    },
    {
      inputs: [bytes([5, 6], 4)],
      options: { ...pointwise, channels: 4, kernel: [3, 3], pad: [[1, 1], [1, 1]], groups: 4, zero: 64 }, // prettier-ignore
      range: [0, 127],
    },
    {
      inputs: [bytes([], 9)],
      options: { channels: 4, kernel: [], stride: [], pad: [], dilation: [], groups: 1, zero: 12, to: 'f32' },
      range: [0, 127],
    },
  ],
});
