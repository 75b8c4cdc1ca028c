/**
 * The micro-kernel of quantised layers: a function that computes one register tile (pixels × vectors of four output channels) over window
 * taps and input channels, four bytes at a time. With relaxed SIMD one instruction multiplies four channels' weights with a splat of four
 * bytes and adds (vpdpbusd, sdot); without, the same products are summed in 16-bit pairs into two partial sums per vector.
 *
 * Steps and lengths come from a descriptor in memory, so that layers share tiles.
 */
import { headBytes, type Int8Panel } from '../../../6-plan/algorithms/int8-panels.ts';
import { i16x8, i32, i32x4, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { Reduction } from './gemm-tile.ts';
import { emitInt8Finish, type Int8Finish } from './int8-finish.ts';

export interface Int8TileShape {
  /** Neighbouring pixels. */
  readonly width: number;
  readonly panel: Int8Panel;
  /** Window taps, outermost first, and the innermost run of steps. */
  readonly reduction: Reduction;
  readonly finish: Int8Finish;
}

/** Runs up to this length are straight code. */
const longestStraightRun = 8;
/** Steps per turn of the inner loop. */
const unroll = 4;

/** Bytes across from pixel to pixel: input, output, operands. */
export type Columns = readonly number[];

/** The words of a layer's descriptor: bytes of the inner loop; per window level its extent and the way back; then the columns. */
export function int8Descriptor({ taps, run }: Reduction, columns: Columns): Int32Array {
  const extents = [...taps, run].map(({ count, step }) => count * step);
  const levels = taps.flatMap(({ step }, level) => [extents[level] ?? 0, step - (extents[level + 1] ?? 0)]);
  const inner = Math.floor(run.count / unroll) * unroll * run.step;
  return Int32Array.from([inner, ...levels, ...columns]);
}

/** The function of a tile: (x, panel, out, one pointer per epilogue operand, descriptor). */
export function int8Tile(module: ModuleBuilder, shape: Int8TileShape): FunctionRef {
  const { width, panel, finish, reduction } = shape;
  const name = `int8_tile_${width}x${panel.channels}`;
  const params = Array<'i32'>(4 + finish.operands.length).fill('i32');
  return module.kernel({ name, params }, (f, ...locals) => {
    f.unfused();
    const descriptor = locals.at(-1) as Local<'i32'>;
    const [x, weights, ...rest] = locals.slice(0, -1) as unknown as readonly [
      Local<'i32'>,
      Local<'i32'>,
      ...Local<'i32'>[],
    ];
    const word = (index: number): I32 => i32.load(descriptor, index * 4);
    const columnsAt = 1 + 2 * reduction.taps.length;
    const across = (pointer: Local<'i32'>, column: number): readonly Local<'i32'>[] =>
      neighbours(f, pointer, width, word(columnsAt + column));
    const head = f.let(weights);
    f.increment(weights, headBytes(panel));
    const sums = startSums(f, { width, vectors: panel.vectors }, head);
    accumulate(f, { shape, inputs: across(x, 0), weights, sums, word });
    const pointers = rest.map((pointer, i) =>
      i === 0 || finish.operands[i - 1]?.per === 'tensor' ? across(pointer, 1 + i) : undefined,
    );
    const pixels = Array.from({ length: width }, (_, p) =>
      rest.map((pointer, i) => pointers[i]?.[p] ?? pointer),
    );
    const factors = { base: head, offset: panel.vectors * 16 };
    const whole = sums.map((row) => row.map((sum, j) => sumOf(f, sum, { base: head, offset: j * 16 })));
    emitInt8Finish(f, { module, finish, panel, factors }, whole, pixels);
  });
}

/** A pointer per pixel. */
function neighbours(
  f: FunctionBuilder,
  first: Local<'i32'>,
  count: number,
  column: I32,
): readonly Local<'i32'>[] {
  if (count === 1) return [first];
  const step = f.let(column);
  const pointers = [first];
  while (pointers.length < count) pointers.push(f.let(i32.add(pointers.at(-1) as I32, step)));
  return pointers;
}

/** One sum of four channels: a vector, or the partial sums of channels 0, 0, 1, 1 and 2, 2, 3, 3. */
export type Sum = readonly Local<'v128'>[];

/** The sums of `width` pixels, as they begin: `head` is the panel's start. */
export function startSums(
  f: FunctionBuilder,
  { width, vectors }: { readonly width: number; readonly vectors: number },
  head: Local<'i32'>,
): readonly (readonly Sum[])[] {
  const parts = f.engine.relaxed ? 1 : 2;
  const sums = Array.from({ length: width }, () => Array.from({ length: vectors }, () => f.v128s(parts)));
  if (parts === 2) {
    // The code may run in a loop: what the locals hold is the last turn's.
    sums.flat(2).forEach((sum) => f.set(sum, i32x4.const(0)));
    return sums;
  }
  const [first = [], ...others] = sums.map((row) => row.map(([sum]) => sum as Local<'v128'>));
  first.forEach((sum, j) => f.set(sum, v128.load(head, j * 16)));
  others.forEach((row) => row.forEach((sum, j) => f.set(sum, first[j] as V128)));
  return sums;
}

/** The complete sum; partial ones have not begun at the start's value. */
export function sumOf(
  f: FunctionBuilder,
  [sum, high]: Sum,
  start: { readonly base: I32; readonly offset: number },
): V128 {
  if (!sum || !high) return sum as V128;
  const pairs = i32x4.add(v128.shuffle32(sum, high, [0, 2, 4, 6]), v128.shuffle32(sum, high, [1, 3, 5, 7]));
  return f.let(i32x4.add(pairs, v128.load(start.base, start.offset)));
}

/** Sixteen bytes as they are, or as 16-bit numbers: those of the first two channels and of the others. */
export type Bytes = readonly [V128, V128?];

/** sum += four products per channel. */
export function addProducts(
  f: FunctionBuilder,
  [sum, other]: Sum,
  weights: V128,
  [bytes, more]: Bytes,
): void {
  if (!sum) return;
  if (!other) return f.set(sum, i32x4.relaxedDotI8x16I7x16AddS(weights, bytes, sum));
  f.set(sum, i32x4.add(i32x4.dotI16x8S(i16x8.extendLow8x16S(weights), bytes), sum));
  f.set(other, i32x4.add(i32x4.dotI16x8S(i16x8.extendHigh8x16S(weights), more ?? bytes), other));
}

interface Accumulation {
  readonly shape: Int8TileShape;
  readonly inputs: readonly Local<'i32'>[];
  readonly weights: Local<'i32'>;
  readonly sums: readonly (readonly Sum[])[];
  readonly word: (index: number) => I32;
}

/** All taps. */
function accumulate(f: FunctionBuilder, sum: Accumulation): void {
  const { word, inputs, shape } = sum;
  const nest = (level: number): void => {
    if (level === shape.reduction.taps.length) return sumRun(f, sum);
    untilEnd(f, sum, word(1 + 2 * level), () => {
      nest(level + 1);
      const back = f.let(word(2 + 2 * level));
      inputs.forEach((pointer) => f.increment(pointer, back));
    });
  };
  nest(0);
}

/** Repeats `body`, which moves the input pointers, until they have moved by `bytes`; at least once. */
function untilEnd(f: FunctionBuilder, { inputs }: Accumulation, bytes: I32, body: () => void): void {
  const lead = inputs[0] as Local<'i32'>;
  const end = f.let(i32.add(lead, bytes));
  f.loop((again) => {
    body();
    f.branchIf(again, i32.ne(lead, end));
  });
}

function sumRun(f: FunctionBuilder, sum: Accumulation): void {
  const { run } = sum.shape.reduction;
  const steps = (count: number): void => {
    for (let k = 0; k < count; k++) multiplyAdd(f, sum, k);
    sum.inputs.forEach((pointer) => f.increment(pointer, count * run.step));
    f.increment(sum.weights, count * sum.shape.panel.vectors * 16);
  };
  if (run.count <= longestStraightRun) return steps(run.count);
  untilEnd(f, sum, sum.word(0), () => steps(unroll));
  if (run.count % unroll > 0) steps(run.count % unroll);
}

/** One step of all sums: the side with fewer registers is held, the other one streamed. */
function multiplyAdd(f: FunctionBuilder, { shape, inputs, weights, sums }: Accumulation, k: number): void {
  const { vectors } = shape.panel;
  const load = (j: number): V128 => v128.load(weights, (k * vectors + j) * 16);
  const bytes = (pointer: Local<'i32'>): Bytes => {
    const splat = v128.load32Splat(pointer, k * shape.reduction.run.step);
    return [f.let(f.engine.relaxed ? splat : i16x8.extendLow8x16U(splat))];
  };
  const indices = Array.from({ length: vectors }, (_, j) => j);
  if (inputs.length < vectors) {
    const held = inputs.map(bytes);
    for (const j of indices) {
      const row = f.let(load(j));
      held.forEach((pixel, p) => addProducts(f, sums[p]?.[j] ?? [], row, pixel));
    }
  } else {
    const held = indices.map((j) => f.let(load(j)));
    inputs.forEach((pointer, p) => {
      const pixel = bytes(pointer);
      held.forEach((row, j) => addProducts(f, sums[p]?.[j] ?? [], row, pixel));
    });
  }
}
