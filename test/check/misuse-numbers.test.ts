/** Numbers as other languages write them: one error, and the fix that makes the number which was meant. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { mended } from './only-one.ts';

describe('a constant of the file', () => {
  it.each([
    ['3K', '3k'],
    ['3m', '3M'],
    ['3 k', '3k'],
    ['5Mb', '5 MB'],
    ['5 KB', '5 kB'],
    ['3 MiB', '3145728 B'],
    ['10 %', '10%'],
    ['10 percent', '10%'],
    ['100_', '100'],
    ['1__000', '1_000'],
    ['1,000', '1_000'],
    ['1,000,000', '1_000_000'],
    ['1 000', '1_000'],
    ["1'000'000", '1_000_000'],
    ['1.000.000', '1_000_000'],
    ['5.', '5.0'],
    ['1.e5', '1.0e5'],
    ['.5', '0.5'],
    ['-.5', '0.5'],
    ['1.5f', '1.5'],
    ['1e-3f32', '1e-3'],
    ['3L', '3'],
    ['0b101', '5'],
    ['0o17', '15'],
    ['017', '17'],
    ['3X3', '3x3'],
    ['1e400', ''],
    ['1e-400', ''],
    ['5ms', ''],
  ])('%s', (number, fix) => {
    expect(mended(`export let k = ${number}`)).toBe(`syntax/bad-number: ${fix}`);
  });

  it.each([
    ['+3', 'syntax/unexpected: leave the sign out'],
    ['[1, +2]', 'syntax/unexpected: leave the sign out'],
    ['2²', 'syntax/stray: ^2'],
    ['½', 'syntax/stray: 0.5'],
    ['2 ** 3', 'syntax/foreign-sign: write ^'],
  ])('%s', (number, expected) => {
    expect(mended(`export let k = ${number}`)).toBe(expected);
  });

  it.each(['0', '0.5', '-2 ^ 10', '1..3', '0x3', '10_000', '[0, 10]', '1.5 kB', '12 % 5'])(
    '%s is right',
    (number) => {
      expect(diagnose({ path: 'main.cnn', text: `export let k = ${number}` })).toEqual([]);
    },
  );
});

describe('functions and constants of other languages', () => {
  it.each([
    ['pow(2, 3)', 'names/unknown-layer: 2 ^ 3'],
    ['pow(1 + 1, 3) * 2', 'names/unknown-layer: ((1 + 1) ^ 3)'],
    ['math.pow(2, 3)', 'names/unknown-layer: 2 ^ 3'],
    ['int(3.5)', 'names/unknown-layer: floor(3.5)'],
    ['int(1 + 2.5)', 'names/unknown-layer: floor(1 + 2.5)'],
    ['float(7) / 2', 'names/unknown-layer: (1.0 * 7)'],
    ['mod(7, 2)', 'names/unknown-layer: 7 % 2'],
    ['log2(8)', 'names/unknown-layer: log(8) / log(2)'],
    ['math.floor(2.5)', 'names/unknown-layer: floor'],
    ['pi * 2', 'names/unknown: 3.141592653589793'],
    ['math.pi', 'names/unknown-layer: 3.141592653589793'],
    ['NaN', 'names/unknown: '],
    ['inf', 'names/unknown: '],
    ['-Infinity', 'names/unknown: '],
  ])('%s', (number, expected) => expect(mended(`export let k = ${number}`)).toBe(expected));

  it('a float of whole numbers divides as one', () => {
    const text = (a: string): string => `let k = ${a}\nassert k / 2 == 3.5`;
    expect(diagnose({ path: 'main.cnn', text: text('1.0 * 7') })).toEqual([]);
  });
});

it('what was meant is taken for it: nothing else is told about it', () => {
  const text = 'net N {\n  in x: rgb 32x32\n  y = x -> conv(0b101, 3X3, pad = 1.)\n  out z: tensor(y)\n}';
  const codes = diagnose({ path: 'main.cnn', text }).map(({ code }) => code);
  expect(codes).toEqual(['syntax/bad-number', 'syntax/bad-number', 'syntax/bad-number']);
});
