/** The assembler: typed building of WebAssembly modules. Read `function.ts` first. */
export type { Expr, F32, I32, I32Like, Local, V128, ValueType } from './expr.ts';
export * from './function.ts';
export * from './module.ts';
export { f32, f32x4, i16x8, i32, i32x4, i8x16, select, v128 } from './ops.ts';
