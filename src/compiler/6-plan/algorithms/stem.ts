/**
 * The first layer of a network: windows three pixels wide with stride one over few input channels. Winograd's F(4, 3) along the rows
 * alone: four neighbouring pixels cost six multiplications per tap row and pair of channels instead of twelve. A row of input is
 * transformed once and serves as many rows of output as the window has; the sums of a tile stay in registers until they are pixels.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel } from '../../ir/kernel.ts';
import type { Tensor } from '../../ir/type.ts';
import type { Engine, WeightLayout } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { epilogueScratch } from './epilogue.ts';
import { panelsOf, type Panel } from './panels.ts';
import { windowHalo } from './shape.ts';
import { lanes } from './tile.ts';
import { kernelTransforms } from './winograd-matrices.ts';

/** Pixels of a group, and positions of its transform. */
export const groupPixels = 4;
export const positions = groupPixels + 2;
/** Of a window's row. */
const taps = 3;
/** Of a panel. */
const mostVectors = 4;
/** Neighbouring groups of a tile, which share weights. */
export const tileGroups = 2;
/** Taps of a window's column times input channels: the code of a tile is straight. */
const mostDepth = 16;
/** Cycles to transform one group of an input row, and to finish one of output, per register of channels (measured). */
const inputCycles = 10;
const groupCycles = 23;
/** Without fused multiply-add the products need registers of their own, and sums spill. */
const spillFactor = 1.35;

export interface StemLayout {
  readonly kind: 'stem';
  readonly vectors: number;
  readonly inC: number;
  readonly outC: number;
  /** Rows of the window. */
  readonly rows: number;
  readonly [key: string]: unknown;
}

export const stem: Algorithm = {
  name: 'stem',
  doc: "Few input channels: Winograd's F(4, 3) along rows, sums in registers, relative error below 1e-5.",
  choose: (kernel, engine, { precise, staticWeights }) =>
    kernel.kind === 'conv' && !precise && staticWeights && suits(kernel)
      ? chooseStem(kernel, engine)
      : undefined,
  layouts: ['stem'],
  pack: packStem,
};

function suits({ window, inC, groups, integer }: ConvKernel): boolean {
  const { kernel, stride, dilation, output } = window;
  const isOne = (n: number): boolean => n === 1;
  return (
    !integer &&
    (kernel.length === 1 || kernel.length === 2) &&
    kernel.at(-1) === 3 &&
    stride.every(isOne) &&
    dilation.every(isOne) &&
    groups === 1 &&
    windowRows(window) * inC <= mostDepth &&
    (output.at(-1) ?? 0) >= groupPixels
  );
}

/** Rows of a window: one of a signal's. */
export function windowRows({ kernel }: ConvKernel['window']): number {
  return kernel.length > 1 ? (kernel[0] ?? 1) : 1;
}

function chooseStem(kernel: ConvKernel, engine: Engine): Choice {
  const vectors = engine.wide ? 4 : 2;
  const layout = stemLayout(kernel, vectors);
  const bytes = 4 * stemFloats(layout);
  return {
    algorithm: 'stem',
    tuning: { vectors, tile: groupPixels },
    halos: [{ operand: kernel.x, halo: groupHalo(kernel) }],
    scratchBytes: stemScratch(kernel).bytes,
    weights: { layout, bytes },
    cost: nsOf({ cycles: stemCycles(kernel, vectors, engine), weightBytes: bytes }),
  };
}

export function stemLayout({ window, inC, outC }: ConvKernel, vectors: number): StemLayout {
  return { kind: 'stem', vectors, inC, outC, rows: windowRows(window) };
}

/** Whole groups are read: the last ones reach beyond what the window needs, and must find zeros there. */
function groupHalo({ window }: ConvKernel): readonly (readonly [number, number])[] {
  const columns = window.output.at(-1) ?? 1;
  const [begin = 0] = window.pads.at(-1) ?? [];
  const read = Math.ceil(columns / groupPixels) * groupPixels + 2 - begin;
  return windowHalo(window).with(-1, [begin, Math.max(0, read - (window.input.at(-1) ?? 1))]);
}

export interface StemScratch {
  /** Bytes of a position of a group (its channels in whole vectors), of a group, and of a transformed row. */
  readonly position: number;
  readonly group: number;
  readonly row: number;
  /** Of the scratch of a deferred epilogue, behind the rows of a window. */
  readonly finish: number;
  /** Of sums without transforms, behind it. */
  readonly sums: number;
  readonly bytes: number;
}

export function stemScratch({ window, inC, epilogue }: ConvKernel): StemScratch {
  const position = Math.ceil(inC / lanes) * lanes * 4;
  const group = positions * position;
  // Tiles read whole pairs of groups.
  const groups = Math.ceil((window.output.at(-1) ?? 1) / groupPixels / tileGroups) * tileGroups;
  const row = groups * group;
  const finish = windowRows(window) * row;
  const sums = finish + epilogueScratch(epilogue);
  return { position, group, row, finish, sums, bytes: sums + groupPixels * mostVectors * lanes * 4 };
}

/**
 * What a panel holds, in groups of one weight per channel: biases, then for each half of the positions, tap row, channel and position its
 * weights, then the kernels as they are, for sums that transforms cannot give (NaN).
 */
export function stemPanelGroups({ inC, rows }: StemLayout): { readonly lead: number; readonly all: number } {
  const lead = 1 + positions * rows * inC;
  return { lead, all: lead + taps * rows * inC };
}

export function stemPanelFloats({ vectors }: Pick<Panel, 'vectors'>, layout: StemLayout): number {
  return vectors * lanes * stemPanelGroups(layout).all;
}

function stemFloats(layout: StemLayout): number {
  return panelsOf(layout.outC, layout.vectors).reduce(
    (sum, panel) => sum + stemPanelFloats(panel, layout),
    0,
  );
}

/** weight [outC, inC, rows, 3] and bias [outC] (or none) → panels of biases and weights transformed along the rows. */
function packStem(layout: WeightLayout, tensors: readonly Tensor[], into?: Float32Array): Float32Array {
  const { vectors, inC, outC, rows } = layout as StemLayout;
  const [weight, bias] = tensors;
  if (weight?.data.length !== outC * inC * rows * 3) internal('a weight of another shape than its layout');
  const packed = into ?? new Float32Array(stemFloats(layout as StemLayout));
  let at = 0;
  for (const panel of panelsOf(outC, vectors)) {
    const width = panel.vectors * lanes;
    if (bias) packed.set(bias.data.subarray(panel.first, panel.first + panel.channels), at);
    at += width;
    for (const { row, channel, position } of weightOrder(rows, inC)) {
      const [a, b, c] = kernelTransforms[groupPixels][position] ?? internal('a position without a transform');
      for (let j = 0; j < panel.channels; j++) {
        const from = (((panel.first + j) * inC + channel) * rows + row) * 3;
        const [x = 0, y = 0, z = 0] = weight.data.subarray(from, from + 3);
        packed[at + j] = a * x + b * y + c * z;
      }
      at += width;
    }
    const kernel = rows * inC * taps;
    for (let i = 0; i < kernel; i++, at += width) {
      const [row, channel, tap] = [Math.floor(i / (inC * taps)), Math.floor(i / taps) % inC, i % taps];
      for (let j = 0; j < panel.channels; j++)
        packed[at + j] = weight.data[(((panel.first + j) * inC + channel) * rows + row) * taps + tap]!;
    }
  }
  return packed;
}

/** The order in which a tile reads its weights: in two passes of three positions each, for which registers suffice. */
function weightOrder(
  rows: number,
  channels: number,
): readonly { readonly row: number; readonly channel: number; readonly position: number }[] {
  const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
  return range(2).flatMap((half) =>
    range(rows).flatMap((row) =>
      range(channels).flatMap((channel) =>
        range(positions / 2).map((i) => ({ row, channel, position: (half * positions) / 2 + i })),
      ),
    ),
  );
}

function stemCycles(kernel: ConvKernel, vectors: number, engine: Engine): number {
  const { window, inC, outC } = kernel;
  const columns = window.output.at(-1) ?? 1;
  const groups = Math.ceil(columns / groupPixels);
  const rows = window.output.length > 1 ? (window.output[0] ?? 1) : 1;
  const depth = windowRows(window) * inC;
  const registers = panelsOf(outC, vectors).reduce(
    (sum, panel) => sum + (engine.wide ? Math.ceil(panel.vectors / 2) : panel.vectors),
    0,
  );
  const products = groups * registers * ((positions * depth) / 2) * (engine.relaxed ? 1 : spillFactor);
  const transforms = groups * (Math.ceil(inC / lanes) * inputCycles + registers * groupCycles);
  return rows * (products + transforms);
}
