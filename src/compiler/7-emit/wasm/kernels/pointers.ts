/**
 * The addresses that kernel functions hand to each other: input, weights, output, then one per epilogue operand, then scratch; and how far each
 * moves from one pixel, row or panel to the next. All are i32 byte addresses.
 */
import { i32 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, I32Like, Local } from '../assembler/index.ts';
import type { Finish } from './finish.ts';

/** [input, weights, output, …epilogue operands, scratch of a deferred finish]. */
export type Pointers = readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, ...Local<'i32'>[]];

/** The output's place among `Pointers`. */
export const outPointer = 2;

/** Bytes that each pointer moves, in the order of `Pointers`. */
export type Strides = readonly number[];

export function pointerTypes(finish: Finish, hasScratch = finish.deferred): readonly 'i32'[] {
  return Array<'i32'>(3 + finish.operands.length + (hasScratch ? 1 : 0)).fill('i32');
}

/** pointers += strides · times */
export function movePointers(
  f: FunctionBuilder,
  pointers: readonly Local<'i32'>[],
  strides: Strides,
  times = 1,
): void {
  pointers.forEach((pointer, i) => f.increment(pointer, (strides[i] ?? 0) * times));
}

/** Copies of the pointers. */
export function copyPointers(f: FunctionBuilder, pointers: readonly Local<'i32'>[]): readonly Local<'i32'>[] {
  return pointers.map((pointer) => f.let(pointer));
}

/** The address so many bytes behind `pointer`. */
export function after(pointer: I32, bytes: number): I32 {
  return bytes === 0 ? pointer : i32.add(pointer, bytes);
}

/** Strides combined: a·m + b·n. */
export function combineStrides(a: Strides, m: number, b: Strides, n: number): Strides {
  return a.map((stride, i) => stride * m + (b[i] ?? 0) * n);
}

/** A call whose arguments are all addresses. */
export function callWith(f: FunctionBuilder, callee: FunctionRef, args: readonly I32Like[]): void {
  f.call(callee as FunctionRef<readonly 'i32'[]>, ...args);
}
