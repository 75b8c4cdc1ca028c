/** Values of the wrong kind in loops, conditions, calls and families: one error each, and fixes that mend it. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { mended } from './only-one.ts';

const net = (stage: string): string =>
  `net N {\n  in x: rgb 32x32\n  y = x -> ${stage}\n  out z: tensor(y)\n}\n`;

describe('in a net', () => {
  it.each([
    ['each n of 3 { conv(8 + n, 3) }', 'value/expected: range(3)'],
    ['each n of 0..3 { conv(8 + n, 3) }', 'value/expected: range(3) | range(4)'],
    ['each n of 1..4 { conv(8, n) }', 'value/expected: [1, 2, 3, 4] | [1, 2, 3]'],
    ['each n of 1..400 { conv(8, n) }', 'value/expected: '],
    ['if 1 < in.C < 4 { relu } else { silu }', 'value/operator: 1 < in.C and in.C < 4'],
    ['if 1 <= in.C < 4 { relu } else { silu }', 'value/operator: 1 <= in.C and in.C < 4'],
    ['conv(x.channels * 2, 3)', 'value/no-member: C'],
    ['conv(x.height / 4, 3)', 'value/no-member: H'],
  ])('%s', (stage, expected) => {
    expect(mended(net(stage))).toBe(expected);
  });

  it.each(['conv(C, 3)', 'conv(2 * C, 3)', 'if C == 3 { relu } else { silu }'])(
    '%s: an axis where its size is meant',
    (stage) => {
      const [first] = diagnose({ path: 'main.cnn', text: net(stage) });
      expect(first?.notes.map(({ text }) => text)).toEqual([
        'C is the name of an axis; its size is x.C of a value x, and in.C in a block',
      ]);
    },
  );

  it.each([
    ['f(x)', 'value/not-callable: (x -> f)'],
    ['x -> f()', 'value/not-callable: f'],
    ['x -> f(8)', 'value/not-callable: '],
  ])('%s of an instance', (value, expected) => {
    const text = `net N {\n  in x: rgb 32x32\n  let f = conv(8, 3)\n  y = ${value}\n  out z: tensor(y)\n}`;
    expect(mended(text)).toBe(expected);
  });
});

describe('a call of a block', () => {
  it.each([
    ['B(d = 8)', 'block B(c) = conv(c, 3)', 'names/unknown-option'],
    ['B(c = 8, 3)', 'block B(c, k) = conv(c, k)', 'value/given-twice'],
    ['B(8)', 'block B(c, k) = conv(c, k)', 'value/missing-argument'],
  ])('%s says one thing', (call, block, code) => {
    expect(mended(net(call) + block).split(':')[0]).toBe(code);
  });
});

describe('a family', () => {
  const mobile =
    'net M(w, d) {\n  in x: rgb 32x32\n  y = x -> conv(round(16 * w), 3) -> repeat(d) { relu }\n  out z: tensor(y)\n}\n';

  it.each([
    ['family M(w, d) { s = [0.25, 1] }', 'value/missing-argument: (0.25, 1)'],
    ['family M(w, d) { s = 0.25 }', 'value/missing-argument: '],
    ['family M(w, d) { s = (0.25, 1, 3) }', 'value/too-many-arguments: '],
    ['family M(w) { s = (0.25, 1) }', 'value/too-many-arguments: '],
    ['family M(w, d) { small = (0.25, 1) }\nassert M.smal.params > 3', 'value/no-member: small'],
    ['family M(w, d) { small = (0.25, 1) }\nassert M.params > 3', 'value/missing-argument: '],
  ])('%s', (family, expected) => {
    expect(mended(mobile + family)).toBe(expected);
  });
});

describe('a net that extends another', () => {
  const base = 'net A {\n  in x: rgb 32x32\n  y = x -> relu\n  out z: tensor(y)\n}\n';

  it.each([
    ['net B : A { replace y = x -> silu }', 'syntax/unexpected: extends'],
    ['net B inherits A { replace y = x -> silu }', 'syntax/unexpected: extends'],
    ['net B extends A { replace y with x -> silu }', 'syntax/unexpected: ='],
    ['net B extends A { replace y -> x -> silu }', 'syntax/unexpected: ='],
  ])('%s', (rest, expected) => {
    expect(mended(base + rest)).toBe(expected);
  });
});
