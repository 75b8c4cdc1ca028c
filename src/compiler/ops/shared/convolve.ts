/**
 * What the convolutions share: the oracle's loops, the count of multiplications, and the heavy kernel. A dense layer is the case
 * without spatial axes, a depthwise one the case of one input channel per group.
 */
import type { Node } from '../../ir/graph.ts';
import type { ConvKernel, DepthwiseKernel, Window } from '../../ir/kernel.ts';
import type { Dim } from '../../ir/dim.ts';
import { sizeOf, type Tensor, type TensorType } from '../../ir/type.ts';
import { forEachWindow } from './loops.ts';
import { epilogueOf, outOperand } from './lowering.ts';

/** The sizes of a convolution, apart from its window. */
export interface ConvShape {
  readonly window: Window;
  readonly inC: number;
  readonly outC: number;
  readonly groups: number;
}

/** out[p, o] = bias[o] + Σ over taps and the group's channels of x[tap, i] · weight[o, i, tap]; sums in double precision. */
export function convolve(shape: ConvShape, [x, weight, bias]: readonly Tensor[]): Tensor {
  const { window, inC, outC, groups } = shape;
  const [perIn, perOut] = [inC / groups, outC / groups];
  const taps = sizeOf(window.kernel);
  const values = x?.data ?? new Float32Array();
  const byTap = tapFirst(weight?.data ?? new Float32Array(), { taps, perIn, perOut, groups });
  const data = new Float32Array(sizeOf(window.output) * outC);
  const sums = new Float64Array(outC);
  const addPixel = (place: number, tap: number): void => {
    for (let c = 0; c < inC; c++) {
      const value = values[place * inC + c] as number;
      const first = Math.floor(c / perIn) * perOut;
      const row = (tap * inC + c) * perOut;
      for (let o = 0; o < perOut; o++)
        sums[first + o] = (sums[first + o] as number) + value * (byTap[row + o] as number);
    }
  };
  forEachWindow(window, (place, visit) => {
    for (let o = 0; o < outC; o++) sums[o] = bias?.data[o] ?? 0;
    visit(addPixel);
    data.set(sums, place * outC);
  });
  return { shape: [...window.output, outC], data };
}

interface Groups {
  readonly taps: number;
  readonly perIn: number;
  readonly perOut: number;
  readonly groups: number;
}

/** [groups · perOut, perIn, taps] → [taps, groups · perIn, perOut]: the inner loop then reads in order. */
function tapFirst(weight: Float32Array, { taps, perIn, perOut, groups }: Groups): Float32Array {
  const sorted = new Float32Array(weight.length);
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < groups * perIn; c++)
      for (let o = 0; o < perOut; o++) {
        const channel = Math.floor(c / perIn) * perOut + o;
        sorted[(tap * groups * perIn + c) * perOut + o] =
          weight[(channel * perIn + (c % perIn)) * taps + tap] ?? NaN;
      }
  return sorted;
}

/** Multiply-accumulates as papers count them: every output element × taps × input channels per group, padding included. */
export function convMacs(output: TensorType, perElement: number): number {
  return countOf(output.dims) * perElement;
}

/** Product of sizes; NaN where a size has a name. */
function countOf(dims: readonly Dim[]): number {
  return dims.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : NaN), 1);
}

/** The heavy kernel of a convolution node: x, weight[, bias], then the epilogue's operands. */
export function convKernel(node: Node, shape: ConvShape): ConvKernel {
  const weights = node.attrs.bias === true ? 2 : 1;
  return {
    kind: 'conv',
    ...shape,
    x: 0,
    weight: 1,
    bias: weights === 2 ? 2 : undefined,
    out: outOperand(node),
    epilogue: epilogueOf(node, 1 + weights),
  };
}

/** A convolution with one input channel per group has its own kernel, which reads each channel once. */
export function depthwiseKernel(conv: ConvKernel): DepthwiseKernel {
  const { window, inC, outC, groups: _, ...same } = conv;
  return { ...same, kind: 'depthwise', window, channels: inC, multiplier: outC / inC };
}
