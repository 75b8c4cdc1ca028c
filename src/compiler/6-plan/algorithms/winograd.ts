/**
 * Winograd's minimal filtering for 3 × 3 windows with stride one: an m × m tile of the output costs (m + 2)² multiplications per pair
 * of channels instead of 9 m² (Lavin & Gray, 2016). Tiles go through three stages in blocks that stay in the cache: input transform,
 * one matrix product per position of the transformed tile, output transform with bias and epilogue.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel } from '../../ir/kernel.ts';
import type { Tensor } from '../../ir/type.ts';
import type { Engine, WeightLayout } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { coverPlane } from './cover.ts';
import { finishScratchBytes } from './epilogue.ts';
import { panelsOf } from './panels.ts';
import { lanes } from './tile.ts';

/** Output pixels of a tile along each axis. */
export type TileSize = 2 | 4;

/** Kernel transforms G: rows are positions of the transformed tile, columns taps (points 0, ±1, ±2, ∞ and 0, ±1, ∞). */
export const kernelTransforms: Readonly<Record<TileSize, readonly (readonly [number, number, number])[]>> = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
};

/** Numbers of a kernel. */
const taps = 9;
/** Below as many channels the transforms cost more than they save. */
const fewestChannels = 8;
/** Cycles of the transforms of one tile and one register of channels (measured). */
const inputCycles: Readonly<Record<TileSize, number>> = { 2: 30, 4: 110 };
const outputCycles: Readonly<Record<TileSize, number>> = { 2: 22, 4: 80 };
/** Transformed tiles of a block, input and output together, in bytes: what the L2 cache holds next to weights. */
const blockBytes = 384 * 1024;
/** Bytes per nanosecond of transformed tiles that do not stay in the L2 cache, written and read once. */
const spillBytesPerNs = 10;
/** Blocks have at least so many tiles, maps at most so many blocks unless the cache wants more. */
const fewestTiles = 6;
const mostBlocks = 16;

export interface WinogradLayout {
  readonly kind: 'winograd';
  readonly tile: TileSize;
  readonly vectors: number;
  readonly inC: number;
  readonly outC: number;
  readonly [key: string]: unknown;
}

/** How the tiles of a map are grouped. All sizes in tiles or floats. */
export interface WinogradShape {
  readonly tile: TileSize;
  /** Tiles down and across the map. */
  readonly down: number;
  readonly across: number;
  /** Tiles of a block. */
  readonly block: number;
  /** Channels of input and output in scratch, padded to whole vectors. */
  readonly inC: number;
  readonly outC: number;
  /** Floats from one position of the transformed tile to the next. */
  readonly inPosition: number;
  readonly outPosition: number;
}

export const winograd4: Algorithm = winogradAlgorithm(4, 'winograd-4x4');
export const winograd2: Algorithm = winogradAlgorithm(2, 'winograd-2x2');

function winogradAlgorithm(tile: TileSize, name: 'winograd-4x4' | 'winograd-2x2'): Algorithm {
  return {
    name,
    doc: `3 × 3 convolution by Winograd's F(${tile} × ${tile}, 3 × 3), relative error below 1e-4.`,
    choose: (kernel, engine, { precise, staticWeights }) =>
      kernel.kind === 'conv' && !kernel.integer && !precise && staticWeights && suits(kernel, tile)
        ? chooseWinograd(kernel, { tile, name, engine })
        : undefined,
    // Both sizes share one layout; the smaller one lists it.
    layouts: tile === 2 ? ['winograd'] : [],
    pack: packWinograd,
    expand: expandWinograd,
  };
}

function suits({ window, groups, inC, outC, pool }: ConvKernel, tile: TileSize): boolean {
  const all = (values: readonly number[], value: number): boolean => values.every((v) => v === value);
  return (
    window.kernel.length === 2 &&
    all(window.kernel, 3) &&
    all(window.stride, 1) &&
    all(window.dilation, 1) &&
    groups === 1 &&
    inC >= fewestChannels &&
    outC >= fewestChannels &&
    Math.min(...window.output) >= tile &&
    (pool?.size ?? []).every((size) => tile % size === 0)
  );
}

function chooseWinograd(
  kernel: ConvKernel,
  { tile, name, engine }: { tile: TileSize; name: 'winograd-4x4' | 'winograd-2x2'; engine: Engine },
): Choice {
  const vectors = engine.wide ? 4 : 2;
  const shape = winogradShape(kernel, tile, vectors, engine);
  const layout: WinogradLayout = { kind: 'winograd', tile, vectors, inC: kernel.inC, outC: kernel.outC };
  return {
    algorithm: name,
    tuning: { tile, vectors, block: shape.block },
    halos: [{ operand: kernel.x, halo: tileHalo(kernel, shape) }],
    scratchBytes: scratchLayout(shape).bytes,
    weights: { layout, bytes: 4 * winogradFloats(layout), compactBytes: 4 * compactFloats(layout) },
    cost: winogradCost(kernel, shape, vectors, engine),
  };
}

/** Whole tiles are read: the last ones reach beyond what the window needs, and must find zeros there. */
function tileHalo({ window }: ConvKernel, { tile, down, across }: WinogradShape): [number, number][] {
  return [down, across].map((tiles, axis) => {
    const begin = window.pads[axis]?.[0] ?? 0;
    return [begin, Math.max(0, tiles * tile + 2 - begin - (window.input[axis] ?? 0))];
  });
}

/** Tiles of the map in blocks, and the layout of the transformed tiles. `block` overrides the choice of the block. */
export function winogradShape(
  { window, inC, outC }: ConvKernel,
  tile: TileSize,
  vectors: number,
  engine: Engine,
  block?: number,
): WinogradShape {
  const [height = 1, width = 1] = window.output;
  const [down, across] = [Math.ceil(height / tile), Math.ceil(width / tile)];
  const padded = {
    inC: Math.ceil(inC / lanes) * lanes,
    outC: panelsOf(outC, vectors).reduce((sum, panel) => sum + panel.vectors * lanes, 0),
  };
  const tiles = block ?? blockTiles(down * across, padded, { tile, vectors, engine });
  return {
    tile,
    down,
    across,
    block: tiles,
    ...padded,
    inPosition: oddLines(tiles * padded.inC),
    outPosition: oddLines(tiles * padded.outC),
  };
}

/** An odd number of cache lines: the positions of a tile, written and read together, then fall into different cache sets. */
function oddLines(floats: number): number {
  const perLine = 16;
  return (Math.ceil(floats / perLine) | 1) * perLine;
}

/**
 * Tiles of a block. Small blocks keep the transformed tiles in the L2 cache; large ones read the weights less often. Blocks are
 * equal (the last one may lack a few tiles), and their number is the one with the least time for products and traffic.
 */
function blockTiles(
  tiles: number,
  { inC, outC }: { inC: number; outC: number },
  { tile, vectors, engine }: { tile: TileSize; vectors: number; engine: Engine },
): number {
  const positions = (tile + 2) ** 2;
  const weightBytes = positions * inC * outC * 4;
  const tileBytes = positions * (inC + outC) * 4;
  const panels = panelsOf(outC, vectors).length;
  const time = (block: number): number => {
    const blocks = Math.ceil(tiles / block);
    const products =
      coverPlane({ rows: 1, columns: block }, vectors, inC, engine).cycles * panels * positions * blocks;
    const spilled = block * tileBytes > blockBytes ? blocks * block * tileBytes : 0;
    return nsOf({ cycles: products, weightBytes, passes: blocks }) + spilled / spillBytesPerNs;
  };
  const counts = Array.from(
    { length: Math.min(mostBlocks, Math.ceil(tiles / fewestTiles)) },
    (_, i) => i + 1,
  );
  const blocks = new Set([
    ...counts.map((count) => Math.ceil(tiles / count)),
    ...cachedBlocks(tiles, tileBytes),
  ]);
  return [...blocks].reduce((a, b) => (time(b) < time(a) ? b : a));
}

/** Block sizes around what the L2 cache holds, for maps of very many tiles. */
function cachedBlocks(tiles: number, tileBytes: number): readonly number[] {
  const most = Math.floor(blockBytes / tileBytes);
  return [most, most - 1, most - 2, most - 3].filter((block) => block >= fewestTiles && block <= tiles);
}

export interface ScratchLayout {
  /** Byte offsets of the transformed input, the products, one tile of raw output, and the scratch of a deferred epilogue. */
  readonly products: number;
  readonly patch: number;
  readonly finish: number;
  readonly bytes: number;
}

export function scratchLayout({ tile, inPosition, outPosition, outC }: WinogradShape): ScratchLayout {
  const positions = (tile + 2) ** 2;
  const products = positions * inPosition * 4;
  const patch = products + positions * outPosition * 4;
  const finish = patch + tile * tile * outC * 4;
  return { products, patch, finish, bytes: finish + finishScratchBytes };
}

/** Floats of the final block: biases, then for every position its panels of weights. */
function winogradFloats(layout: WinogradLayout): number {
  return biasFloats(layout) + (layout.tile + 2) ** 2 * positionFloats(layout);
}

/** Floats of the compact block: biases, then for every tap its panels of weights. */
function compactFloats(layout: WinogradLayout): number {
  return biasFloats(layout) + taps * positionFloats(layout);
}

/** Floats of one position's or tap's weights: panels of [inC][vectors · 4]. */
export function positionFloats({ inC, outC, vectors }: WinogradLayout): number {
  return panelsOf(outC, vectors).reduce((sum, panel) => sum + inC * panel.vectors * lanes, 0);
}

/** Floats of the biases, padded to whole cache lines. */
export function biasFloats({ outC }: WinogradLayout): number {
  return Math.ceil(outC / 16) * 16;
}

/** weight [outC, inC, 3, 3] and bias [outC] (or none) → biases, then g[tap][panel][inC][vectors · 4]. */
function packWinograd(layout: WeightLayout, tensors: readonly Tensor[], into?: Float32Array): Float32Array {
  const { vectors, inC, outC } = layout as WinogradLayout;
  const [weight, bias] = tensors;
  if (!weight || weight.data.length !== outC * inC * taps)
    internal('a weight of another shape than its layout');
  const packed = into ?? new Float32Array(compactFloats(layout as WinogradLayout));
  if (bias) packed.set(bias.data);
  const start = biasFloats(layout as WinogradLayout);
  const stride = positionFloats(layout as WinogradLayout);
  const { data } = weight;
  for (const panel of panelsOf(outC, vectors)) {
    const width = panel.vectors * lanes;
    const to = start + panel.first * inC;
    for (let c = 0; c < inC; c++)
      for (let j = 0; j < panel.channels; j++) {
        const from = ((panel.first + j) * inC + c) * taps;
        const at = to + c * width + j;
        for (let tap = 0; tap < taps; tap++) packed[at + tap * stride] = data[from + tap]!;
      }
  }
  return packed;
}

/** Biases and kernels g → biases and transformed kernels U = G g Gᵀ, rounded as the generated code rounds. Plain loops: there are millions. */
function expandWinograd(layout: WeightLayout, compact: Float32Array): Float32Array {
  const { tile } = layout as WinogradLayout;
  const start = biasFloats(layout as WinogradLayout);
  const stride = positionFloats(layout as WinogradLayout);
  const expanded = new Float32Array(winogradFloats(layout as WinogradLayout));
  expanded.set(compact.subarray(0, start));
  const G = Float32Array.from(kernelTransforms[tile].flat());
  const columns = new Float32Array(3);
  for (let at = start; at < start + stride; at++)
    for (let i = 0, to = at; i < G.length; i += 3) {
      for (let s = 0; s < 3; s++) {
        const top = at + s * stride;
        columns[s] = combine(G, i, compact[top]!, compact[top + 3 * stride]!, compact[top + 6 * stride]!);
      }
      for (let j = 0; j < G.length; j += 3, to += stride)
        expanded[to] = combine(G, j, columns[0]!, columns[1]!, columns[2]!);
    }
  return expanded;
}

/**
 * A row of G, from `i` on, times three values, from left to right in single precision. Rows have all three coefficients or one; values
 * without a coefficient do not count, whatever they are.
 */
function combine(G: Float32Array, i: number, x: number, y: number, z: number): number {
  const [a, b, c] = [G[i]!, G[i + 1]!, G[i + 2]!];
  if (b === 0) return Math.fround(a === 0 ? c * z : a * x);
  return Math.fround(Math.fround(Math.fround(a * x) + Math.fround(b * y)) + Math.fround(c * z));
}

function winogradCost(kernel: ConvKernel, shape: WinogradShape, vectors: number, engine: Engine): number {
  const { tile, down, across, block, inC, outC } = shape;
  const positions = (tile + 2) ** 2;
  const tiles = down * across;
  const blocks = Math.ceil(tiles / block);
  const products = panelsOf(kernel.outC, vectors).reduce(
    (sum, panel) => sum + coverPlane({ rows: 1, columns: block }, panel.vectors, kernel.inC, engine).cycles,
    0,
  );
  const registers = engine.wide ? 2 * lanes : lanes;
  const transforms = (tiles * (inC * inputCycles[tile] + outC * outputCycles[tile])) / registers;
  const weightBytes = positions * inC * outC * 4;
  return nsOf({ cycles: products * positions * blocks + transforms, weightBytes, passes: blocks });
}
