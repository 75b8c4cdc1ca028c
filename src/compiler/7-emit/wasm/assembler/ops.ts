/**
 * The instructions that compute a value, named as in the WebAssembly text format: `i32.add(a, 4)`, `f32x4.pmax(x, zero)`,
 * `v128.load(base, offset)`. Offsets are byte displacements that the access folds in. Constants are folded where it costs
 * nothing (x + 0, constant + constant). Opcodes: WebAssembly core specification 2.0 §5.4, relaxed SIMD and threads proposals.
 */
import { f32Bytes, i32Bytes, uleb } from './encode.ts';
import { asI32, expr, f32Const, i32Const, type Expr, type F32, type I32, type I32Like } from './expr.ts';
import type { Item, V128, ValueType } from './expr.ts';

/** Bytes of a SIMD opcode. */
function simdOp(opcode: number): number[] {
  return [0xfd, ...uleb(opcode)];
}

const i32Binary =
  (opcode: number) =>
  (a: I32Like, b: I32Like): I32 =>
    expr('i32', [asI32(a), asI32(b), opcode]);

const f32Binary =
  (opcode: number) =>
  (a: F32, b: F32): F32 =>
    expr('f32', [a, b, opcode]);

const f32Compare =
  (opcode: number) =>
  (a: F32, b: F32): I32 =>
    expr('i32', [a, b, opcode]);

const f32Unary =
  (opcode: number) =>
  (a: F32): F32 =>
    expr('f32', [a, opcode]);

const v128Unary = (opcode: number): ((a: V128) => V128) => {
  const op = simdOp(opcode);
  return (a) => expr('v128', [a, ...op]);
};

const v128Binary = (opcode: number): ((a: V128, b: V128) => V128) => {
  const op = simdOp(opcode);
  return (a, b) => expr('v128', [a, b, ...op]);
};

const v128Ternary = (opcode: number): ((a: V128, b: V128, c: V128) => V128) => {
  const op = simdOp(opcode);
  return (a, b, c) => expr('v128', [a, b, c, ...op]);
};

const v128Shift = (opcode: number): ((a: V128, count: I32Like) => V128) => {
  const op = simdOp(opcode);
  return (a, count) => expr('v128', [a, asI32(count), ...op]);
};

/**
 * Address operand and memarg of an access at base + offset. `align` is log₂ of the natural alignment (a hint). A constant base
 * moves into the displacement, a negative displacement into the base: the access computes base + offset without wrapping.
 */
export function address(base: I32Like, offset: number, align: number): { base: I32; memarg: number[] } {
  const constant = typeof base === 'number' ? base : base.constant;
  if (constant !== undefined) return { base: i32Const(0), memarg: [align, ...uleb(constant + offset)] };
  const inBase = offset < 0 ? offset : 0;
  return { base: i32.add(base, inBase), memarg: [align, ...uleb(offset - inBase)] };
}

const load =
  <T extends ValueType>(type: T, opcode: readonly number[], align: number) =>
  (base: I32Like, offset = 0): Expr<T> => {
    const at = address(base, offset, align);
    return expr(type, [at.base, ...opcode, ...at.memarg]);
  };

export const i32 = {
  const: i32Const,
  /** a + b; folds constants and drops a zero. */
  add(a: I32Like, b: I32Like): I32 {
    const [x, y] = [asI32(a), asI32(b)];
    if (x.constant !== undefined && y.constant !== undefined) return i32Const((x.constant + y.constant) | 0);
    if (y.constant === 0) return x;
    return x.constant === 0 ? y : expr('i32', [x, y, 0x6a]);
  },
  sub: i32Binary(0x6b),
  /** a · b; folds constants, a factor of one, and turns a power of two into a shift. */
  mul(a: I32Like, b: I32Like): I32 {
    const [x, y] = [asI32(a), asI32(b)];
    if (x.constant !== undefined && y.constant !== undefined)
      return i32Const(Math.imul(x.constant, y.constant));
    if (x.constant !== undefined) return i32.mul(y, x);
    if (y.constant === 1) return x;
    const shift = y.constant === undefined ? -1 : Math.log2(y.constant);
    return Number.isInteger(shift) && shift > 0 ? i32.shl(x, shift) : expr('i32', [x, y, 0x6c]);
  },
  divU: i32Binary(0x6e),
  remU: i32Binary(0x70),
  and: i32Binary(0x71),
  or: i32Binary(0x72),
  xor: i32Binary(0x73),
  shl: i32Binary(0x74),
  shrS: i32Binary(0x75),
  shrU: i32Binary(0x76),
  eq: i32Binary(0x46),
  ne: i32Binary(0x47),
  ltS: i32Binary(0x48),
  ltU: i32Binary(0x49),
  gtS: i32Binary(0x4a),
  gtU: i32Binary(0x4b),
  leS: i32Binary(0x4c),
  leU: i32Binary(0x4d),
  geS: i32Binary(0x4e),
  geU: i32Binary(0x4f),
  eqz: (a: I32): I32 => expr('i32', [a, 0x45]),
  load: load('i32', [0x28], 2),
  /** Sequentially consistent; the address must be a multiple of 4. */
  atomicLoad: load('i32', [0xfe, 0x10], 2),
  load8U: load('i32', [0x2d], 0),
  truncSatF32S: (a: F32): I32 => expr('i32', [a, 0xfc, 0x00]),
  reinterpretF32: (a: F32): I32 => expr('i32', [a, 0xbc]),
} as const;

export const f32 = {
  const: f32Const,
  add: f32Binary(0x92),
  sub: f32Binary(0x93),
  mul: f32Binary(0x94),
  div: f32Binary(0x95),
  min: f32Binary(0x96),
  max: f32Binary(0x97),
  abs: f32Unary(0x8b),
  neg: f32Unary(0x8c),
  ceil: f32Unary(0x8d),
  floor: f32Unary(0x8e),
  trunc: f32Unary(0x8f),
  nearest: f32Unary(0x90),
  sqrt: f32Unary(0x91),
  eq: f32Compare(0x5b),
  ne: f32Compare(0x5c),
  lt: f32Compare(0x5d),
  gt: f32Compare(0x5e),
  le: f32Compare(0x5f),
  ge: f32Compare(0x60),
  load: load('f32', [0x2a], 2),
  convertI32S: (a: I32): F32 => expr('f32', [a, 0xb2]),
  reinterpretI32: (a: I32): F32 => expr('f32', [a, 0xbe]),
} as const;

export const v128 = {
  /** Sixteen bytes, lane 0 first. */
  const: (bytes: readonly number[]): V128 => expr('v128', [...simdOp(0x0c), ...bytes]),
  load: load('v128', simdOp(0x00), 4),
  /** One f32 in all four lanes. Folds no displacement in V8 (each distinct offset costs a `lea`). */
  load32Splat: load('v128', simdOp(0x09), 2),
  load64Splat: load('v128', simdOp(0x0a), 3),
  /** One f32 in lane 0, zeros in the others: reads 4 bytes only. */
  load32Zero: load('v128', simdOp(0x5c), 2),
  load64Zero: load('v128', simdOp(0x5d), 3),
  /** Sixteen bytes picked from `a` (0–15) and `b` (16–31). */
  shuffle8: (a: V128, b: V128, lanes: readonly number[]): V128 =>
    expr('v128', [a, b, ...simdOp(0x0d), ...lanes]),
  /** `into` with lane `lane` replaced by the f32 at base + offset. */
  load32Lane(base: I32Like, offset: number, into: V128, lane: number): V128 {
    const at = address(base, offset, 2);
    return expr('v128', [at.base, into, ...simdOp(0x56), ...at.memarg, lane]);
  },
  not: v128Unary(0x4d),
  and: v128Binary(0x4e),
  /** a ∧ ¬b */
  andnot: v128Binary(0x4f),
  or: v128Binary(0x50),
  xor: v128Binary(0x51),
  /** Bits of `a` where `mask` is 1, of `b` elsewhere. */
  bitselect: v128Ternary(0x52),
  anyTrue: (a: V128): I32 => expr('i32', [a, ...simdOp(0x53)]),
  /** Four 32-bit lanes picked from `a` (0–3) and `b` (4–7). */
  shuffle32(a: V128, b: V128, lanes: readonly [number, number, number, number]): V128 {
    const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
    return expr('v128', [a, b, ...simdOp(0x0d), ...bytes]);
  },
} as const;

export const f32x4 = {
  /** A constant in all lanes. */
  const: (value: number): V128 => f32x4.constLanes([value, value, value, value]),
  constLanes: (lanes: readonly [number, number, number, number]): V128 => v128.const(lanes.flatMap(f32Bytes)),
  splat: (a: F32): V128 => expr('v128', [a, ...simdOp(0x13)]),
  extractLane: (a: V128, lane: number): F32 => expr('f32', [a, ...simdOp(0x1f), lane]),
  replaceLane: (a: V128, lane: number, value: F32): V128 => expr('v128', [a, value, ...simdOp(0x20), lane]),
  eq: v128Binary(0x41),
  ne: v128Binary(0x42),
  lt: v128Binary(0x43),
  gt: v128Binary(0x44),
  le: v128Binary(0x45),
  ge: v128Binary(0x46),
  ceil: v128Unary(0x67),
  floor: v128Unary(0x68),
  trunc: v128Unary(0x69),
  nearest: v128Unary(0x6a),
  abs: v128Unary(0xe0),
  neg: v128Unary(0xe1),
  sqrt: v128Unary(0xe3),
  add: v128Binary(0xe4),
  sub: v128Binary(0xe5),
  mul: v128Binary(0xe6),
  div: v128Binary(0xe7),
  /** IEEE minimum: NaN if either is NaN, −0 < +0. Several instructions on x86. */
  min: v128Binary(0xe8),
  /** IEEE maximum: eight instructions on x86; `pmax` is one. */
  max: v128Binary(0xe9),
  /** b < a ? b : a: one instruction; gives `a` when either is NaN, so write pmin(x, limit) to let a NaN in x through. */
  pmin: v128Binary(0xea),
  /** a < b ? b : a: one instruction; gives `a` when either is NaN, so write pmax(x, zero) to let a NaN in x through. */
  pmax: v128Binary(0xeb),
  convertI32x4S: v128Unary(0xfa),
  /** a · b + c rounded once or twice, as the machine likes. Use `FunctionBuilder.fma`, which knows the engine. */
  relaxedMadd: v128Ternary(0x105),
  /** −(a · b) + c, likewise. */
  relaxedNmadd: v128Ternary(0x106),
} as const;

export const i32x4 = {
  /** A constant in all lanes. */
  const: (value: number): V128 => v128.const([value, value, value, value].flatMap(i32Bytes)),
  splat: (a: I32Like): V128 => expr('v128', [asI32(a), ...simdOp(0x11)]),
  /** Four signed 16-bit numbers, one in each lane. */
  load16x4S: load('v128', simdOp(0x03), 3),
  /** Four unsigned ones. */
  load16x4U: load('v128', simdOp(0x04), 3),
  extractLane: (a: V128, lane: number): I32 => expr('i32', [a, ...simdOp(0x1b), lane]),
  eq: v128Binary(0x37),
  ne: v128Binary(0x38),
  ltS: v128Binary(0x39),
  gtS: v128Binary(0x3b),
  add: v128Binary(0xae),
  sub: v128Binary(0xb1),
  mul: v128Binary(0xb5),
  minS: v128Binary(0xb6),
  maxS: v128Binary(0xb8),
  shl: v128Shift(0xab),
  shrS: v128Shift(0xac),
  shrU: v128Shift(0xad),
  bitmask: (a: V128): I32 => expr('i32', [a, ...simdOp(0xa4)]),
  truncSatF32x4S: v128Unary(0xf8),
  /** Truncates; numbers beyond an i32 give what the machine likes. Use `FunctionBuilder.trunc`, which knows the engine. */
  relaxedTruncF32x4S: v128Unary(0x101),
  extendLow16x8S: v128Unary(0xa7),
  extendHigh16x8S: v128Unary(0xa8),
  extendLow16x8U: v128Unary(0xa9),
  extendHigh16x8U: v128Unary(0xaa),
  /** Products of signed 16-bit neighbours, added in pairs. */
  dotI16x8S: v128Binary(0xba),
  /** c + sums of four products of neighbouring bytes: signed in a, 0…127 in b (then exact on every engine). */
  relaxedDotI8x16I7x16AddS: v128Ternary(0x113),
} as const;

export const i16x8 = {
  extendLow8x16S: v128Unary(0x87),
  extendHigh8x16S: v128Unary(0x88),
  extendLow8x16U: v128Unary(0x89),
  extendHigh8x16U: v128Unary(0x8a),
  /** Eight unsigned bytes, one in each lane. */
  load8x8U: load('v128', simdOp(0x02), 3),
  /** Saturates to signed 16 bits. */
  narrow32x4S: v128Binary(0x85),
} as const;

export const i8x16 = {
  /** Saturates to 0…255. */
  narrow16x8U: v128Binary(0x66),
  minU: v128Binary(0x77),
  maxU: v128Binary(0x79),
} as const;

/** `condition ? a : b`, both computed. */
export function select<T extends ValueType>(condition: I32, a: Expr<T>, b: Expr<T>): Expr<T> {
  const items: readonly Item[] = [a, b, condition, 0x1b];
  return expr(a.type, items);
}
