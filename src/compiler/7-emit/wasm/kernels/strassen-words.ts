/** What the functions of a Strassen layer read from memory, so that layers share them. */
import { i32 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, Local } from '../assembler/index.ts';

/**
 * Bytes: of a pixel in the table; of half an input pixel, a row and a quarter of the input; of half an output pixel, a row of a product and a
 * product; of a sum of kernels; of the weights of half the output channels. Addresses: of the tables of direct sums of both halves of the output, and of
 * those sums; of the quarters of the input, the factors, the products; of the descriptor of the matrix products. A number: what ReLU and no activation
 * bound sums by.
 */
const words = [
  ...(['pixel', 'inHalf', 'inRow', 'inPosition', 'outHalf', 'outRow', 'outPosition'] as const),
  ...(['kernelPosition', 'half', 'direct1', 'direct2', 'sums', 'quarters', 'factors', 'products'] as const),
  ...(['descriptor', 'bound'] as const),
] as const;

export type Words = Readonly<Record<(typeof words)[number], number>>;

/** How many tiles of each width (two at most) multiply a block, for every kind of panel. */
export type Tiles = readonly (readonly number[])[];

export function wordsOf(values: Words, tiles: Tiles): Int32Array {
  const counts = tiles.flatMap(([first = 0, second = 0]) => [first, second]);
  const table = Int32Array.from([...words.map((name) => values[name]), ...counts]);
  new Float32Array(table.buffer)[words.indexOf('bound')] = values.bound;
  return table;
}

/** The word that counts tiles of the width `run` next to panels of a kind. */
export function tileCount(f: FunctionBuilder, table: I32, kind: number, run: number): Local<'i32'> {
  return f.let(i32.load(table, (words.length + 2 * kind + run) * 4));
}

/** Address of a word. */
export function placeOf(f: FunctionBuilder, table: I32, name: keyof Words): Local<'i32'> {
  return f.let(i32.add(table, words.indexOf(name) * 4));
}

export function wordOf(f: FunctionBuilder, table: I32, name: keyof Words): Local<'i32'> {
  return f.let(i32.load(table, words.indexOf(name) * 4));
}
