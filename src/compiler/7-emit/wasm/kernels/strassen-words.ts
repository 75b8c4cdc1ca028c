/** What the functions of a Strassen layer read from memory, so that layers share them. */
import { i32 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, Local } from '../assembler/index.ts';

/**
 * Bytes: of a pixel in the table; of half an input pixel, a row and a quarter of the input; of half an output pixel, a row of a product and a
 * product. Addresses: of the tables of direct sums of both halves of the output, and of the sums.
 */
const words = [
  ...(['pixel', 'inHalf', 'inRow', 'inPosition', 'outHalf', 'outRow', 'outPosition'] as const),
  ...(['direct1', 'direct2', 'sums'] as const),
] as const;

export type Words = Readonly<Record<(typeof words)[number], number>>;

export function wordsOf(values: Words): Int32Array {
  return Int32Array.from(words, (name) => values[name]);
}

export function wordOf(f: FunctionBuilder, table: I32, name: keyof Words): Local<'i32'> {
  return f.let(i32.load(table, words.indexOf(name) * 4));
}
