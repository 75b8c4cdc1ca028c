/**
 * Winograd's transforms F(2, 3) and F(4, 3) on vectors of channels (Lavin & Gray, 2016), along one axis and along two. Whole tiles and kernels
 * share the subexpressions of a positive and a negative point; tiles at the edge of a map go by their matrices. Distances in memory are
 * values of the running program, so that layers of different sizes share the code.
 */
import {
  inputTransform,
  outputTransform,
  type TileSize,
} from '../../../6-plan/algorithms/winograd-matrices.ts';
import type { TileAxis } from '../../../6-plan/algorithms/winograd-shape.ts';
import { f32x4, i32, v128 } from '../assembler/index.ts';
import type { ConstantPool, FunctionBuilder, I32, I32Like, Local, V128 } from '../assembler/index.ts';

export interface TransformContext {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
}

/** A transform along one axis: so many inputs to so many outputs. */
export interface LineTransform {
  readonly inputs: number;
  readonly outputs: number;
  readonly apply: (context: TransformContext, line: readonly V128[]) => readonly V128[];
}

type Apply = LineTransform['apply'];

/** Bᵀ d: m + 2 inputs of a line of the tile to m + 2 positions. */
const inputLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, [d0, d1, d2, d3]: readonly V128[]) =>
    [
      f32x4.sub(d0 as V128, d2 as V128),
      f32x4.add(d1 as V128, d2 as V128),
      f32x4.sub(d2 as V128, d1 as V128),
      f32x4.sub(d3 as V128, d1 as V128),
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
const outputLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f }, m) => {
    const [m0, m1, m2, m3] = m as readonly [V128, V128, V128, V128];
    const first = f.let(f32x4.add(f32x4.add(m0, m1), m2));
    return [first, f.let(f32x4.add(f32x4.sub(m1, m2), m3))];
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

/** G g: three taps to m + 2 positions. */
const kernelLines: Readonly<Record<TileSize, Apply>> = {
  2: ({ f, constants }, g) => {
    const [g0, g1, g2] = g as readonly [V128, V128, V128];
    const half = constants.f32(1 / 2);
    const even = f.let(f32x4.mul(f32x4.add(g0, g2), half));
    return [g0, f.let(f.fma(g1, half, even)), f.let(f.fnma(g1, half, even)), g2];
  },
  4: ({ f, constants }, g) => {
    const [g0, g1, g2] = g as readonly [V128, V128, V128];
    const [sixth, twelfth] = [constants.f32(1 / 6), constants.f32(1 / 12)];
    const near = f.let(f32x4.mul(f32x4.add(g0, g2), constants.f32(-1 / 6)));
    const far = f.let(f.fma(g2, sixth, f32x4.mul(g0, constants.f32(1 / 24))));
    return [
      f32x4.mul(g0, constants.f32(1 / 4)),
      f.fnma(g1, sixth, near),
      f.fma(g1, sixth, near),
      f.fma(g1, twelfth, far),
      f.fnma(g1, twelfth, far),
      g2,
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

/** An axis that is not transformed. */
const identity: LineTransform = { inputs: 1, outputs: 1, apply: (_, line) => line };

/** Input of a tile to its positions. */
export function inputLineOf(axis: TileAxis, tile: TileSize, isLast: boolean): LineTransform {
  if (axis.taps === 1) return identity;
  const positions = isLast ? axis.lastPositions.length : axis.positions;
  const apply =
    positions === axis.positions ? inputLines[tile] : byMatrix(inputTransform(tile, positions - 2));
  return { inputs: positions, outputs: positions, apply };
}

/** Products at the positions of a tile to those of its pixels that exist. */
export function outputLineOf(axis: TileAxis, tile: TileSize, isLast: boolean): LineTransform {
  if (axis.taps === 1) return identity;
  const positions = isLast ? axis.lastPositions.length : axis.positions;
  const pixels = isLast ? axis.last : axis.pixels;
  if (pixels === axis.pixels) return { inputs: positions, outputs: pixels, apply: outputLines[tile] };
  const whole = positions === axis.positions;
  const matrix = outputTransform(tile, whole ? tile : pixels).slice(0, pixels);
  return { inputs: positions, outputs: pixels, apply: byMatrix(matrix) };
}

/** Taps of a kernel to positions. */
export function kernelLineOf(axis: TileAxis, tile: TileSize): LineTransform {
  return axis.taps === 1 ? identity : { inputs: 3, outputs: axis.positions, apply: kernelLines[tile] };
}

/** Σ coefficient · value of every row. */
function byMatrix(matrix: readonly (readonly number[])[]): Apply {
  return ({ f, constants }, line) =>
    matrix.map((row) => {
      const terms = row.flatMap((coefficient, i) =>
        coefficient === 0 ? [] : [{ coefficient, value: line[i] as V128 }],
      );
      return f.let(
        terms.slice(1).reduce(
          (sum, { coefficient, value }) => {
            if (coefficient === 1) return f32x4.add(sum, value);
            if (coefficient === -1) return f32x4.sub(sum, value);
            return f.fma(value, constants.f32(coefficient), sum);
          },
          scaled(constants, terms[0]?.coefficient ?? 0, terms[0]?.value as V128),
        ),
      );
    });
}

function scaled(constants: ConstantPool, coefficient: number, value: V128): V128 {
  return coefficient === 1 ? value : f32x4.mul(value, constants.f32(coefficient));
}

/**
 * Where a transform of two axes reads and writes, line by line: first along one axis, then along the other. Several vectors of channels go
 * together, so that V8 can pair them.
 */
export interface Transformed {
  /** Of the lines that `load` reads, and of those that `store` writes: across the former, value by value. */
  readonly first: LineTransform;
  readonly second: LineTransform;
  /** Vectors of channels. */
  readonly vectors: number;
  /** Addresses of the values of the next line, whose number is `line`; moves on. */
  readonly load: (line: I32) => readonly I32[];
  /** So many lines are stored together (default 1): a number that divides them. */
  readonly group?: number;
  /** The next lines by line, vector and place; `line` is the number of the first. All loads are done before. */
  readonly store: (lines: readonly (readonly (readonly V128[])[])[], line: I32) => void;
  /** Memory for all values between the two; with it the code of a line is there once, in a loop. */
  readonly between?: Local<'i32'>;
}

/** All lines along the first axis, then all along the second. */
export function transform(context: TransformContext, transformed: Transformed): void {
  const { first, second, between } = transformed;
  if (between && hasLoops(first, second)) transformInLoops(context, transformed, between);
  else transformUnrolled(context, transformed);
}

/** An axis that is not transformed has one line: nothing to loop over. */
export function hasLoops(first: LineTransform, second: LineTransform): boolean {
  return first.inputs > 1 && second.inputs > 1;
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}

/** The next line along the first axis, by vector. */
function firstLine(
  context: TransformContext,
  { first, vectors, load }: Transformed,
  line: I32,
): readonly (readonly V128[])[] {
  const places = load(line);
  return range(vectors).map((vector) =>
    first.apply(
      context,
      places.map((place) => context.f.let(v128.load(place, vector * 16))),
    ),
  );
}

function transformUnrolled(context: TransformContext, transformed: Transformed): void {
  const { first, second, vectors, group = 1, store } = transformed;
  const lines = range(second.inputs).map((line) => firstLine(context, transformed, i32.const(line)));
  const across = (line: number, vector: number): readonly V128[] =>
    lines.map((values) => values[vector]?.[line] as V128);
  for (let line = 0; line < first.outputs; line += group)
    store(
      range(group).map((i) =>
        range(vectors).map((vector) => second.apply(context, across(line + i, vector))),
      ),
      i32.const(line),
    );
}

/** The values in between are stored as the second axis reads them: V8 would spill most of them anyway. */
function transformInLoops(context: TransformContext, transformed: Transformed, between: Local<'i32'>): void {
  const { f } = context;
  const { first, second, vectors, group = 1, store } = transformed;
  const step = vectors * 16;
  const [line, pointer] = [f.i32(), f.let(between)];
  f.for(line, 0, second.inputs, 1, () => {
    const values = firstLine(context, transformed, line);
    for (let i = 0; i < first.outputs; i++)
      values.forEach((along, vector) =>
        f.store(pointer, i * second.inputs * step + vector * 16, along[i] as V128),
      );
    f.increment(pointer, step);
  });
  f.set(pointer, between);
  f.for(line, 0, first.outputs, group, () => {
    const lines = range(group).map((i) => {
      const at = i * second.inputs * step;
      const loaded = range(vectors).map((vector) =>
        range(second.inputs).map((place) => f.let(v128.load(pointer, at + place * step + vector * 16))),
      );
      return loaded.map((values) => second.apply(context, values));
    });
    store(lines, line);
    f.increment(pointer, group * second.inputs * step);
  });
}

/** `first` and the addresses that follow it, `steps` bytes from one to the next. */
export function placesFrom(f: FunctionBuilder, first: I32, steps: readonly I32[]): readonly I32[] {
  const places = [f.let(first)];
  for (const step of steps) places.push(f.let(i32.add(places.at(-1) as I32, step)));
  return places;
}

/** step · count, without a multiplication where that is nothing or the step itself. */
export function times(step: I32Like, count: number): I32 {
  if (typeof step === 'number') return i32.const(step * count);
  if (count === 0) return i32.const(0);
  return count === 1 ? step : i32.mul(step, i32.const(count));
}
