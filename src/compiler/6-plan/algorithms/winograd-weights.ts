/**
 * The weights of a Winograd layer in memory are its kernels as they are, in the order in which the layer transforms them: biases, then
 * panels of output channels, in them for every input channel the taps of its kernel. Transformed kernels exist only in scratch memory.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Tensor } from '../../ir/type.ts';
import type { WeightLayout } from '../plan.ts';
import { panelsOf } from './panels.ts';
import { lanes } from './tile.ts';

export interface WinogradLayout {
  readonly kind: 'winograd';
  /** Taps of a kernel. */
  readonly taps: number;
  readonly vectors: number;
  readonly inC: number;
  readonly outC: number;
  readonly [key: string]: unknown;
}

/** Floats of the block. */
export function winogradFloats({ inC, outC, taps }: WinogradLayout): number {
  return biasFloats(outC) + inC * taps * Math.ceil(outC / lanes) * lanes;
}

/** Floats of the biases, padded to whole cache lines. */
export function biasFloats(outC: number): number {
  return Math.ceil(outC / 16) * 16;
}

/** weight [outC, inC, …taps] and bias [outC] (or none) → biases, then [panel][inC][tap][vectors · 4]. */
export function packWinograd(
  layout: WeightLayout,
  tensors: readonly Tensor[],
  into?: Float32Array,
): Float32Array {
  const { vectors, inC, outC, taps } = layout as WinogradLayout;
  const [weight, bias] = tensors;
  if (!weight || weight.data.length !== outC * inC * taps)
    internal('a weight of another shape than its layout');
  const packed = into ?? new Float32Array(winogradFloats(layout as WinogradLayout));
  if (bias) packed.set(bias.data);
  const { data } = weight;
  const start = biasFloats(outC);
  for (const panel of panelsOf(outC, vectors)) {
    const width = panel.vectors * lanes;
    for (let c = 0; c < inC; c++) {
      const to = start + (panel.first * inC + c * width) * taps;
      for (let j = 0; j < panel.channels; j++) {
        const from = ((panel.first + j) * inC + c) * taps;
        for (let tap = 0; tap < taps; tap++) packed[to + tap * width + j] = data[from + tap]!;
      }
    }
  }
  return packed;
}
