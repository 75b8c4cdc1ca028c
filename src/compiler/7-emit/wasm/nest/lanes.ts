/** Loads and stores of up to four neighbours along a loop, wherever they lie in memory; bytes become floats and floats bytes on the way. */
import {
  f32,
  f32x4,
  i16x8,
  i32,
  i32x4,
  i8x16,
  v128,
  type F32,
  type FunctionBuilder,
  type I32,
  type Local,
  type V128,
} from '../assembler/index.ts';

/** Where the neighbours lie. */
export interface LaneAccess {
  /** Address of the neighbour number 0, without `offset`. */
  readonly base: I32;
  /** Bytes that every access adds. */
  readonly offset?: number;
  /** Bytes from one neighbour to the next. */
  readonly stride: number;
  /** 4 (f32) unless said. */
  readonly elementBytes?: 1 | 4;
  /** Address of a table of byte offsets by neighbour, instead of a stride. */
  readonly table: I32 | undefined;
}

/** `lanes` neighbours from number `first` on. */
export interface Lanes {
  readonly first: number;
  readonly lanes: number;
}

/** The neighbours' values; lanes beyond `lanes` hold anything (memory behind the row may be read, see Plan's rule of slack). */
export function loadLanes(access: LaneAccess, { first, lanes }: Lanes): V128 {
  if (access.elementBytes === 1) return loadByteLanes(access, { first, lanes });
  const { base, offset = 0, stride, table } = access;
  if (!table && stride === 0) return v128.load32Splat(base, offset);
  if (!table && stride === 4)
    return lanes === 1 ? v128.load32Zero(base, offset + 4 * first) : v128.load(base, offset + 4 * first);
  let value: V128 | undefined;
  for (let lane = 0; lane < lanes; lane++) {
    const at = laneAddress(access, first + lane);
    value = value ? v128.load32Lane(at.base, at.offset, value, lane) : v128.load32Zero(at.base, at.offset);
  }
  return value ?? f32x4.const(0);
}

function loadByteLanes(access: LaneAccess, { first, lanes }: Lanes): V128 {
  const { base, offset = 0, stride, table } = access;
  const number = (at: { readonly base: I32; readonly offset: number }): F32 =>
    f32.convertI32S(i32.load8U(at.base, at.offset));
  if (!table && stride === 0) return f32x4.splat(number({ base, offset }));
  if (!table && stride === 1) return byteNumbers(v128.load32Zero(base, offset + first));
  let value: V128 = f32x4.const(0);
  for (let lane = 0; lane < lanes; lane++)
    value = f32x4.replaceLane(value, lane, number(laneAddress(access, first + lane)));
  return value;
}

/** The first four bytes as floats. */
export function byteNumbers(bytes: V128): V128 {
  return f32x4.convertI32x4S(i32x4.extendLow16x8U(i16x8.extendLow8x16U(bytes)));
}

/** Four floats as bytes 0…127, in the first four bytes: towards zero, saturated. Below 2³¹, as the quantised graph keeps them. */
export function numberBytes(f: FunctionBuilder, value: V128): V128 {
  const words = f.let(i16x8.narrow32x4S(f.trunc(value), i32x4.const(0)));
  return i8x16.minU(i8x16.narrow16x8U(words, words), i32x4.const(0x7f7f7f7f));
}

function storeByteLanes(
  f: FunctionBuilder,
  access: LaneAccess,
  { first, lanes }: Lanes,
  value: Local<'v128'>,
): void {
  const { base, offset = 0, stride, table } = access;
  const bytes = f.let(numberBytes(f, value));
  if (!table && stride === 1 && lanes === 4) return f.store32Lane(base, offset + first, bytes, 0);
  for (let lane = 0; lane < lanes; lane++) {
    const at = laneAddress(access, first + lane);
    f.store8Lane(at.base, at.offset, bytes, lane);
  }
}

function laneAddress(
  { base, offset = 0, stride, table }: LaneAccess,
  neighbour: number,
): { base: I32; offset: number } {
  if (!table) return { base, offset: offset + neighbour * stride };
  return { base: i32.add(base, i32.load(table, 4 * neighbour)), offset };
}

/** Stores the first `lanes` lanes of `value` and touches nothing else. */
export function storeLanes(
  f: FunctionBuilder,
  access: LaneAccess,
  { first, lanes }: Lanes,
  value: Local<'v128'>,
): void {
  if (access.elementBytes === 1) return storeByteLanes(f, access, { first, lanes }, value);
  const { base, offset = 0, stride, table } = access;
  if (table || stride !== 4) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = laneAddress(access, first + lane);
      f.store32Lane(at.base, at.offset, value, lane);
    }
    return;
  }
  if (lanes === 4) f.store(base, offset + 4 * first, value);
  if (lanes === 2 || lanes === 3) f.store64Lane(base, offset + 4 * first, value, 0);
  if (lanes === 1 || lanes === 3) f.store32Lane(base, offset + 4 * (first + lanes - 1), value, lanes - 1);
}
