/** What was written on purpose and does nothing: braces without layers or without a result, loops that go around not once. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { mended } from './only-one.ts';

const net = (stage: string): string =>
  `net N(on = true) {\n  in x: rgb 32x32\n  y = x -> ${stage}\n  out z: tensor(y)\n}`;
const block = (body: string): string => `block B ${body}\n${net('B')}`.replace('(on = true)', '');
const usesOn = (stage: string): string => net(`${stage} -> if on { relu } else { tanh }`);

describe('braces without layers', () => {
  it.each([
    ['repeat(2) { }', 'syntax/empty: identity'],
    ['each n of [1, 2] { }', 'syntax/empty: identity'],
    ['if on { }', 'syntax/empty: { identity }'],
    ['if on { relu } else { }', 'syntax/empty: { identity }'],
    ['repeat(0) { relu }', 'network/no-copies: identity'],
    ['repeat(0) { }', 'network/no-copies: identity'],
    ['each n of [] { relu }', 'network/no-copies: identity'],
  ])('%s', (stage, told) => expect(mended(usesOn(stage))).toBe(told));

  it('of a block', () => expect(mended(block('{ }'))).toBe('syntax/empty: { identity }'));

  it('of a net that extends another', () =>
    expect(mended(`${usesOn('relu')}\nnet M extends N { }`)).toBe('syntax/empty: net M = N'));

  it('says nothing of braces with a comment, and of numbers that are computed', () => {
    const text = 'block B(n = 0) = repeat(n) { relu } -> repeat(2) { /* later */ }\n'.replace(
      '/* later */',
      '// later\n',
    );
    expect(diagnose({ path: 'main.cnn', text: `${text}${net('B').replace('(on = true)', '')}` })).toEqual([]);
  });
});

describe('braces without a result', () => {
  it.each([
    ['{\n  a = conv(8, 3)\n  b = a -> relu\n}', 'network/no-result: out b'],
    ['{ b = conv(8, 3) }', 'network/no-result: out b'],
    ['{\n  y = conv(8, 3)\n  out = y\n}', 'network/no-result: out y'],
    ['{\n  let k = 3\n}', 'network/no-result: '],
  ])('%s', (body, told) => expect(mended(block(body))).toBe(told));

  it.each([
    ['y = x -> conv(8, 3)', 'out y: tensor(y)'],
    ['y = x -> conv(8, 3)\n  out = y', 'out y: tensor(y)'],
    ['out = x -> conv(8, 3)', 'out result: tensor(x -> conv(8, 3))'],
  ])('of a net: %s', (body, title) =>
    expect(mended(`net N {\n  in x: rgb 8x8\n  ${body}\n}`)).toBe(
      `network/no-output: say what it gives: ${title}`,
    ),
  );
});

describe('what is no merge', () => {
  it.each([
    ['loop(3) { conv(8, 3) }', 'names/unknown-merge: repeat'],
    ['Repeat(2) { conv(8, 3) }', 'names/unknown-merge: repeat'],
    ['times(3) { conv(8, 3) }', 'names/unknown-merge: repeat'],
    ['residual { conv(3, 3, pad = same) }', 'names/unknown-merge: add { conv(3, 3, pad = same), identity }'],
    ['Residual { conv(3, 3, pad = same), identity }', 'names/unknown-merge: add'],
    ['stack { conv(8, 3), conv(8, 3) }', 'names/unknown-merge: concat'],
    ['concatenate { conv(8, 3), conv(8, 3) }', 'names/unknown-merge: concat'],
    ['sum { conv(8, 3), conv(8, 3) }', 'names/unknown-merge: add'],
    ['Add { conv(8, 3), conv(8, 3) }', 'names/unknown-merge: add'],
  ])('%s', (stage, told) => expect(mended(usesOn(stage))).toBe(told));

  it.each([
    ['add([a, b])', 'value/expected: add(a, b)'],
    ['concat([a, b], axis = C)', 'value/expected: concat(a, b, axis = C)'],
    ['sum([a, b])', 'value/expected: add(a, b)'],
    ['[a, b] -> concat', 'value/expected: concat(a, b)'],
    ['(a, b) -> add -> relu', 'value/expected: add(a, b)'],
    ['[a, b] -> concat(axis = C)', 'value/expected: concat(a, b, axis = C)'],
    ['[x -> conv(8, 3), b] -> add', 'value/expected: add(x -> conv(8, 3), b)'],
  ])('%s', (value, told) => {
    const values = '  a = x -> conv(8, 3)\n  b = x -> conv(8, 3)\n  c = a -> relu';
    expect(
      mended(
        `net N {\n  in x: rgb 8x8\n${values}\n  y = ${value}\n  out z: tensor(y)\n  out d: tensor(c)\n}`,
      ),
    ).toBe(told);
  });
});
