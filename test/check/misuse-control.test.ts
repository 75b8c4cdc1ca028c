/** Loops and choices as other languages write them: one error, and fixes that leave a file without any. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { mended } from './only-one.ts';

const net = (stage: string): string =>
  `net N {\n  in x: rgb 32x32\n  y = x -> ${stage}\n  out z: tensor(y)\n}`;

describe('each', () => {
  it.each([
    ['each n in [8, 16] { conv(n, 3) }', 'syntax/unexpected: of'],
    ['for n in [8, 16] { conv(n, 3) }', 'syntax/misplaced: each n of [8, 16]'],
    ['for (const n of [8, 16]) { conv(n, 3) }', 'syntax/misplaced: each n of [8, 16]'],
    ['foreach (n in [8, 16]) { conv(n, 3) }', 'syntax/misplaced: each n of [8, 16]'],
    ['each (n of [8, 16]) { conv(n, 3) }', 'syntax/unexpected: each n of [8, 16]'],
    ['each [8, 16] as n { conv(n, 3) }', 'syntax/unexpected: each n of [8, 16]'],
    ['each of [8, 16] { conv(it, 3) }', 'syntax/unexpected: each it of [8, 16]'],
    ['each of [8, 16] { relu }', 'syntax/unexpected: each item of [8, 16]'],
    ['each n, i of [8, 16] { conv(n, i + 1) }', 'syntax/unexpected: each (n, i) of [8, 16]'],
    ['each c, k of [(8, 1), (16, 3)] { conv(c, k) }', 'syntax/unexpected: each [c, k] of [(8, 1), (16, 3)]'],
    [
      'each {c, k} of [(8, 1), (16, 3)] { conv(c, k) }',
      'syntax/unexpected: each [c, k] of [(8, 1), (16, 3)]',
    ],
    ['each (c, k) of [8, 16], [1, 3] { conv(c, k) }', 'syntax/unexpected: each [c, k] of [(8, 1), (16, 3)]'],
    ['each (c, k) of [8, 16], [1, 3, 5] { conv(c, k) }', 'syntax/unexpected: '],
    ['each n as stage of [8, 16] { conv(n, 3) }', 'syntax/unexpected: each n of [8, 16] as stage'],
    ['each n of [8, 16] as { conv(n, 3) }', 'syntax/unexpected: leave as out'],
    ['each n of [8, 16] as "stage" { conv(n, 3) }', 'syntax/unexpected: stage'],
    ['each n of [8, 16] conv(n, 3)', 'syntax/unexpected: { conv(n, 3) }'],
    ['each n of [8, 16]: conv(n, 3)', 'syntax/unexpected: { conv(n, 3) }'],
    ['each n of [8, 16] -> conv(n, 3) -> relu', 'syntax/unexpected: { conv(n, 3) -> relu } | { conv(n, 3) }'],
    ['for n in [8, 16]: conv(n, 3)', 'syntax/misplaced: each n of [8, 16] { conv(n, 3) }'],
    ['[conv(n, 3) for n in [8, 16]]', 'syntax/misplaced: each n of [8, 16] { conv(n, 3) }'],
    ['each n of { conv(n, 3) }', 'syntax/incomplete: '],
  ])('%s', (stage, expected) => {
    expect(mended(net(stage))).toBe(expected);
  });
});

describe('repeat', () => {
  it.each([
    ['repeat 3 { conv(8, 3) }', 'syntax/unexpected: (3)'],
    ['repeat 3 times { conv(8, 3) }', 'syntax/unexpected: repeat(3)'],
    ['repeat(n = 3) { conv(8, 3) }', 'syntax/unexpected: repeat(3)'],
    ['repeat(3) conv(8, 3)', 'syntax/unexpected: { conv(8, 3) }'],
    ['repeat(3): conv(8, 3)', 'syntax/unexpected: { conv(8, 3) }'],
    ['repeat(3, conv(8, 3))', 'syntax/unexpected: repeat(3) { conv(8, 3) }'],
    ['repeat(conv(8, 3), 3)', 'syntax/unexpected: repeat(3) { conv(8, 3) }'],
    ['repeat(3, i) { conv(8 + i, 3) }', 'syntax/unexpected: each i of range(3)'],
    ['repeat(i in 3) { conv(8 + i, 3) }', 'syntax/unexpected: each i of range(3)'],
    [
      'repeat(3) as stage { conv(8, 3) -> add { relu, silu } }',
      'syntax/unexpected: as stage behind the braces',
    ],
    ['add { repeat(2) conv(3, 3, pad = same), identity }', 'syntax/unexpected: { conv(3, 3, pad = same) }'],
  ])('%s', (stage, expected) => {
    expect(mended(net(stage))).toBe(expected);
  });
});

describe('if', () => {
  it.each([
    ['if in.C = 3 { relu } else { silu }', 'syntax/unexpected: write =='],
    ['if in.C === 3 { relu } else { silu }', 'syntax/foreign-sign: write =='],
    ['if in.C !== 3 { relu } else { silu }', 'syntax/foreign-sign: write !='],
    ['if in.C <> 3 { relu } else { silu }', 'syntax/foreign-sign: write !='],
    ['if in.C is 3 { relu } else { silu }', 'syntax/unexpected: =='],
    ['if in.C is not 3 { relu } else { silu }', 'syntax/unexpected: !='],
    ['if in.C in [1, 3] { relu } else { silu }', 'syntax/unexpected: (in.C == 1 or in.C == 3)'],
    ['if (in.C == 3) relu else silu', 'syntax/unexpected: { relu } else { silu }'],
    ['if in.C == 3 then relu else silu', 'syntax/unexpected: { relu } else { silu }'],
    ['if in.C == 3: relu else: silu', 'syntax/unexpected: { relu } else { silu }'],
    ['if in.C == 3:\n    relu\n  else:\n    silu', 'syntax/unexpected: { relu } else { silu }'],
    ['if in.C == 3 relu else { silu }', 'syntax/unexpected: { relu }'],
    ['if in.C == 3 { relu } else silu', 'syntax/unexpected: { silu }'],
    ['if in.C == 3 { relu } elif in.C == 4 { silu }', 'syntax/unexpected: else if'],
    ['if in.C == 3 { relu } { silu }', 'syntax/unexpected: else before it'],
    ['if in.C == 3 { relu } else { silu } else { tanh }', 'syntax/unexpected: '],
    ['relu if in.C == 3 else silu', 'syntax/unexpected: if in.C == 3 { relu } else { silu }'],
    ['in.C == 3 ? conv(8, 3) : relu', 'syntax/stray: if in.C == 3 { conv(8, 3) } else { relu }'],
    ['conv(x.C == 3 ? 8 : 16, 3)', 'syntax/stray: if x.C == 3 { 8 } else { 16 }'],
    ['if { relu } else { silu }', 'syntax/incomplete: '],
    ['if in.C == 3 and { relu } else { silu }', 'syntax/incomplete: '],
    ['else { relu }', 'syntax/unexpected: '],
    ['switch in.C { 3: relu }', 'syntax/misplaced: '],
  ])('%s', (stage, expected) => {
    expect(mended(net(stage))).toBe(expected);
  });

  it('stays a message about the name where `if` is one', () => {
    const text = 'let if = 3\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x)\n}';
    expect(mended(text)).toBe('syntax/reserved: if_');
  });
});

describe('arithmetic behind an arrow', () => {
  const body = 'block B = conv(8, 3, pad = 1) -> relu -> conv(3, 3, pad = 1) + in\n';

  it.each([
    ['conv(3, 3, pad = 1) + x', '(x -> conv(3, 3, pad = 1)) + …'],
    ['conv(3, 3, pad = 1) -> relu + x -> relu', '(x -> conv(3, 3, pad = 1) -> relu) + …'],
    ['in * (in -> sigmoid)', 'x * (x -> sigmoid)'],
    ['(relu + silu)', 'give what flows in a name, and use that: h = …'],
  ])('%s', (stage, title) => {
    expect(mended(net(stage))).toBe(`network/lost-before-operation: ${title}`);
  });

  it('is told in blocks, where the values before it were lost in silence', () => {
    expect(mended(`${body}${net('B')}`)).toBe(
      'network/lost-before-operation: (conv(8, 3, pad = 1) -> relu -> conv(3, 3, pad = 1)) + …',
    );
  });
});

describe('statements of other languages', () => {
  const inNet = (rest: string): string => `net N {\n  in x: rgb 32x32\n  ${rest}\n}`;

  it.each([
    ['y = x\n  if x.C == 3 {\n    y = y -> conv(8, 3)\n  }\n  out z: tensor(y)', 'network/no-incoming'],
    ['y = x\n  each n of [8, 16] {\n    y = y -> conv(n, 3)\n  }\n  out z: tensor(y)', 'network/no-incoming'],
    ['y = in -> relu\n  out z: tensor(y)', 'network/no-in'],
    ['out z: tensor(x -> conv(in.C * 2, 3))', 'network/no-in'],
    [
      'y = x -> repeat(2) {\n    in a: rgb 8x8\n    out a -> relu\n  }\n  out z: tensor(y)',
      'syntax/misplaced',
    ],
  ])('%s', (rest, code) => {
    expect(mended(inNet(rest)).split(':')[0]).toBe(code);
  });

  it('an input in a block', () => {
    const block = 'block B {\n  in a: rgb 8x8\n  out a -> relu\n}\n';
    expect(mended(block + net('B'))).toBe('syntax/misplaced: a = in');
  });
});

describe('what a replacement reads', () => {
  const base =
    'net A {\n  in x: rgb 32x32\n  h = x -> conv(8, 3)\n  l = h -> gap -> dense(4)\n  out y: tensor(l)\n}\n';

  it.each([
    'replace l = l -> relu',
    'replace h = l -> relu',
    'k = h -> relu\n  replace l = k -> gap',
    'let c = 3\n  replace l = h -> gap -> dense(c)',
  ])('%s: nothing that comes later', (rest) => {
    expect(mended(`${base}net B extends A {\n  ${rest}\n}`)).toMatch(/^names\/used-before/);
  });

  it.each(['replace l = h -> gap -> dense(9)', 'replace l = x -> gap\n  k = l -> relu\n  out z: tensor(k)'])(
    '%s',
    (rest) => {
      expect(diagnose({ path: 'main.cnn', text: `${base}net B extends A {\n  ${rest}\n}` })).toEqual([]);
    },
  );

  it('values of a net between the two come later, too', () => {
    const between = 'net C extends A {\n  k = h -> relu\n  out w: tensor(k)\n}\n';
    expect(mended(`${base}${between}net B extends C {\n  replace h = k -> relu\n}`)).toMatch(
      /^names\/used-before/,
    );
    const text = `${base}${between}net B extends C {\n  replace k = l -> relu\n}`;
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});
