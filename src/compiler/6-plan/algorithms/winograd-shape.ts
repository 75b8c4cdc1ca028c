/**
 * How a Winograd layer is laid out in scratch memory: tiles of the map, positions of a transformed tile, blocks of tiles, chunks of channels.
 * Planner and code generator both derive it from the same few numbers.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel } from '../../ir/kernel.ts';
import { finishScratchBytes } from './epilogue.ts';
import { lanes } from './tile.ts';
import { positionsFor, type TileSize } from './winograd-matrices.ts';

/** What the planner decides about a layer; becomes `Step.tuning`. */
export interface WinogradTuning {
  readonly tile: TileSize;
  /** Vectors of a panel of output channels. */
  readonly vectors: number;
  /** Tiles of a block. */
  readonly block: number;
  /**
   * The last tiles down and across have only the positions that their pixels need, if these are at most half of a tile's. Only in a map of
   * one block: tiles of others are all alike, wherever a block begins.
   */
  readonly narrow: boolean;
  /** Input channels of a chunk: all of them, or a multiple of four that divides them. */
  readonly depth: number;
  /** Output channels of a chunk: whole panels. */
  readonly channels: number;
  /** Of a part of the output channels: bytes from its first bias to its first kernel. */
  readonly kernelsBehind?: number;
}

/** The tiles along one axis of the map. */
export interface TileAxis {
  /** Three taps are transformed; an axis with one is left alone, in tiles of one pixel and one position. */
  readonly taps: 1 | 3;
  /** Output pixels and positions of a whole tile. */
  readonly pixels: number;
  readonly positions: number;
  readonly tiles: number;
  /** Output pixels of the last tile. */
  readonly last: number;
  /** Positions that the last tile has. */
  readonly lastPositions: readonly number[];
}

export interface WinogradShape extends WinogradTuning {
  readonly down: TileAxis;
  readonly across: TileAxis;
  readonly positions: number;
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

/** Axes of the window from the innermost: [down, across]; one axis has nothing above it. */
function tileAxes(
  { window }: ConvKernel,
  { tile, narrow }: Pick<WinogradTuning, 'tile' | 'narrow'>,
): readonly [TileAxis, TileAxis] {
  const [across = 1, down = 1] = window.output.toReversed();
  const [acrossTaps = 1, downTaps = 1] = window.kernel.toReversed();
  return [tileAxis(down, downTaps, tile, narrow), tileAxis(across, acrossTaps, tile, narrow)];
}

function tileAxis(output: number, taps: number, tile: TileSize, narrow: boolean): TileAxis {
  if (taps === 1) return { taps, pixels: 1, positions: 1, tiles: output, last: 1, lastPositions: [0] };
  if (taps !== 3) internal(`Winograd of ${taps} taps`);
  const tiles = Math.ceil(output / tile);
  const last = output - (tiles - 1) * tile;
  return {
    taps,
    pixels: tile,
    positions: tile + 2,
    tiles,
    last,
    lastPositions: positionsFor(tile, narrow && 2 * last <= tile ? last : tile),
  };
}

/** Tiles of the map. */
export function tileCount(kernel: ConvKernel, tile: TileSize): number {
  const [down, across] = tileAxes(kernel, { tile, narrow: false });
  return down.tiles * across.tiles;
}

/** The layout that follows from the decisions. */
export function winogradShape(kernel: ConvKernel, tuning: WinogradTuning): WinogradShape {
  const { vectors, block, depth, channels } = tuning;
  const [down, across] = tileAxes(kernel, tuning);
  const positions = down.positions * across.positions;
  const panelWidth = vectors * lanes;
  const inRow = spread(Math.ceil(depth / lanes) * lanes);
  const outRow = spread(Math.min(channels, Math.ceil(kernel.outC / lanes) * lanes));
  const inPosition = oddLines(block * inRow);
  const outPosition = oddLines(block * outRow);
  const kernelPosition = oddLines(depth * panelWidth);
  const chunks = kernel.inC / depth;
  const products = chunks * positions * inPosition * 4;
  const kernels = products + positions * outPosition * 4;
  const panels = Math.ceil(Math.min(channels, kernel.outC) / panelWidth);
  const finish = kernels + panels * positions * kernelPosition * 4;
  // A line before the lines holds an address.
  const lines = finish + finishScratchBytes + lineFloats * 4;
  return {
    ...tuning,
    down,
    across,
    positions,
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

/** Floats of a cache line. */
const lineFloats = 16;

/** An odd number of cache lines: the positions of a tile, written and read together, then fall into different cache sets. */
function oddLines(floats: number): number {
  return (Math.ceil(floats / lineFloats) | 1) * lineFloats;
}

/** Rows of 2 KiB and more as an odd number of cache lines, for the same reason. */
function spread(floats: number): number {
  return floats * 4 >= 2048 ? oddLines(floats) : floats;
}

/** Neighbouring positions along an axis that the same tiles have. */
export interface PositionSpan {
  readonly first: number;
  readonly count: number;
  /** Tiles along the axis that have them. */
  readonly tiles: number;
}

/** The positions of an axis, in order. */
export function positionSpans({ positions, tiles, last, lastPositions }: TileAxis): readonly PositionSpan[] {
  if (lastPositions.length === positions) return [{ first: 0, count: positions, tiles }];
  return [
    { first: 0, count: last + 1, tiles },
    { first: last + 1, count: positions - last - 2, tiles: tiles - 1 },
    { first: positions - 1, count: 1, tiles },
  ];
}

/** Rows of the matrix products of the positions where two spans meet. */
export function productRows({ narrow, block }: WinogradShape, a: PositionSpan, b: PositionSpan): number {
  return narrow ? a.tiles * b.tiles : block;
}
