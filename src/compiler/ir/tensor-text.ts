/**
 * The text of tensors in the graph's text form. Short ones are written out, equal-valued ones as `all`, and long ones as a
 * seeded generator: `3x3 [1, 0, -1, …]`, `64 all 0.5`, `64x64x3x3 noise 7`. A long tensor that no generator made is shown as
 * noise of its own hash: it reads back as another tensor of the same shape, which prints the same.
 */
import type { Cursor } from './cursor.ts';
import { hashFloats } from './hash.ts';
import { numberPattern, printNumber } from './scalar-text.ts';
import { sizeOf, type Tensor } from './type.ts';

/** Tensors up to this many elements are written out. */
const longest = 32;

/** The tensor as text. */
export function printTensor({ shape, data }: Tensor): string {
  const size = shape.length === 0 ? 'scalar' : shape.join('x');
  const first = data[0];
  const uniform = first !== undefined && data.every((x) => Object.is(x, first));
  if (uniform && data.length > 2) return `${size} all ${printFloat(first)}`;
  if (data.length <= longest) return `${size} [${Array.from(data, printFloat).join(', ')}]`;
  return `${size} noise ${seedOf(data) ?? hashFloats(data) % seeds}`;
}

/** Reads what `printTensor` writes. */
export function readTensor(cursor: Cursor): Tensor {
  const size = cursor.expect(/scalar|\d+(x\d+)*/, 'a shape');
  const shape = size === 'scalar' ? [] : size.split('x').map(Number);
  const count = sizeOf(shape);
  if (cursor.take(/all\b/)) return { shape, data: new Float32Array(count).fill(readNumber(cursor)) };
  if (cursor.take(/noise\b/)) return noise(shape, readNumber(cursor));
  cursor.expect(/\[/, '[, all or noise');
  const data: number[] = [];
  while (!cursor.take(/\]/)) {
    data.push(readNumber(cursor));
    cursor.take(/,/);
  }
  return data.length === count
    ? { shape, data: Float32Array.from(data) }
    : cursor.fail(`${data.length} numbers for a tensor of ${count}`);
}

/** Number of different seeds: every one is an exact f32 after division by it. */
const seeds = 2 ** 24;

/**
 * A reproducible tensor of values in [0, 1) for tests and for the text form. Its first element is the seed itself
 * (divided by 2²⁴), so that the generator can be recognised from the data alone.
 */
export function noise(shape: readonly number[], seed: number): Tensor {
  const data = new Float32Array(sizeOf(shape));
  fillNoise(data, seed);
  return { shape, data };
}

/** xorshift-multiply over the element's index (Wellons' "lowbias32"). */
function fillNoise(data: Float32Array, seed: number): void {
  for (let i = 0; i < data.length; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b1)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    data[i] = i === 0 ? seed / seeds : ((x ^ (x >>> 15)) >>> 8) / seeds;
  }
}

/** The seed where `data` is exactly the noise of one. */
function seedOf(data: Float32Array): number | undefined {
  const seed = (data[0] ?? -1) * seeds;
  if (!Number.isInteger(seed) || seed < 0 || seed >= seeds) return undefined;
  const again = new Float32Array(data.length);
  fillNoise(again, seed);
  return again.every((x, i) => x === data[i]) ? seed : undefined;
}

/** The shortest decimal that rounds to the same f32. */
export function printFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) return printNumber(short);
  }
  return printNumber(value);
}

function readNumber(cursor: Cursor): number {
  return Number(cursor.expect(numberPattern, 'a number'));
}
