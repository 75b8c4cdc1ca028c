/**
 * Expressions of WebAssembly as typed values: a tree of opcodes whose leaves are constants and locals. An expression is code, not
 * a result: used twice it is computed twice (keep what is needed again in a local). Expressions have no side effects.
 */
import { f32Bytes, sleb } from './encode.ts';

export type ValueType = 'i32' | 'f32' | 'v128';

export const valueTypeByte: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Where a local lives; the number is known when the function is complete, so locals may be declared anywhere. */
export interface Slot {
  readonly kind: 'slot';
  readonly type: ValueType;
}

/** Where a block, loop or branch begins or ends: no code, but what the lives of locals depend on. */
export type Mark = { readonly kind: 'open'; readonly loop: boolean } | { readonly kind: 'close' };

/** A byte, the index of a local, the code of an operand, or a mark. */
export type Item = number | Slot | Expr | Mark;

export interface Expr<T extends ValueType = ValueType> {
  readonly kind: 'expr';
  readonly type: T;
  readonly code: readonly Item[];
  /** The value, where it is a constant of type i32. */
  readonly constant?: number;
}

/** A local variable or parameter; as an expression it reads the variable. */
export interface Local<T extends ValueType = ValueType> extends Expr<T> {
  readonly slot: Slot;
}

export type I32 = Expr<'i32'>;
export type F32 = Expr<'f32'>;
export type V128 = Expr<'v128'>;

/** Where an integer is expected, a number is a constant. */
export type I32Like = I32 | number;

export function expr<T extends ValueType>(type: T, code: readonly Item[]): Expr<T> {
  return { kind: 'expr', type, code };
}

export function i32Const(value: number): I32 {
  return { kind: 'expr', type: 'i32', code: [0x41, ...sleb(value)], constant: value };
}

export function f32Const(value: number): F32 {
  return expr('f32', [0x43, ...f32Bytes(value)]);
}

export function asI32(value: I32Like): I32 {
  return typeof value === 'number' ? i32Const(value) : value;
}

export function createLocal<T extends ValueType>(type: T): Local<T> {
  const slot: Slot = { kind: 'slot', type };
  return { kind: 'expr', type, code: [0x20, slot], slot };
}
