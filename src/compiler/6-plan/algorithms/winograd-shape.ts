/**
 * How a Winograd layer is laid out in scratch memory: tiles of the map, positions of a transformed tile, blocks of tiles, chunks of channels.
 * Planner and code generator both derive it from the same few numbers.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel } from '../../ir/kernel.ts';
import { finishScratchBytes } from './epilogue.ts';
import { lineFloats, oddLines } from './scratch-lines.ts';
import { lanes } from './tile.ts';
import { positionsFor, type TileSize, type TileStride, type TileTaps } from './winograd-matrices.ts';

/** What the planner decides about a layer; becomes `Step.tuning`. */
export interface WinogradTuning {
  readonly tile: TileSize;
  /** Vectors of a panel of output channels. */
  readonly vectors: number;
  /** Tiles of a block. */
  readonly block: number;
  /**
   * The last tiles down and across have only the positions that their pixels need, if these are at most so many. Only in a map of one block:
   * tiles of others are all alike, wherever a block begins.
   */
  readonly narrow: number;
  /** Input channels of a chunk, those of each phase and plane counted: all of them, or a multiple of four that divides those of a plane. */
  readonly depth: number;
  /** Output channels of a chunk: whole panels. */
  readonly channels: number;
  /** Of a part of the output channels: bytes from its first bias to its first kernel. */
  readonly kernelsBehind?: number;
  /** Of a part of the map that begins or ends within a row of tiles: which of its tiles, row by row; of a flat map without narrow ones. */
  readonly firstTile?: number;
  readonly tiles?: number;
}

/** The tiles along one axis of the map. */
export interface TileAxis {
  /** Three or four taps are transformed; an axis with one is left alone, in tiles of one pixel and one position. */
  readonly taps: 1 | TileTaps;
  readonly stride: TileStride;
  /** Every so many pixels of the input make a map of their own, see `tappedAxis`; `taps` and `stride` are those on each of them. */
  readonly phases: number;
  /** Output pixels and positions of a whole tile; it reads as many inputs as it has positions. */
  readonly pixels: number;
  readonly positions: number;
  /** Transformed kernels: with stride two, the odd inputs share one. */
  readonly kernels: number;
  readonly tiles: number;
  /** Output pixels of the last tile. */
  readonly last: number;
  /** Positions that the last tile has. */
  readonly lastPositions: readonly number[];
}

export interface WinogradShape extends WinogradTuning {
  /** Of a volume: planes of the output, and how many of the input each is a sum of, as if they were further channels. */
  readonly planes: { readonly count: number; readonly taps: number };
  readonly down: TileAxis;
  readonly across: TileAxis;
  /** Of all planes; of a part only its own. */
  readonly tiles: number;
  readonly firstTile: number;
  readonly positions: number;
  /** Transformed kernels of a panel and input channel. */
  readonly kernelCount: number;
  /** Input channels times phases times planes. */
  readonly inC: number;
  /** Number of chunks of input channels. */
  readonly chunks: number;
  /** All kernels are transformed before the first block, because blocks would do it again and again. */
  readonly ahead: boolean;
  /** Floats of a tile at one position, in the transformed input and in the products. */
  readonly inRow: number;
  readonly outRow: number;
  /** Floats from one position to the next: in the transformed input, the products, the kernels of a panel. */
  readonly inPosition: number;
  readonly outPosition: number;
  readonly kernelPosition: number;
  /** Byte offsets of the products, the transformed kernels and the scratch of a deferred epilogue; the transformed input comes first. */
  readonly products: number;
  readonly kernels: number;
  readonly finish: number;
  /** Byte offset of the values of a tile between the transforms of its two axes, for two vectors of channels. */
  readonly lines: number;
  readonly bytes: number;
}

/** How a window's taps along one axis are transformed. */
export type TappedAxis = Pick<TileAxis, 'taps' | 'stride' | 'phases'>;

/**
 * One tap is not transformed, three may have stride two. Other windows of stride s are taken apart: every s-th pixel of the input belongs to one
 * of s maps, over which the window is a convolution with stride one, of ⌈taps / s⌉ taps (some of them zeros). Undefined where these are
 * neither three nor four.
 */
export function tappedAxis(taps: number, stride: number): TappedAxis | undefined {
  if (taps === 1 && stride === 1) return { taps, stride, phases: 1 };
  if (taps === 3 && (stride === 1 || stride === 2)) return { taps, stride, phases: 1 };
  const ofPhase = Math.ceil(taps / stride);
  return ofPhase === 3 || ofPhase === 4 ? { taps: ofPhase, stride: 1, phases: stride } : undefined;
}

/** Taps that a kernel has in memory along an axis: each phase has equally many. */
export function storedTaps({ taps, phases }: TappedAxis): number {
  return taps * phases;
}

/** The outermost of three axes. */
function planesOf({ window }: ConvKernel): WinogradShape['planes'] {
  return { count: window.output.at(-3) ?? 1, taps: window.kernel.at(-3) ?? 1 };
}

/** Axes of the window from the innermost: [down, across]; one axis has nothing above it. */
function tileAxes(
  { window }: ConvKernel,
  { tile, narrow }: Pick<WinogradTuning, 'tile' | 'narrow'>,
): readonly [TileAxis, TileAxis] {
  const at = (fromInner: number): TileAxis => {
    const [output = 1, taps = 1, stride = 1] = [window.output, window.kernel, window.stride].map((values) =>
      values.at(-1 - fromInner),
    );
    const tapped = tappedAxis(taps, stride) ?? internal(`Winograd of ${taps} taps with stride ${stride}`);
    return tileAxis(output, tapped, tile, narrow);
  };
  return [at(1), at(0)];
}

function tileAxis(output: number, tapped: TappedAxis, tile: TileSize, narrow: number): TileAxis {
  const { taps, stride } = tapped;
  if (taps === 1)
    return { ...tapped, pixels: 1, positions: 1, kernels: 1, tiles: output, last: 1, lastPositions: [0] };
  const tiles = Math.ceil(output / tile);
  const last = output - (tiles - 1) * tile;
  return {
    ...tapped,
    pixels: tile,
    positions: stride === 1 ? tile + taps - 1 : 2 * tile + 1,
    kernels: tile + taps - 1,
    tiles,
    last,
    lastPositions: positionsFor(tile, { taps, stride }, last <= narrow ? last : tile),
  };
}

/** Input channels times phases times planes. */
function summedChannels(kernel: ConvKernel, down: TappedAxis, across: TappedAxis): number {
  return kernel.inC * down.phases * across.phases * planesOf(kernel).taps;
}

/** Tiles of all planes, positions of a whole one, kernels of a pair of channels, and what channels of the input are summed. */
export function tilesOf(
  kernel: ConvKernel,
  tile: TileSize,
): Readonly<Record<'tiles' | 'positions' | 'kernels' | 'inC', number>> {
  const [down, across] = tileAxes(kernel, { tile, narrow: 0 });
  return {
    tiles: planesOf(kernel).count * down.tiles * across.tiles,
    positions: down.positions * across.positions,
    kernels: down.kernels * across.kernels,
    inC: summedChannels(kernel, down, across),
  };
}

/** The layout that follows from the decisions. */
export function winogradShape(kernel: ConvKernel, tuning: WinogradTuning): WinogradShape {
  const { vectors, block, depth, channels } = tuning;
  const [down, across] = tileAxes(kernel, tuning);
  const positions = down.positions * across.positions;
  const kernelCount = down.kernels * across.kernels;
  const panelWidth = vectors * lanes;
  const planes = planesOf(kernel);
  const { firstTile = 0, tiles = planes.count * down.tiles * across.tiles } = tuning;
  const inC = summedChannels(kernel, down, across);
  // Phases and planes are written one behind the other, in whole vectors.
  const beyond = inC > kernel.inC && kernel.inC % lanes > 0 ? lanes - 1 : 0;
  const inRow = spread(Math.ceil((depth + beyond) / lanes) * lanes);
  const outRow = spread(Math.min(channels, Math.ceil(kernel.outC / lanes) * lanes));
  const inPosition = oddLines(block * inRow);
  const outPosition = oddLines(block * outRow);
  const kernelPosition = oddLines(depth * panelWidth);
  const chunks = inC / depth;
  const products = chunks * positions * inPosition * 4;
  const kernels = products + positions * outPosition * 4;
  const panels = Math.ceil(Math.min(channels, kernel.outC) / panelWidth);
  const finish = kernels + panels * kernelCount * kernelPosition * 4;
  // A line before the lines holds an address.
  const lines = finish + finishScratchBytes + lineFloats * 4;
  return {
    ...tuning,
    planes,
    down,
    across,
    tiles,
    firstTile,
    positions,
    kernelCount,
    inC,
    chunks,
    ahead: chunks === 1 && channels >= kernel.outC,
    inRow,
    outRow,
    inPosition,
    outPosition,
    kernelPosition,
    products,
    kernels,
    finish,
    lines,
    bytes: lines + positions * 2 * lanes * 4,
  };
}

/** Rows of 2 KiB and more as an odd number of cache lines. */
function spread(floats: number): number {
  return floats * 4 >= 2048 ? oddLines(floats) : floats;
}

/** Neighbouring positions along an axis that the same tiles have. */
export interface PositionSpan {
  readonly first: number;
  readonly count: number;
  /** Tiles along the axis that have them. */
  readonly tiles: number;
  /** The kernel of the first position, and whether each has its own: the odd inputs of stride two share theirs. */
  readonly kernel: number;
  readonly step: 0 | 1;
}

/** The positions of an axis, in order. */
export function positionSpans(axis: TileAxis): readonly PositionSpan[] {
  const { positions, stride, kernels, lastPositions } = axis;
  const own = stride === 2 && axis.taps === 3 ? kernels - 1 : kernels;
  const spans: PositionSpan[] = [];
  for (let position = 0; position < positions; position++) {
    const step = position < own ? 1 : 0;
    const tiles = lastPositions.includes(position) ? axis.tiles : axis.tiles - 1;
    const last = spans.at(-1);
    if (last?.tiles === tiles && last.step === step)
      spans[spans.length - 1] = { ...last, count: last.count + 1 };
    else spans.push({ first: position, count: 1, tiles, kernel: Math.min(position, own), step });
  }
  return spans;
}

/** Rows of the matrix products of the positions where two spans meet. */
export function productRows({ narrow, block }: WinogradShape, a: PositionSpan, b: PositionSpan): number {
  return narrow > 0 ? a.tiles * b.tiles : block;
}
