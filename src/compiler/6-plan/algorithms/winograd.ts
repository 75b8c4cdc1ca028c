/**
 * Winograd's minimal filtering for windows of three taps, along one axis or two: an m × m tile of the output costs (m + 2)² multiplications
 * per pair of channels instead of 9 m², with stride two (2m + 1)² (Lavin & Gray, 2016). Larger strided windows are taken apart into phases of
 * three or four taps: 7 × 7 with stride two is 4 × 4 over four times as many channels. In volumes, planes are transformed, and the planes that a
 * window reaches count as further channels. Tiles go through three stages in blocks that stay in the
 * cache: input transform, one matrix product per position of the transformed tile, output transform with bias and epilogue.
 *
 * Kernels are transformed in the layer itself, chunk by chunk into the cache: reading four times as many transformed weights from memory
 * takes longer wherever a map has few tiles, and they would take four times the memory.
 */
import type { ConvKernel } from '../../ir/kernel.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { coverPlane } from './cover.ts';
import { panelRuns } from './panels.ts';
import { windowHalo } from './shape.ts';
import { lanes } from './tile.ts';
import type { TileSize, TileStride } from './winograd-matrices.ts';
import {
  positionSpans,
  productRows,
  storedTaps,
  tappedAxis,
  tilesOf,
  winogradShape,
  type TappedAxis,
  type WinogradShape,
  type WinogradTuning,
} from './winograd-shape.ts';
import { packWinograd, winogradFloats, winogradStorage, type WinogradLayout } from './winograd-weights.ts';

/** Below as many channels the transforms cost more than they save; each phase counts. */
const fewestChannels = 8;
/** Cycles of the transforms of one tile and one register of channels, along one axis and two, by stride (measured). */
type TileCycles = Readonly<Record<TileSize, readonly [number, number]>>;
const inputCycles: Readonly<Record<TileStride, TileCycles>> = {
  1: { 2: [6, 30], 4: [16, 110] },
  2: { 2: [8, 50], 4: [20, 180] },
};
const outputCycles: Readonly<Record<TileStride, TileCycles>> = {
  1: { 2: [5, 22], 4: [12, 80] },
  2: { 2: [6, 40], 4: [16, 140] },
};
/** Cycles of the transform of one register of kernels. */
const kernelCycles: TileCycles = { 2: [5, 20], 4: [8, 34] };
/** Transformed tiles of a block, input and output together, in bytes: what the L2 cache holds next to weights. */
const blockBytes = 384 * 1024;
/** Transformed kernels of a chunk, in bytes: what the L2 cache holds next to a part of the tiles. */
const chunkBytes = 608 * 1024;
/** Bytes per nanosecond of transformed tiles that do not stay in the L2 cache, written and read once; and of what comes from there. */
const spilledBytesPerNs = 10;
const cachedBytesPerNs = 60;
/** Bytes per nanosecond of what the matrix products read in order while they compute. */
const streamedBytesPerNs = 150;
/** Transformed tiles that the last-level cache holds. */
const lastLevelBytes = 6 * 1024 * 1024;
/** Input channels of a chunk at least: shorter sums spend too much time on loading and storing what they add to. */
const leastDepth = 48;
/** Blocks have at least so many tiles, maps at most so many blocks unless the cache wants more. */
const fewestTiles = 6;
const mostBlocks = 16;

export const winograd4: Algorithm = winogradAlgorithm(4, 'winograd-4x4');
export const winograd2: Algorithm = winogradAlgorithm(2, 'winograd-2x2');

function winogradAlgorithm(tile: TileSize, name: 'winograd-4x4' | 'winograd-2x2'): Algorithm {
  return {
    name,
    doc: `Three taps along one or two axes by Winograd's F(${tile}, 3), relative error below 1e-4; strided windows phase by phase.`,
    choose: (kernel, engine, { precise, staticWeights }) =>
      kernel.kind === 'conv' && !kernel.integer && !precise && staticWeights && suits(kernel, tile, engine)
        ? chooseWinograd(kernel, { tile, name, engine })
        : undefined,
    // Both sizes share one layout; the smaller one lists it.
    variants: (kernel, engine, scratchBytes) =>
      kernel.kind === 'conv' ? winogradVariants(kernel, { tile, name, engine }, scratchBytes) : [],
    layouts: tile === 2 ? ['winograd'] : [],
    pack: packWinograd,
    runs: winogradStorage,
  };
}

/** Blocks and chunks that are worth measuring, of one tile size. */
const mostVariants = 16;

interface EstimatedTuning {
  readonly tuning: WinogradTuning;
  readonly cost: number;
}

/**
 * Programs with 128-bit vectors are downloaded, and strided tiles have the longest transforms: there they must be 4 × 4 and divide the map, so
 * that there is one copy of each. Narrow tiles and 2 × 2 would add 16 kB to ResNet-50 for 1 % of its time.
 */
function suitsStride(
  { window }: ConvKernel,
  axes: readonly TappedAxis[],
  tile: TileSize,
  engine: Engine,
): boolean {
  if (engine.wide || axes.every(({ stride }) => stride === 1)) return true;
  const output = window.output.slice(-2);
  return tile === 4 && axes.every(({ taps }, axis) => taps === 1 || (output[axis] ?? 0) % tile === 0);
}

/** How the window is transformed, by its one or two innermost axes; undefined where it cannot be. */
function tappedAxes({ window }: ConvKernel, tile: TileSize): readonly TappedAxis[] | undefined {
  const strides = window.stride.slice(-2);
  const axes = window.kernel.slice(-2).map((taps, axis) => tappedAxis(taps, strides[axis] ?? 1));
  const isOffered = (axis: TappedAxis | undefined): axis is TappedAxis =>
    axis !== undefined && (axis.taps !== 4 || tile === 4);
  return axes.every(isOffered) ? axes : undefined;
}

function suits(kernel: ConvKernel, tile: TileSize, engine: Engine): boolean {
  const { window, groups, inC, outC, pool } = kernel;
  const axes = tappedAxes(kernel, tile);
  if (!axes) return false;
  const outer = window.kernel.length - axes.length;
  const transformed = axes.flatMap(({ taps }, axis) => (taps === 1 ? [] : [outer + axis]));
  const channels = axes.reduce((product, { phases }) => product * phases, inC);
  return (
    outer <= 1 &&
    transformed.length > 0 &&
    suitsStride(kernel, axes, tile, engine) &&
    transformed.every((axis) => window.dilation[axis] === 1 && (window.output[axis] ?? 0) >= tile) &&
    groups === 1 &&
    channels >= fewestChannels &&
    outC >= fewestChannels &&
    // Tiles hold whole windows of a pool.
    (pool?.size ?? []).every((size, axis) => (transformed.includes(axis) ? tile % size === 0 : size === 1))
  );
}

interface Size {
  readonly tile: TileSize;
  readonly name: 'winograd-4x4' | 'winograd-2x2';
  readonly engine: Engine;
}

function chooseWinograd(kernel: ConvKernel, { tile, name, engine }: Size): Choice {
  return choiceOf(kernel, name, winogradTuning(kernel, tile, engine));
}

/** The blocks and chunks of least estimated time. */
function winogradVariants(
  kernel: ConvKernel,
  { tile, name, engine }: Size,
  scratchBytes = Infinity,
): readonly Choice[] {
  const bounded = Number.isFinite(scratchBytes);
  const likely = tuningsOf(kernel, tile, engine, { memory: bounded ? 'little' : 'any' })
    .filter(({ tuning }) => winogradShape(kernel, tuning).bytes <= scratchBytes)
    .toSorted((a, b) => a.cost - b.cost);
  return likely.slice(0, mostVariants).map((estimated) => choiceOf(kernel, name, estimated));
}

function choiceOf(kernel: ConvKernel, name: Size['name'], { tuning, cost }: EstimatedTuning): Choice {
  const shape = winogradShape(kernel, tuning);
  const layout = winogradLayout(kernel, tuning);
  return {
    algorithm: name,
    tuning: { ...tuning },
    halos: [{ operand: kernel.x, halo: tileHalo(kernel, shape) }],
    scratchBytes: shape.bytes,
    weights: { layout, bytes: 4 * winogradFloats(layout) },
    cost,
  };
}

export function winogradLayout(kernel: ConvKernel, { vectors }: WinogradTuning): WinogradLayout {
  const { window, inC, outC } = kernel;
  const strides = window.stride.slice(-2);
  const stored = window.kernel.slice(-2).map((count, axis) => {
    const tapped = tappedAxis(count, strides[axis] ?? 1);
    return tapped ? storedTaps(tapped) : count;
  });
  const taps = stored.reduce((product, count) => product * count, 1);
  const [row, storedRow] = [window.kernel.at(-1) ?? 1, stored.at(-1) ?? 1];
  const planes = window.kernel.at(-3) ?? 1;
  return { kind: 'winograd', taps, row, storedRow, vectors, inC: inC * planes, planes, outC };
}

/** Whole tiles are read where tiles have all positions: the last ones reach beyond what the window needs, and must find zeros there. */
function tileHalo(
  { window }: ConvKernel,
  { down, across }: WinogradShape,
): readonly (readonly [number, number])[] {
  const axes = [across, down];
  const rank = window.kernel.length;
  return windowHalo(window).map(([begin, end], i) => {
    const axis = axes[rank - 1 - i];
    if (!axis || axis.taps === 1) return [begin, end];
    const read = axis.phases * ((axis.tiles - 1) * axis.pixels * axis.stride + axis.lastPositions.length);
    return [begin, Math.max(end, read - begin - (window.input[i] ?? 0))];
  });
}

/**
 * The blocks and chunks with the least estimated time, in nanoseconds; for a part of a layer with the layout of its weights, and with last tiles
 * as the whole has them.
 */
function winogradTuning(kernel: ConvKernel, tile: TileSize, engine: Engine, whole?: Kept): EstimatedTuning {
  return tuningsOf(kernel, tile, engine, { whole, memory: 'any' }).reduce((a, b) =>
    b.cost < a.cost ? b : a,
  );
}

/** Tiles of a part of a map, counted row by row from the first row that has any of them. */
export interface TileRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The tuning of a part of a layer that is cut for threads: blocks of tiles for the part, since those of the whole map may be larger than it.
 * `tiles`: which ones of those in its rows, if not all.
 */
export function winogradPart(
  part: ConvKernel,
  whole: Choice['tuning'],
  engine: Engine,
  tiles?: TileRange,
): EstimatedTuning {
  const vectors = Number(whole['vectors']);
  const kept = tiles
    ? { vectors, narrow: 0, firstTile: tiles.from, tiles: tiles.to - tiles.from }
    : { vectors, narrow: Number(whole['narrow']) };
  return winogradTuning(part, whole['tile'] === 4 ? 4 : 2, engine, kept);
}

/**
 * Ranges of equally many tiles, with the rows of pixels that they lie in; undefined where rows of tiles cannot be shared: in volumes, and where the
 * last tiles down or across are narrow.
 */
export function tileRanges(
  kernel: ConvKernel,
  { tile, narrow }: Pick<WinogradTuning, 'tile' | 'narrow'>,
  threads: number,
): readonly (TileRange & { readonly tiles: TileRange })[] | undefined {
  const [height = 1, width = 1] = kernel.window.output;
  const isNarrow = [height, width].some((size) => size % tile > 0 && size % tile <= narrow);
  const axes = tappedAxes(kernel, tile);
  if (kernel.window.output.length !== 2 || isNarrow || axes?.some(({ taps }) => taps === 1)) return undefined;
  const across = Math.ceil(width / tile);
  const tiles = Math.ceil(height / tile) * across;
  return Array.from({ length: threads }, (_, i) => {
    const [first, end] = [i, i + 1].map((edge) => Math.floor((edge * tiles) / threads)) as [number, number];
    const row = Math.floor(first / across);
    return {
      from: row * tile,
      to: Math.min(height, Math.ceil(end / across) * tile),
      tiles: { from: first - row * across, to: end - row * across },
    };
  });
}

/** Of a part of a layer: what it shares with the whole, and which tiles it has. */
type Kept = Pick<WinogradTuning, 'vectors' | 'narrow' | 'firstTile' | 'tiles'>;

interface Wanted {
  readonly whole?: Kept | undefined;
  /** Whether blocks and chunks that are never the fastest are considered, too, because they take little memory. */
  readonly memory: 'any' | 'little';
}

function tuningsOf(
  kernel: ConvKernel,
  tile: TileSize,
  engine: Engine,
  { whole, memory }: Wanted,
): readonly EstimatedTuning[] {
  const tiles = whole?.tiles ?? tilesOf(kernel, tile).tiles;
  const rowsOf = rowCycles(engine);
  const isFlat = kernel.window.kernel.length < 3;
  const blocks = blockSizes(kernel, tile, tiles, memory).filter(
    (block) => (whole?.narrow ?? 0) === 0 || block === tiles,
  );
  const widths = whole ? [whole.vectors] : panelWidths(engine);
  return widths.flatMap((vectors) =>
    blocks.flatMap((block) =>
      chunkSizes(kernel, { tile, vectors, memory }).map((chunk) => {
        const tuning = {
          ...whole,
          tile,
          vectors,
          block,
          narrow: whole?.narrow ?? (isFlat && block === tiles ? mostNarrow(tile, engine) : 0),
          ...chunk,
        };
        return { tuning, cost: winogradCost(kernel, winogradShape(kernel, tuning), rowsOf, engine) };
      }),
    ),
  );
}

/** Pixels of a narrow tile. Three of four would add 9 kB to ResNet-50 in 128-bit vectors, for 2 % of ResNet-18's time. */
function mostNarrow(tile: TileSize, engine: Engine): number {
  return engine.wide ? tile - 1 : tile / 2;
}

/** Vectors of a panel of the products: two rows of tiles next to six vectors suit blocks of few tiles, where they fit the registers. */
function panelWidths(engine: Engine): readonly number[] {
  if (engine.wide) return [4];
  return engine.relaxed ? [2, 6] : [2];
}

/** Equal blocks (the last one may lack a few tiles), and blocks as large as the L2 cache holds. */
function blockSizes(
  kernel: ConvKernel,
  tile: TileSize,
  tiles: number,
  memory: Wanted['memory'],
): readonly number[] {
  const { positions, inC } = tilesOf(kernel, tile);
  const most = Math.min(mostBlocks, Math.ceil(tiles / fewestTiles));
  const equal = Array.from({ length: most }, (_, i) => Math.ceil(tiles / (i + 1)));
  const tileBytes = positions * (inC + kernel.outC) * 4;
  const cached = Math.floor(blockBytes / tileBytes);
  const around = [cached, cached - 1, cached - 2, cached - 3];
  const small = memory === 'little' ? [1, 2, 3].map((times) => times * fewestTiles) : [];
  const further = [...around, ...small].filter((block) => block >= fewestTiles && block <= tiles);
  return [...new Set([...equal, ...further])];
}

/** All channels at once, or chunks whose transformed kernels fill the cache. */
function chunkSizes(
  kernel: ConvKernel,
  { tile, vectors, memory }: Pick<WinogradTuning, 'tile' | 'vectors'> & Pick<Wanted, 'memory'>,
): readonly Pick<WinogradTuning, 'depth' | 'channels'>[] {
  const width = vectors * lanes;
  const panels = Math.ceil(kernel.outC / width);
  const { inC, kernels } = tilesOf(kernel, tile);
  const all = { depth: inC, channels: panels * width };
  const planes = kernel.window.kernel.at(-3) ?? 1;
  // Phases have few channels: transformed kernels of all of them fit the cache.
  if (inC > kernel.inC * planes) {
    const counts = memory === 'little' ? [2, 4].map((chunks) => Math.ceil(panels / chunks)) : [];
    return [all, ...counts.map((count) => ({ depth: inC, channels: count * width }))];
  }
  const depths = [1, 2, 3, 4, 6, 8]
    .map((chunks) => kernel.inC / chunks)
    .filter((depth) => depth === inC || (depth % lanes === 0 && depth >= leastDepth));
  const chunked = depths.flatMap((depth) => {
    const held = Math.floor(chunkBytes / (kernels * depth * width * 4));
    if (held < 1) return [];
    const chunks = Math.ceil(panels / held);
    // Of some input channels also a single panel: chunks that take little memory.
    const counts = new Set([Math.ceil(panels / chunks), ...(depth < inC ? [1] : [])]);
    return [...counts].map((count) => ({ depth, channels: count * width }));
  });
  return [all, ...chunked];
}

function winogradCost(kernel: ConvKernel, shape: WinogradShape, rowsOf: RowCycles, engine: Engine): number {
  const { tiles, block, chunks, ahead } = shape;
  const blocks = Math.ceil(tiles / block);
  const times = ahead ? 1 : blocks;
  const products = productCycles(kernel, shape, rowsOf) * chunks * blocks;
  const cycles = products + transformCycles(kernel, shape, times, engine);
  const weightBytes = winogradFloats(winogradLayout(kernel, shape)) * 4;
  return nsOf({ cycles, weightBytes, passes: times }) + trafficNs(kernel, shape, blocks);
}

/** Cycles of all transforms; those of the kernels happen `times` times. */
function transformCycles(
  { outC }: ConvKernel,
  { tile, down, across, tiles: count, inC }: WinogradShape,
  times: number,
  engine: Engine,
): number {
  const axes = down.taps > 1 && across.taps > 1 ? 1 : 0;
  const stride = down.stride === 2 || across.stride === 2 ? 2 : 1;
  const [input, output] = [inputCycles[stride][tile][axes], outputCycles[stride][tile][axes]];
  const tiles = count * (inC * input + outC * output);
  const kernels = times * inC * outC * kernelCycles[tile][axes];
  return (tiles + kernels) / (engine.wide ? 2 * lanes : lanes);
}

/** What moving transformed tiles and kernels between the caches costs. */
function trafficNs(kernel: ConvKernel, shape: WinogradShape, blocks: number): number {
  const { block, positions, kernelCount, inC, chunks, channels, ahead } = shape;
  const tileBytes = positions * block * 4;
  const held = Math.min(channels, kernel.outC);
  const kernelBytes = kernelCount * inC * kernel.outC * 4;
  const beyond = (bytes: number, cache: number): number => (bytes > cache ? bytes : 0);
  const spilled = beyond(tileBytes * (inC + held), blockBytes) * blocks;
  const kernelsSpilled = ahead ? beyond(kernelBytes, chunkBytes) : 0;
  const inputBytes = tileBytes * inC;
  const inputAgain = beyond(inputBytes, blockBytes) * blocks * (Math.ceil(kernel.outC / channels) - 1);
  const sums = 2 * tileBytes * kernel.outC * blocks * (chunks - 1);
  const kernelsAgain = ahead ? beyond(kernelBytes, blockBytes) * (blocks - 1) : kernelBytes * (blocks - 1);
  return (
    (spilled + kernelsSpilled) / spilledBytesPerNs +
    inputAgain / (inputBytes > lastLevelBytes ? spilledBytesPerNs : streamedBytesPerNs) +
    (sums + kernelBytes + kernelsAgain) / cachedBytesPerNs
  );
}

/** Cycles of `rows` tiles times one panel at one position. */
type RowCycles = (rows: number, vectors: number, depth: number) => number;

function rowCycles(engine: Engine): RowCycles {
  const known = new Map<string, number>();
  return (rows, vectors, depth) => {
    const key = `${rows} ${vectors} ${depth}`;
    const cycles = known.get(key) ?? coverPlane({ rows: 1, columns: rows }, vectors, depth, engine).cycles;
    known.set(key, cycles);
    return cycles;
  };
}

/** Cycles of the products of one block over one chunk of input channels and all output channels. */
function productCycles(kernel: ConvKernel, shape: WinogradShape, rowsOf: RowCycles): number {
  const panels = panelRuns(kernel.outC, shape.vectors);
  let cycles = 0;
  for (const a of positionSpans(shape.down))
    for (const b of positionSpans(shape.across)) {
      const rows = productRows(shape, a, b);
      for (const { vectors, count } of panels) {
        const resumed = shape.chunks > 1 ? rows * vectors : 0;
        cycles += (rowsOf(rows, vectors, shape.depth) + resumed) * count * a.count * b.count;
      }
    }
  return cycles;
}
