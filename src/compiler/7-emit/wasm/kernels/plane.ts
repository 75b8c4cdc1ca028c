/**
 * Walks over planes of output pixels, calling one function per tile of a cover. Pointers end where they would stand for the next plane.
 */
import type { Band, Cover } from '../../../6-plan/algorithms/cover.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { FunctionBuilder, FunctionRef, Local } from '../assembler/index.ts';
import type { ConvGeometry } from './conv-geometry.ts';
import { callWith, combineStrides, movePointers, outPointer } from './pointers.ts';

/** Tile functions by their height and width in pixels, see `tileKey`. */
export type Tiles = ReadonlyMap<string, FunctionRef>;

export function tileKey(height: number, width: number): string {
  return `${height}x${width}`;
}

interface Walked {
  readonly geometry: Pick<ConvGeometry, 'size' | 'strides'>;
  /** One for each row of the windows of a pool; else one. */
  readonly tiles: readonly Tiles[];
  /** Addresses of the first pixel; moved on the way. */
  readonly pointers: readonly Local<'i32'>[];
  /** Address of the tiles' descriptor, their last argument, if they have one. */
  readonly descriptor?: number;
}

/** All planes, each covered alike. */
export function emitPlanes(
  f: FunctionBuilder,
  { cover, ...walked }: Walked & { readonly cover: Omit<Cover, 'cycles'> },
): void {
  const { size, strides } = walked.geometry;
  f.for(f.i32(), 0, size[0], 1, () => {
    cover.bands.forEach((band) => emitBand(f, { ...walked, band }));
    if (size[0] > 1) movePointers(f, walked.pointers, combineStrides(strides[0], 1, strides[1], -size[1]));
  });
}

/**
 * The bands of one height below each other; `rows` is their number where it is known at run time only. The rows of a window of a pool all
 * write to the same row of the output.
 */
export function emitBand(
  f: FunctionBuilder,
  {
    geometry,
    band,
    tiles,
    pointers,
    rows,
    descriptor,
  }: Walked & { readonly band: Band; readonly rows?: Local<'i32'> | undefined },
): void {
  const [, row, column] = geometry.strides;
  f.for(f.i32(), 0, rows ?? band.count, tiles.length, () => {
    tiles.forEach((kinds, i) => {
      for (const { width, count } of band.runs) {
        const tile = kinds.get(tileKey(band.height, width)) ?? internal('a tile without code');
        f.for(f.i32(), 0, count, 1, () => {
          callWith(f, tile, descriptor === undefined ? pointers : [...pointers, descriptor]);
          movePointers(f, pointers, column, width);
        });
      }
      const rowsOut = i === tiles.length - 1 ? tiles.length : 0;
      const down = row.with(outPointer, (row[outPointer] ?? 0) * rowsOut);
      movePointers(f, pointers, combineStrides(down, band.height, column, -geometry.size[2]));
    });
  });
}
