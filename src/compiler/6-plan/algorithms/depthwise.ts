/**
 * Depthwise convolution on registers: a run of neighbouring output pixels times one or two vectors of channels. Every input vector
 * of a window row is loaded once and used for all pixels that it touches, with the row's weights held in registers. Each channel
 * does little arithmetic, so wide maps are bound by the bandwidth of the caches.
 */
import type { DepthwiseKernel } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice, HaloNeed } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { evenCover } from './cover.ts';
import { epilogueScratch } from './epilogue.ts';
import { depthwiseLayout, groupFloats, packPanels, panelsOf } from './panels.ts';
import { windowHalo } from './shape.ts';
import { lanes, vectorRegisters } from './tile.ts';

/** Wider windows are left to the loop nest: a row of them is straight code. */
const widestRow = 16;
/** Pixels of a tile: enough accumulators to hide the latency, few enough to keep a row of weights next to them. */
const mostPixels = 8;
const leastPixels = 4;
/** Bytes per cycle between the caches and a kernel that reads and writes every value once. */
const cacheBytesPerCycle = 10;
/** Cycles to enter and leave a tile. */
const tileCycles = 20;

export const depthwise: Algorithm = {
  name: 'depthwise',
  doc: 'Register-blocked over pixels and channels, weights of a window row in registers.',
  choose: (kernel, engine, { staticWeights }) =>
    kernel.kind === 'depthwise' &&
    !kernel.integer &&
    staticWeights &&
    (kernel.window.kernel.at(-1) ?? 1) <= widestRow
      ? chooseDepthwise(kernel, engine)
      : undefined,
  variants: (kernel, engine) => (kernel.kind === 'depthwise' ? depthwiseVariants(kernel, engine) : []),
  // The layout `panels` is packed by implicit-gemm.
  layouts: [],
  pack: packPanels,
};

function chooseDepthwise(kernel: DepthwiseKernel, engine: Engine): Choice {
  const vectors = channelVectors(kernel, engine);
  const layout = depthwiseLayout(kernel, vectors);
  return {
    algorithm: 'depthwise',
    tuning: { vectors, pixels: tilePixels(kernel, engine) },
    halos: [{ operand: kernel.x, halo: staggered(kernel) }],
    scratchBytes: epilogueScratch(kernel.epilogue),
    weights: { layout, bytes: 4 * groupFloats(layout) },
    cost: nsOf({ cycles: depthwiseCycles(kernel, engine), weightBytes: 4 * groupFloats(layout) }),
  };
}

/** Shorter runs of pixels: fewer positions fight for cache sets, more registers are free. */
function depthwiseVariants(kernel: DepthwiseKernel, engine: Engine): readonly Choice[] {
  const choice = chooseDepthwise(kernel, engine);
  const most = tilePixels(kernel, engine);
  const counts = Array.from({ length: Math.max(0, most - leastPixels) }, (_, i) => leastPixels + i);
  return counts.map((pixels) => ({ ...choice, tuning: { ...choice.tuning, pixels } }));
}

/**
 * Vectors of output channels that one turn of the inner loop computes: two on wide engines (one 256-bit register); with a multiplier
 * as many as it takes until output and input channels are aligned again.
 */
function channelVectors({ channels, multiplier }: DepthwiseKernel, engine: Engine): number {
  if (multiplier > 1) return multiplier / greatestCommonDivisor(lanes, multiplier);
  return engine.wide && channels > lanes ? 2 : 1;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The most pixels that fit the registers next to the weights of a window row and one input vector. */
function tilePixels(kernel: DepthwiseKernel, engine: Engine): number {
  const left = vectorRegisters - (engine.relaxed ? 1 : 2) - rowWeights(kernel, engine);
  return Math.max(1, Math.min(mostPixels, left));
}

/** Registers for weights: the row if it leaves enough accumulators, else one at a time. */
function rowWeights({ window }: DepthwiseKernel, engine: Engine): number {
  const row = window.kernel.at(-1) ?? 1;
  return holdsRow(row, engine) ? row : 1;
}

/** Whether the weights of a window row of `taps` stay in registers while the row's input streams by. */
export function holdsRow(taps: number, engine: Engine): boolean {
  return taps <= (engine.relaxed ? 8 : 7);
}

/**
 * Pixels at a multiple of this distance, in bytes, share one in four sets of the L1 cache. A gap of one cache line behind every pixel
 * spreads them over all sets: 14 × 14 × 512 runs twice as fast.
 */
const aliasingBytes = 1024;
const gapChannels = 16;

/** The window's border, and the gap where pixels would compete for cache sets. */
function staggered({ window, channels }: DepthwiseKernel): HaloNeed['halo'] {
  const border = windowHalo(window);
  return (channels * 4) % aliasingBytes === 0 ? [...border, [0, gapChannels]] : border;
}

/** Sets, and lines in a set that a tile may count on, of an L1 cache. */
const cacheSets = 64;
const cacheWays = 7;

/**
 * The most pixels (at most `limit`) whose input stays in the L1 cache while the tile walks over the channels: with a pixel stride of
 * 2 KiB all lines of a tile fall into two sets. `positions(pixels)` are the input pixels of a tile.
 */
export function pixelsWithoutConflicts(
  limit: number,
  pixelBytes: number,
  positions: (pixels: number) => number,
): number {
  const lines = pixelBytes / 64;
  const spread = Number.isInteger(lines) ? cacheSets / greatestCommonDivisor(lines, cacheSets) : cacheSets;
  let pixels = limit;
  while (pixels > leastPixels && positions(pixels) > spread * cacheWays) pixels -= 1;
  return pixels;
}

function depthwiseCycles(kernel: DepthwiseKernel, engine: Engine): number {
  const { window, channels, multiplier } = kernel;
  const taps = sizeOf(window.kernel);
  const outC = channels * multiplier;
  const registers = panelsOf(outC, engine.wide ? 2 : 1).length;
  const compute = (sizeOf(window.output) * registers * taps) / 2;
  const bytes = 4 * (sizeOf(window.input) * channels + sizeOf(window.output) * outC);
  const columns = window.output.at(-1) ?? 1;
  const tiles = evenCover({ rows: sizeOf(window.output) / columns, columns }, tilePixels(kernel, engine));
  const calls = tiles.bands.reduce(
    (sum, { count, runs }) => sum + count * runs.reduce((n, run) => n + run.count, 0),
    0,
  );
  return Math.max(compute, bytes / cacheBytesPerCycle) + calls * tileCycles;
}
