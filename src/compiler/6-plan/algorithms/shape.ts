/**
 * Arithmetic on the shapes of heavy kernels that several algorithms need: counts, and the zero border that a window reads.
 */
import type { ConvKernel, DepthwiseKernel, Kernel, Window } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';

/** Multiply-accumulates (or combinations, for pools and nests) of one execution. */
export function kernelMacs(kernel: Kernel): number {
  switch (kernel.kind) {
    case 'conv':
      return (
        sizeOf(kernel.window.output) *
        sizeOf(kernel.window.kernel) *
        kernel.outC *
        (kernel.inC / kernel.groups)
      );
    case 'depthwise':
      return (
        sizeOf(kernel.window.output) * sizeOf(kernel.window.kernel) * kernel.channels * kernel.multiplier
      );
    case 'pool':
      return sizeOf(kernel.window.output) * sizeOf(kernel.window.kernel) * kernel.channels;
    case 'matmul':
      return kernel.m * kernel.n * kernel.k;
    case 'nest':
      return sizeOf([...kernel.axes, ...kernel.reduce].map((axis) => axis.size));
  }
}

/**
 * The border that the window really reads, [begin, end] per axis: the end may need less than the padding says (stride 2), never
 * less than zero.
 */
export function windowHalo(window: Window): readonly (readonly [number, number])[] {
  return window.input.map((size, axis) => {
    const begin = window.pads[axis]?.[0] ?? 0;
    const reach = ((window.kernel[axis] ?? 1) - 1) * (window.dilation[axis] ?? 1);
    const last = ((window.output[axis] ?? 1) - 1) * (window.stride[axis] ?? 1) + reach - begin;
    return [begin, Math.max(0, last - (size - 1))];
  });
}

/** Floats of the kernel's weight: output channels × input channels of a group × window. */
export function weightCount(kernel: ConvKernel | DepthwiseKernel): number {
  const perOutput = kernel.kind === 'conv' ? kernel.inC / kernel.groups : 1;
  const outputs = kernel.kind === 'conv' ? kernel.outC : kernel.channels * kernel.multiplier;
  return outputs * perOutput * sizeOf(kernel.window.kernel);
}

/**
 * The output as planes of rows × columns of pixels, of any rank 0–3 (missing axes have size one). Pixels of a 1 × 1 window with
 * stride one are all alike: they form one row, unless a pool joins them.
 */
export function outputPlanes({ window, pool }: Pick<ConvKernel, 'window' | 'pool'>): {
  readonly planes: number;
  readonly rows: number;
  readonly columns: number;
} {
  if (isPointwise(window) && !pool) return { planes: 1, rows: 1, columns: sizeOf(window.output) };
  const [columns = 1, rows = 1, planes = 1] = window.output.toReversed();
  return { planes, rows, columns };
}

/** Window of one tap at every pixel, without padding. */
export function isPointwise(window: Window): boolean {
  return hasOneTap(window) && sizeOf(window.stride) === 1;
}

/** Window of one tap without padding, at every pixel or, strided, at some. */
export function hasOneTap({ kernel, pads }: Window): boolean {
  return sizeOf(kernel) === 1 && pads.every(([begin, end]) => begin === 0 && end === 0);
}
