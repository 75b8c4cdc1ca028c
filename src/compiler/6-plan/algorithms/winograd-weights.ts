/**
 * The weights of a Winograd layer in memory are its kernels as they are, in the order in which the layer transforms them: biases, then
 * panels of output channels, in them for every plane of taps and input channel the taps of its kernel; where a window is taken apart, its last
 * row and column of taps may be zeros. Transformed kernels exist only in scratch memory.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Tensor } from '../../ir/type.ts';
import type { StoredRun, WeightLayout } from '../plan.ts';
import { panelRuns, panelsOf } from './panels.ts';
import { lanes } from './tile.ts';

export interface WinogradLayout {
  readonly kind: 'winograd';
  /** Taps of a plane of a kernel in memory. */
  readonly taps: number;
  /** Taps of a row of a kernel, in the file and in memory. */
  readonly row: number;
  readonly storedRow: number;
  readonly vectors: number;
  /** Input channels, those of each plane of taps counted. */
  readonly inC: number;
  readonly planes: number;
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

/** In a file of 16-bit integers the biases stay as they are; panels follow. */
export function winogradStorage(layout: WeightLayout): readonly StoredRun[] {
  const { outC, vectors, inC, taps } = layout as WinogradLayout;
  const panels = panelRuns(outC, vectors).map(({ vectors: of, count }) => ({
    count,
    floats: 0,
    scales: of * lanes,
    integers: of * lanes * inC * taps,
  }));
  return [{ count: 1, floats: biasFloats(outC), scales: 0, integers: 0 }, ...panels];
}

/** weight [outC, inC, planes, …taps] and bias [outC] (or none) → biases, then [panel][plane][inC][tap][vectors · 4]. */
export function packWinograd(
  layout: WeightLayout,
  tensors: readonly Tensor[],
  into?: Float32Array,
): Float32Array {
  const { vectors, inC, planes, outC, taps, row, storedRow } = layout as WinogradLayout;
  const [weight, bias] = tensors;
  const given = (weight?.data.length ?? 0) / (inC * outC);
  if (!weight || given % row !== 0 || given > taps) internal('a weight of another shape than its layout');
  const packed = into ?? new Float32Array(winogradFloats(layout as WinogradLayout));
  if (bias) packed.set(bias.data);
  const { data } = weight;
  const start = biasFloats(outC);
  const channels = inC / planes;
  for (const panel of panelsOf(outC, vectors)) {
    const width = panel.vectors * lanes;
    for (let c = 0; c < inC; c++) {
      const to = start + (panel.first * inC + c * width) * taps;
      const [plane, channel] = [Math.floor(c / channels), c % channels];
      for (let j = 0; j < panel.channels; j++) {
        const from = (((panel.first + j) * channels + channel) * planes + plane) * given;
        for (let tap = 0; tap < given; tap++) {
          const stored = Math.floor(tap / row) * storedRow + (tap % row);
          packed[to + stored * width + j] = data[from + tap]!;
        }
      }
    }
  }
  return packed;
}
