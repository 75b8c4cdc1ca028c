/**
 * The one-dimensional transforms of Winograd's F(2, 3) and F(4, 3) on vectors of channels (Lavin & Gray, 2016), and their two-dimensional
 * use. The points are 0, ±1, ∞ and 0, ±1, ±2, ∞; common subexpressions of the positive and negative point are shared.
 */
import type { TileSize } from '../../../6-plan/algorithms/winograd.ts';
import { f32x4 } from '../assembler/index.ts';
import type { ConstantPool, FunctionBuilder, V128 } from '../assembler/index.ts';

export interface TransformContext {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
}

type Transform = (context: TransformContext, d: readonly V128[]) => readonly V128[];

/** Bᵀ d: m + 2 inputs of a line of the tile to m + 2 positions. */
const inputLines: Readonly<Record<TileSize, Transform>> = {
  2: ({ f }, [d0, d1, d2, d3]: readonly V128[]) =>
    [
      f32x4.sub(d0 as V128, d2 as V128),
      f32x4.add(d1 as V128, d2 as V128),
      f32x4.sub(d2 as V128, d1 as V128),
      f32x4.sub(d1 as V128, d3 as V128),
    ].map((value) => f.let(value)),
  4: ({ f, constants }, d) => {
    const [d0, d1, d2, d3, d4, d5] = d as readonly [V128, V128, V128, V128, V128, V128];
    const [two, four, five] = [constants.f32(2), constants.f32(4), constants.f32(5)];
    const even = f.let(f.fnma(d2, four, d4));
    const odd = f.let(f.fnma(d1, four, d3));
    const near = f.let(f32x4.sub(d4, d2));
    const far = f.let(f32x4.sub(d3, d1));
    return [
      f.fnma(d2, five, f.fma(d0, four, d4)),
      f32x4.add(even, odd),
      f32x4.sub(even, odd),
      f.fma(far, two, near),
      f.fnma(far, two, near),
      f.fnma(d3, five, f.fma(d1, four, d5)),
    ].map((value) => f.let(value));
  },
};

/** Aᵀ m: m + 2 products of a line to m outputs. */
const outputLines: Readonly<Record<TileSize, Transform>> = {
  2: ({ f }, m) => {
    const [m0, m1, m2, m3] = m as readonly [V128, V128, V128, V128];
    const first = f.let(f32x4.add(f32x4.add(m0, m1), m2));
    return [first, f.let(f32x4.sub(f32x4.sub(m1, m2), m3))];
  },
  4: ({ f, constants }, m) => {
    const [m0, m1, m2, m3, m4, m5] = m as readonly [V128, V128, V128, V128, V128, V128];
    const [two, four, eight] = [constants.f32(2), constants.f32(4), constants.f32(8)];
    const sum1 = f.let(f32x4.add(m1, m2));
    const difference1 = f.let(f32x4.sub(m1, m2));
    const sum2 = f.let(f32x4.add(m3, m4));
    const difference2 = f.let(f32x4.sub(m3, m4));
    return [
      f32x4.add(f32x4.add(m0, sum1), sum2),
      f.fma(difference2, two, difference1),
      f.fma(sum2, four, sum1),
      f32x4.add(f.fma(difference2, eight, difference1), m5),
    ].map((value) => f.let(value));
  },
};

/** Bᵀ d of one line. */
export function inputLine(context: TransformContext, tile: TileSize, d: readonly V128[]): readonly V128[] {
  return inputLines[tile](context, d);
}

/** Aᵀ m of one line. */
export function outputLine(context: TransformContext, tile: TileSize, m: readonly V128[]): readonly V128[] {
  return outputLines[tile](context, m);
}

/** Where a two-dimensional transform reads and writes. Several vectors of channels go together, so that V8 can pair them. */
export interface Transformed {
  readonly tile: TileSize;
  /** Vectors of channels. */
  readonly vectors: number;
  readonly load: (row: number, column: number, vector: number) => V128;
  /** Values of a row by vector and column; rows come in order. All loads are done before. */
  readonly store: (row: number, values: readonly (readonly V128[])[]) => void;
}

/** Bᵀ d B: the positions of a transformed tile. */
export function transformInput(context: TransformContext, transformed: Transformed): void {
  transform(context, inputLines[transformed.tile], transformed);
}

/** Aᵀ m A: the output pixels of a tile. */
export function transformOutput(context: TransformContext, transformed: Transformed): void {
  transform(context, outputLines[transformed.tile], transformed);
}

/** Columns first, then rows. */
function transform(context: TransformContext, line: Transform, transformed: Transformed): void {
  const { tile, vectors, load, store } = transformed;
  const { f } = context;
  const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);
  const size = range(tile + 2);
  const columns = size.map((column) =>
    range(vectors).map((vector) =>
      line(
        context,
        size.map((row) => f.let(load(row, column, vector))),
      ),
    ),
  );
  const rows = columns[0]?.[0]?.length ?? 0;
  for (const row of range(rows))
    store(
      row,
      range(vectors).map((vector) =>
        line(
          context,
          columns.map((column) => column[vector]?.[row] as V128),
        ),
      ),
    );
}
