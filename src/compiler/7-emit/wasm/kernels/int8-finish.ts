/**
 * The end of a quantised tile: exact sums become floats, are scaled and shifted per channel, go through the epilogue and are stored, as
 * bytes (truncated and saturated) or as floats. Nothing is fused: the same bits on every engine.
 */
import { vectorChannels, type Int8Panel } from '../../../6-plan/algorithms/int8-panels.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Step } from '../../../6-plan/plan.ts';
import type { Epilogue } from '../../../ir/kernel.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import { f32x4, i16x8, i32x4, i8x16, v128 } from '../assembler/index.ts';
import type { ConstantPool, FunctionBuilder, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import { bufferOf } from '../operands.ts';
import { emitScalar } from '../scalar/emit.ts';
import { storeLanes } from './finish.ts';

export interface Int8Operand {
  readonly per: Epilogue['operands'][number]['per'];
  readonly elementBytes: 1 | 4;
}

/** What happens to sums before they are stored. */
export interface Int8Finish {
  readonly expr: Scalar | undefined;
  readonly operands: readonly Int8Operand[];
  /** Of the output: 1 for bytes. */
  readonly elementBytes: 1 | 4;
}

/** The finish of a step with this epilogue and output. */
export function int8FinishOf(step: Step, epilogue: Epilogue | undefined, out: number): Int8Finish {
  const operands = (epilogue?.operands ?? []).map(({ operand, per }) => ({
    per,
    elementBytes: bufferOf(step, operand).elementBytes,
  }));
  return { expr: epilogue?.expr, operands, elementBytes: bufferOf(step, out).elementBytes };
}

/** Bytes that the pointers of output and operands move for `channels` channels. */
export function channelBytes({ elementBytes, operands }: Int8Finish, channels: number): readonly number[] {
  return [
    channels * elementBytes,
    ...operands.map((operand) => (operand.per === 'scalar' ? 0 : channels * operand.elementBytes)),
  ];
}

export interface Int8Tile {
  readonly module: ModuleBuilder;
  readonly finish: Int8Finish;
  readonly panel: Int8Panel;
  /** Address of the panel's factors; its offsets follow. */
  readonly factors: { readonly base: I32; readonly offset: number };
}

/** Pointers of one pixel: output, then operands. */
export type PixelPointers = readonly Local<'i32'>[];

/** Finishes sums[pixel][vector] (i32). */
export function emitInt8Finish(
  f: FunctionBuilder,
  tile: Int8Tile,
  sums: readonly (readonly V128[])[],
  pixels: readonly PixelPointers[],
): void {
  const { panel, finish, factors } = tile;
  const constants = f.constants();
  const head = (row: number): readonly V128[] =>
    Array.from({ length: panel.vectors }, (_, j) =>
      f.let(v128.load(factors.base, factors.offset + (row * panel.vectors + j) * 16)),
    );
  const [scales, shifts] = [head(0), head(1)];
  const values = sums.map((row, p) => {
    const scaled = row.map((sum, j) =>
      f.let(f32x4.add(f32x4.mul(f32x4.convertI32x4S(sum), scales[j] as V128), shifts[j] as V128)),
    );
    return withEpilogue(f, tile, constants, scaled, pixels[p] ?? []);
  });
  if (finish.elementBytes === 1) storeBytes(f, panel, constants, values, pixels);
  else
    values.forEach((row, p) =>
      row.forEach((value, j) => {
        const channel = vectorChannels(panel)[j] ?? 0;
        storeLanes(f, pixels[p]?.[0] as I32, channel * 4, value, panel.channels - channel);
      }),
    );
}

function withEpilogue(
  f: FunctionBuilder,
  { module, finish, panel }: Int8Tile,
  constants: ConstantPool,
  values: readonly V128[],
  [, ...pointers]: PixelPointers,
): readonly V128[] {
  const { expr, operands } = finish;
  if (!expr) return values;
  const loads = operands.map((operand, i) => operandLoads(f, operand, pointers[i] as I32));
  const channels = vectorChannels(panel);
  return values.map((value, j) => {
    const args = loads.map((load) => load(channels[j] ?? 0));
    return f.let(emitScalar({ f, constants, functions: module }, expr, [value, ...args]));
  });
}

/** The operand at four channels from a given one on, as floats. */
function operandLoads(
  f: FunctionBuilder,
  { per, elementBytes }: Int8Operand,
  pointer: I32,
): (channel: number) => V128 {
  if (per === 'scalar') {
    const splat = f.let(v128.load32Splat(pointer));
    return () => splat;
  }
  if (elementBytes === 4) return (channel) => f.let(v128.load(pointer, channel * 4));
  // Eight bytes at a time, each half used once.
  const words = new Map<number, V128>();
  return (channel) => {
    const at = channel - (channel % 8);
    const loaded = words.get(at) ?? f.let(i16x8.load8x8U(pointer, at));
    words.set(at, loaded);
    const half = channel === at ? i32x4.extendLow16x8U(loaded) : i32x4.extendHigh16x8U(loaded);
    return f.let(f32x4.convertI32x4S(half));
  };
}

/** Channels of a vector of bytes. */
const group = 16;

function storeBytes(
  f: FunctionBuilder,
  panel: Int8Panel,
  constants: ConstantPool,
  values: readonly (readonly V128[])[],
  pixels: readonly PixelPointers[],
): void {
  const channels = vectorChannels(panel);
  const limit = constants.i32(0x7f7f7f7f);
  const words = values.map((row) => {
    const whole = row.map((value) => f.let(f.trunc(value)));
    const at = (channel: number): V128 =>
      whole[channels.indexOf(Math.min(channel, (panel.vectors - 1) * lanes))] as V128;
    return Array.from({ length: Math.ceil(panel.vectors / 2) }, (_, i) =>
      f.let(i16x8.narrow32x4S(at(8 * i), at(8 * i + 4))),
    );
  });
  const narrowed = (a: V128, b: V128): V128 => f.let(i8x16.minU(i8x16.narrow16x8U(a, b), limit));
  if (panel.vectors <= 2) {
    // Two pixels share a vector.
    for (let p = 0; p < words.length; p += 2) {
      const both = narrowed(words[p]?.[0] as V128, (words[p + 1] ?? words[p])?.[0] as V128);
      for (const half of p + 1 < words.length ? [0, 1] : [0])
        storePart(f, pixels[p + half]?.[0] as I32, {
          vector: both,
          from: 8 * half,
          count: Math.min(8, panel.channels),
        });
    }
    return;
  }
  words.forEach((row, p) => {
    const groups = Array.from({ length: Math.ceil(row.length / 2) }, (_, g) =>
      narrowed(row[2 * g] as V128, (row[2 * g + 1] ?? row[2 * g]) as V128),
    );
    groups.forEach((vector, g) => {
      const out = pixels[p]?.[0] as I32;
      const count = Math.min(group, panel.channels - g * group);
      storePart(f, out, { vector, from: 0, count, offset: g * group });
    });
  });
}

interface BytesPart {
  readonly vector: V128;
  /** First byte of the vector that is stored. */
  readonly from: number;
  readonly count: number;
  readonly offset?: number;
}

/** Stores `count` bytes and touches nothing else. */
export function storePart(
  f: FunctionBuilder,
  base: I32,
  { vector, from, count, offset = 0 }: BytesPart,
): void {
  if (count >= group) return f.store(base, offset, vector);
  let done = 0;
  const next = (size: number, store: (lane: number) => void): void => {
    while (count - done >= size && (from + done) % size === 0) {
      store((from + done) / size);
      done += size;
    }
  };
  next(8, (lane) => f.store64Lane(base, offset + done, vector, lane));
  next(4, (lane) => f.store32Lane(base, offset + done, vector, lane));
  next(1, (lane) => f.store8Lane(base, offset + done, vector, lane));
}
