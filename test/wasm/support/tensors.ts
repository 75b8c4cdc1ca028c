/** Reproducible operands for kernels. */
import { sizeOf } from '../../../src/compiler/ir/type.ts';
import { generator } from '../../ops/support.ts';
import type { Operand } from './run-kernel.ts';

const next = generator(1);

/** Values in ±1, the same in every run of a test file. */
export function random(n: number): Float32Array {
  return Float32Array.from({ length: n }, () => 2 * next() - 1);
}

/** An operand with random values in the given layout. */
export function tensor(shape: readonly number[], layout: Omit<Operand, 'shape' | 'data'> = {}): Operand {
  return { shape, data: random(sizeOf(shape)), ...layout };
}
