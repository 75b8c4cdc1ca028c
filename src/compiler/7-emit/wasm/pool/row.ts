/**
 * The functions that pool a run of neighbouring output places, all channels: one with the whole window unrolled for the middle of
 * the map, one whose window has any size (given when it is called) for borders and for large windows. Vectors run over channels,
 * several at a time; averages multiply by the reciprocal of the count.
 *
 * Maxima use pmax (one instruction): whether a NaN in a window comes through depends on its place, as in other SIMD runtimes.
 */
import { internal } from '../../../diagnostics/internal.ts';
import type { Epilogue } from '../../../ir/kernel.ts';
import { f32, f32x4, i8x16, v128 } from '../assembler/index.ts';
import type {
  ConstantPool,
  FunctionBuilder,
  FunctionRef,
  Local,
  ModuleBuilder,
  V128,
} from '../assembler/index.ts';
import { storePart } from '../kernels/int8-finish.ts';
import { storeLanes } from '../nest/lanes.ts';
import { emitEpilogue } from '../operands.ts';

/** What a row function is made for; equal shapes share their functions. */
export interface RowShape {
  readonly reduce: 'max' | 'avg';
  readonly channels: number;
  /** Of input and output; 1 for maxima of quantised values. */
  readonly elementBytes: 1 | 4;
  /** Bytes per step along x of: input, output, epilogue operands. */
  readonly steps: readonly number[];
  /** Bytes from tap to tap along each of the three axes, outermost first. */
  readonly tapBytes: readonly number[];
  readonly epilogue: Epilogue | undefined;
}

/** Parameters: input at the window's first tap, output, …operands, number of places; see the makers for more. */
export type RowFunction = FunctionRef<readonly 'i32'[]>;

/** Pools with a window of `taps` per axis, unrolled. */
export function fullRow(module: ModuleBuilder, shape: RowShape, taps: readonly number[]): RowFunction {
  return module.shared(`pool ${JSON.stringify([shape, taps])}`, () =>
    module.kernel({ name: 'pool_row', params: parameters(shape, 0) }, (f, ...locals) => {
      const constants = f.constants();
      const offsets = tapOffsets(shape.tapBytes, taps);
      const scale = constants.f32(1 / offsets.length);
      const sum = (x: Local<'i32'>, at: number): Local<'v128'> => {
        const [first = 0, ...rest] = offsets;
        const value = f.let(v128.load(x, first + at));
        for (const offset of rest) f.set(value, join(shape, value, v128.load(x, offset + at)));
        return value;
      };
      const sums = (x: Local<'i32'>, at: readonly number[]): readonly Local<'v128'>[] =>
        at.map((a) => sum(x, a));
      emitPlaces({ f, constants, shape, sums, scale }, locals);
    }),
  );
}

/** Pools with any window. Further parameters: taps along the three axes, and what an average divides by. */
export function clippedRow(module: ModuleBuilder, shape: RowShape): RowFunction {
  return module.shared(`pool clipped ${JSON.stringify(shape)}`, () =>
    module.kernel({ name: 'pool_clipped', params: parameters(shape, 4) }, (f, ...locals) => {
      const constants = f.constants();
      const taps = locals.slice(-4, -1);
      const count = f32.convertI32S(local(locals, locals.length - 1));
      const scale = f.let(f32x4.splat(f32.div(f32.const(1), count)));
      const sums = (x: Local<'i32'>, at: readonly number[]): readonly Local<'v128'>[] => {
        const values = at.map(() => f.let(leastOf(shape, constants)));
        overTaps(f, taps, shape.tapBytes, x, (tap) => {
          values.forEach((value, u) => f.set(value, join(shape, value, v128.load(tap, at[u] ?? 0))));
        });
        return values;
      };
      emitPlaces({ f, constants, shape, sums, scale }, locals.slice(0, -4));
    }),
  );
}

function parameters(shape: RowShape, more: number): readonly 'i32'[] {
  return Array.from({ length: shape.steps.length + 1 + more }, () => 'i32' as const);
}

/** Byte offsets of all taps from the first. */
function tapOffsets(tapBytes: readonly number[], taps: readonly number[]): readonly number[] {
  return taps.reduce<readonly number[]>(
    (found, n, axis) =>
      found.flatMap((offset) => Array.from({ length: n }, (_, k) => offset + k * (tapBytes[axis] ?? 0))),
    [0],
  );
}

/** Runs `body` with a pointer to each tap. */
function overTaps(
  f: FunctionBuilder,
  [taps, ...inner]: readonly Local<'i32'>[],
  [step = 0, ...steps]: readonly number[],
  from: Local<'i32'>,
  body: (tap: Local<'i32'>) => void,
): void {
  if (!taps) return body(from);
  const pointer = f.let(from);
  f.for(f.i32(), 0, taps, 1, () => {
    overTaps(f, inner, steps, pointer, body);
    f.increment(pointer, step);
  });
}

/** What an empty window would give. */
function leastOf({ reduce, elementBytes }: RowShape, constants: ConstantPool): V128 {
  if (elementBytes === 1) return constants.i32(0);
  return constants.f32(reduce === 'max' ? -Infinity : 0);
}

function join({ reduce, elementBytes }: RowShape, a: V128, b: V128): V128 {
  if (elementBytes === 1) return i8x16.maxU(a, b);
  return reduce === 'max' ? f32x4.pmax(a, b) : f32x4.add(a, b);
}

interface Places {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
  readonly shape: RowShape;
  /** The joined taps of the vectors `at` bytes behind the pointer. */
  readonly sums: (x: Local<'i32'>, at: readonly number[]) => readonly Local<'v128'>[];
  readonly scale: V128;
}

/** Loops over the places, and in each over blocks of channels. */
function emitPlaces(places: Places, locals: readonly Local<'i32'>[]): void {
  const { f, shape } = places;
  const pointers = locals.slice(0, shape.steps.length);
  f.for(f.i32(), 0, local(locals, shape.steps.length), 1, () => {
    emitChannels(places, pointers);
    pointers.forEach((pointer, i) => f.increment(pointer, shape.steps[i] ?? 0));
  });
}

/** Vectors of a block, which share the overhead of a turn. */
const blockVectors = 4;

/** Channels of a vector. */
function lanesOf({ elementBytes }: RowShape): number {
  return 16 / elementBytes;
}

function emitChannels(places: Places, pointers: readonly Local<'i32'>[]): void {
  const { f, shape } = places;
  const block = blockVectors * lanesOf(shape);
  const whole = Math.floor(shape.channels / block) * block;
  if (whole <= 2 * block) return emitBlock(places, pointers, shape.channels);
  const moving = pointers.map((pointer, i) => (isScalar(shape, i) ? pointer : f.let(pointer)));
  f.for(f.i32(), 0, whole, block, () => {
    emitBlock(places, moving, block);
    moving.forEach((pointer, i) => isScalar(shape, i) || f.increment(pointer, shape.elementBytes * block));
  });
  emitBlock(places, moving, shape.channels - whole);
}

/** The operand behind pointer `i` is a single value. */
function isScalar({ epilogue }: RowShape, i: number): boolean {
  return epilogue?.operands[i - 2]?.per === 'scalar';
}

function emitBlock(places: Places, pointers: readonly Local<'i32'>[], channels: number): void {
  const { f, shape, constants, sums, scale } = places;
  const [x, out, ...operands] = pointers;
  if (!x || !out) return internal('a pool without input and output');
  const lanes = lanesOf(shape);
  const block = blockVectors * lanes;
  for (let from = 0; from < channels; from += block) {
    const vectors = Array.from(
      { length: Math.ceil(Math.min(block, channels - from) / lanes) },
      (_, u) => from + lanes * u,
    );
    const values = sums(
      x,
      vectors.map((first) => shape.elementBytes * first),
    );
    values.forEach((value, u) => {
      const first = vectors[u] ?? 0;
      if (shape.elementBytes === 1) {
        const count = Math.min(lanes, channels - first);
        return storePart(f, out, { vector: value, from: 0, count, offset: first });
      }
      if (shape.reduce === 'avg') f.set(value, f32x4.mul(value, scale));
      const result = emitEpilogue({ f, constants, pointers: operands }, shape.epilogue, value, 4 * first);
      storeLanes(
        f,
        { base: out, stride: 4, table: undefined },
        { first, lanes: Math.min(4, channels - first) },
        result,
      );
    });
  }
}

function local(locals: readonly Local<'i32'>[], i: number): Local<'i32'> {
  return locals[i] ?? internal('a row function lacks a parameter');
}
