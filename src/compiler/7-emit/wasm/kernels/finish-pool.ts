/**
 * Pools that are part of a finish: the pixels of a window are joined in registers, so that the map at full resolution is never stored.
 * A tile holds whole windows, or one of their rows: then the first row is stored, and the rows below it join what is stored.
 */
import { sizeOf } from '../../../ir/type.ts';
import type { FusedPool } from '../../../ir/kernel.ts';
import { f32x4, type ConstantPool, type FunctionBuilder, type Local, type V128 } from '../assembler/index.ts';

export interface FinishPool {
  readonly reduce: FusedPool['reduce'];
  /** Pixels of a window down and across. */
  readonly height: number;
  readonly width: number;
  /** Pixels of a whole window, those in other planes included: what an average divides by. */
  readonly cells: number;
  /** The rows of a window that a tile holds. */
  readonly rows: PoolRows;
}

export type PoolRows = 'all' | 'first' | 'next' | 'last';

/** What tiles that hold one row of a window hold of it, row by row. */
export function poolRows(count: number): readonly PoolRows[] {
  if (count === 1) return ['all'];
  return Array.from({ length: count }, (_, row) => (row === 0 ? 'first' : row < count - 1 ? 'next' : 'last'));
}

/** The pool of a kernel for tiles with these rows of its windows; undefined for a kernel without. */
export function finishPool(pool: FusedPool | undefined, rows: PoolRows): FinishPool | undefined {
  if (!pool) return undefined;
  const [width = 1, height = 1] = pool.size.toReversed();
  return { reduce: pool.reduce, height, width, cells: sizeOf(pool.size), rows };
}

/** Whether the rows above have left something in the output. */
function joinsStored(rows: PoolRows): boolean {
  return rows === 'next' || rows === 'last';
}

interface Pixels {
  readonly height: number;
  readonly width: number;
}

/** What a tile of this size stores, in pixels. */
export function storedPixels(pool: FinishPool | undefined, { height, width }: Pixels): Pixels {
  if (!pool) return { height, width };
  return { height: pool.rows === 'all' ? height / pool.height : height, width: width / pool.width };
}

/** For every stored pixel, row by row, the pixels of the tile that it is made of. */
export function pixelWindows(pool: FinishPool | undefined, tile: Pixels): readonly (readonly number[])[] {
  const stored = storedPixels(pool, tile);
  const [down, across] = [tile.height / stored.height, tile.width / stored.width];
  return Array.from({ length: stored.height * stored.width }, (_, i) => {
    const [row, column] = [Math.floor(i / stored.width) * down, (i % stored.width) * across];
    return Array.from(
      { length: down * across },
      (_, j) => (row + Math.floor(j / across)) * tile.width + column + (j % across),
    );
  });
}

/**
 * What the joining of a tile's pixels begins with, its first one being `value`. Maxima go on from what the rows above have left: `pmax` keeps a
 * NaN that comes first and passes over others, so that all tiles of all algorithms have to join the pixels of a window one after another.
 */
export function firstPixel({ reduce, rows }: FinishPool, value: V128, stored: () => V128): V128 {
  return reduce === 'max' && joinsStored(rows) ? f32x4.pmax(stored(), value) : value;
}

/** sum = sum ∘ value */
export function joinPixel(f: FunctionBuilder, { reduce }: FinishPool, sum: Local<'v128'>, value: V128): void {
  f.set(sum, reduce === 'max' ? f32x4.pmax(sum, value) : f32x4.add(sum, value));
}

/** What is stored of the joined pixels; an average adds what the rows above have left in its place. */
export function pooledValue(
  f: FunctionBuilder,
  constants: ConstantPool,
  { reduce, cells, rows }: FinishPool,
  sum: V128,
  stored: () => V128,
): V128 {
  if (reduce === 'max') return sum;
  const share = constants.f32(1 / cells);
  return joinsStored(rows) ? f.fma(sum, share, stored()) : f32x4.mul(sum, share);
}
