/**
 * The weight layout of convolutions: output channels in panels of `vectors` · 4, each panel one stream that the inner
 * loop reads from front to back: the panel's biases, then for every tap (row-major over the window) and input channel the panel's
 * weights. The last panel of a group is as narrow as its channels allow (a multiple of 4, filled with zeros).
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel, DepthwiseKernel } from '../../ir/kernel.ts';
import { sizeOf, type Tensor } from '../../ir/type.ts';
import type { StoredRun, WeightLayout } from '../plan.ts';
import { lanes } from './tile.ts';

export interface PanelLayout {
  readonly kind: 'panels';
  /** Vectors of four output channels in a full panel. */
  readonly vectors: number;
  readonly groups: number;
  readonly outC: number;
  /** Multiply-adds per output: window · input channels of a group. */
  readonly depth: number;
  readonly [key: string]: unknown;
}

/** One panel of a group: its first output channel within the group, how many are real, and how many vectors hold them. */
export interface Panel {
  readonly first: number;
  readonly channels: number;
  readonly vectors: number;
}

export function panelLayout(kernel: ConvKernel, vectors: number): PanelLayout {
  const depth = (sizeOf(kernel.window.kernel) * kernel.inC) / kernel.groups;
  return { kind: 'panels', vectors, groups: kernel.groups, outC: kernel.outC, depth };
}

/** The panels of a depthwise convolution: all output channels are one group, and depth is the window alone. */
export function depthwiseLayout(kernel: DepthwiseKernel, vectors: number): PanelLayout {
  const depth = sizeOf(kernel.window.kernel);
  return { kind: 'panels', vectors, groups: 1, outC: kernel.channels * kernel.multiplier, depth };
}

/** The panels of one group from first to last. */
export function panelsOf(channels: number, vectors: number): readonly Panel[] {
  const width = vectors * lanes;
  return Array.from({ length: Math.ceil(channels / width) }, (_, i) => {
    const first = i * width;
    const held = Math.min(width, channels - first);
    return { first, channels: held, vectors: Math.ceil(held / lanes) };
  });
}

/** The panels of one group as runs of equal widths: all but the last one, and that one where it is narrower. */
export function panelRuns(
  channels: number,
  vectors: number,
): readonly { readonly vectors: number; readonly count: number }[] {
  const width = vectors * lanes;
  const last = Math.ceil((channels % width) / lanes);
  const full = Math.floor(channels / width) + (last === vectors ? 1 : 0);
  return [
    { vectors, count: full },
    { vectors: last, count: last > 0 && last < vectors ? 1 : 0 },
  ].filter(({ count }) => count > 0);
}

/** Floats of one panel: biases and weights. */
export function panelFloats(panel: Panel, depth: number): number {
  return (depth + 1) * panel.vectors * lanes;
}

/** Floats of the panels of one group. */
export function groupFloats(layout: PanelLayout): number {
  return panelsOf(layout.outC / layout.groups, layout.vectors).reduce(
    (sum, panel) => sum + panelFloats(panel, layout.depth),
    0,
  );
}

/** In a file of 16-bit integers every panel keeps its biases as they are. */
export function panelStorage(layout: WeightLayout): readonly StoredRun[] {
  const { vectors, groups, outC, depth } = layout as PanelLayout;
  const group = panelRuns(outC / groups, vectors).map(({ vectors: of, count }) => ({
    count,
    floats: of * lanes,
    scales: of * lanes,
    integers: of * lanes * depth,
  }));
  const [run] = group;
  if (run && group.length === 1) return [{ ...run, count: groups * run.count }];
  return Array.from({ length: groups }, () => group).flat();
}

/** weight [outC, inC / groups, ...window] and bias [outC] (or none) → the panels of all groups. */
export function packPanels(
  layout: WeightLayout,
  tensors: readonly Tensor[],
  into?: Float32Array,
): Float32Array {
  const { vectors, groups, outC, depth } = layout as PanelLayout;
  const [weight, bias] = tensors;
  if (!weight || weight.data.length !== outC * depth) internal('a weight of another shape than its layout');
  const inC = weight.shape[1] ?? 1;
  const taps = depth / inC;
  const perGroup = outC / groups;
  const packed = into ?? new Float32Array(groups * groupFloats(layout as PanelLayout));
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (const panel of panelsOf(perGroup, vectors)) {
      const first = group * perGroup + panel.first;
      const width = panel.vectors * lanes;
      if (bias) packed.set(bias.data.subarray(first, first + panel.channels), at);
      const from = first * depth;
      packPanel(weight.data, packed, { ...panel, from, to: at + width, inC, taps });
      at += panelFloats(panel, depth);
    }
  }
  return packed;
}

/** So many input channels are turned at a time: a cache line of every output channel. */
const channelsAtOnce = 16;

/** [channels][inC][taps] → [taps][inC][width]. */
function packPanel(
  weight: Float32Array,
  packed: Float32Array,
  panel: Panel & { readonly from: number; readonly to: number; readonly inC: number; readonly taps: number },
): void {
  const { channels, from, to, inC, taps } = panel;
  const width = panel.vectors * lanes;
  for (let start = 0; start < inC; start += channelsAtOnce) {
    const end = Math.min(inC, start + channelsAtOnce);
    for (let j = 0; j < channels; j++) {
      const source = from + j * inC * taps;
      for (let tap = 0; tap < taps; tap++)
        for (let c = start; c < end; c++)
          packed[to + (tap * inC + c) * width + j] = weight[source + c * taps + tap]!;
    }
  }
}
