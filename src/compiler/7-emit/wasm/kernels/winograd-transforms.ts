/**
 * Winograd's transforms of whole tiles: lines along one axis, then along the other. Distances in memory are values of the running program, so
 * that layers of different sizes share the code.
 */
import { i32, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, I32Like, Local, V128 } from '../assembler/index.ts';
import type { LineTransform, TransformContext } from './winograd-lines.ts';

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
