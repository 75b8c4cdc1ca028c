/** The language misused on purpose: each gets its own message, and nothing that is absurdly large or deep is worked through. */
import { describe, expect, it } from 'vitest';
import { instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import { codes } from './support.ts';

const net = (value: string): string =>
  `net N {\n  in x: f32[8, 8, 4]\n  y = x -> ${value}\n  out z: tensor(y)\n}\n`;

const chain = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('what is given twice', () => {
  it.each([
    ['value/given-twice', net('conv(3, 3, channels = 4)')],
    ['value/given-twice', net('conv(3, stride = 2, stride = 2)')],
    ['value/given-twice', `block A(c) = conv(c, 3)\n${net('A(3, c = 4)')}`],
    [
      'value/given-twice',
      `net M(a) { in x: f32[4]  out z: tensor(x -> dense(a)) }\nfamily M(a, a) { s = (1, 2) }\nassert M.s.params > 0`,
    ],
    ['names/duplicate', 'net N { in x: f32[4]  out z: tensor(x)  out z: tensor(x) }'],
  ])('%s in %j', (code, text) => {
    expect(codes(text)).toEqual([code]);
  });

  it('an output of a net that is extended can be given anew', () => {
    const base = 'net M { in x: f32[4]  y = x -> dense(3)  out z: tensor(y) }\n';
    expect(codes(`${base}net N extends M { out z: tensor(y -> relu) }`)).toEqual([]);
  });
});

describe('names of other things', () => {
  it.each([
    ['names/unknown-layer', `defaults { konv { bias = false } }\n${net('conv(3)')}`],
    ['names/unknown-layer', `defaults { __proto__ { bias = false } }\n${net('conv(3)')}`],
    ['names/unknown', net('conv(__proto__)')],
    ['names/unknown-layer', net('constructor')],
    ['names/unknown-option', net('conv(3, toString = 3)')],
    ['value/no-member', `${net('relu')}assert N.constructor == 3`],
  ])('%s in %j', (code, text) => {
    expect(codes(text)).toEqual([code]);
  });

  it('names of JavaScript are names as any', () => {
    expect(codes('net N { in constructor: f32[4]  out toString: tensor(constructor -> relu) }')).toEqual([]);
  });
});

describe('values of a family', () => {
  const text = `let half = 0.5
    net M(width) { in x: f32[4]  out z: tensor(x -> dense(round(8 * width))) }
    family M(width) { s = half, m = 2 * half }`;
  const { model } = resolve({ path: 'main.cnn', text }, nodeHost('.'));

  it.each([
    ['M.s', 4],
    ['M.m', 8],
  ])('%s has a width of %i', (name, units) => {
    const { graph } = instantiate(model, { net: name, mode: 'inference' });
    expect(graph?.outputs[0]?.nodes[0]?.type.dims).toEqual([units]);
  });
});

describe('what grows without a bound stops', () => {
  const doubled = chain(40, (i) => `let l${i + 1} = ${i === 0 ? '[1, 2]' : `[l${i}, l${i}]`}`);

  it.each([
    ['layers', 'network/too-large', net('repeat(9999) { repeat(9999) { relu } }')],
    ['repetitions without layers', 'network/too-large', net('repeat(9999) { repeat(9999) { identity } }')],
    [
      'blocks that double',
      'network/too-large',
      `${chain(40, (i) => `block B${i + 1} = ${i === 0 ? 'relu' : `B${i} -> B${i}`}`)}\n${net('B40')}`,
    ],
    ['a count', 'network/repeat-count', net('repeat(10^6) { relu }')],
    ['a range', 'value/expected', net('each i of range(10^9) { relu }')],
    ['lists that double', 'value/expected', `${doubled}\n${net('conv(sum(l40), 1)')}`],
    ['channels', 'network/too-many-elements', net('repeat(60) { concat { identity, identity } }')],
    ['pixels', 'network/too-many-elements', net('repeat(60) { upsample(2) }')],
    ['weights', 'network/too-many-elements', net('flatten -> dense(10^7) -> relu -> dense(10^7)')],
    ['a block handed to itself', 'names/circular', `block A(u: block) = u(A)\n${net('A(A)')}`],
    ['brackets', 'syntax/too-deep', net(`conv(${'('.repeat(4e4)}3${')'.repeat(4e4)})`)],
    ['signs', 'syntax/too-deep', net(`conv(${'-'.repeat(1e5)}3)`)],
    [
      'blocks in blocks',
      'network/blocks-too-deep',
      `${chain(3000, (i) => `block B${i + 1} = ${i === 0 ? 'relu' : `B${i}`}`)}\n${net('B3000')}`,
    ],
    [
      'constants of constants',
      'network/nested-too-deep',
      `${chain(3000, (i) => `let l${i + 1} = ${i === 0 ? '3' : `l${i}`}`)}\n${net('conv(l3000)')}`,
    ],
  ])('%s', (_, code, text) => {
    expect(codes(text)).toContain(code);
  });

  it.each([
    ['values that nothing reads', 'names/unused', (i: number) => `y${i} = x -> relu`],
    ['results that nothing reads', 'network/goes-nowhere', () => 'x -> relu'],
    ['names that are taken', 'names/duplicate', () => 'y = x -> relu'],
  ])('%s: work grows as the text does', (_, code, line) => {
    const text = `net N {\n in x: f32[8, 8, 3]\n${chain(20_000, line)}\n out z: tensor(x)\n}`;
    const { diagnostics } = resolve({ path: 'main.cnn', text }, nodeHost('.'));
    expect(diagnostics.filter((d) => d.code === code).length).toBeGreaterThan(19_990);
  });

  it('nets of nets', () => {
    const text = `${net('relu')}net N0 = N\n${chain(300, (i) => `net N${i + 1} = N${i}`)}`;
    expect(new Set(codes(text))).toEqual(new Set(['network/blocks-too-deep']));
  });
});

it('a file that is named a thousand times is read once', () => {
  const reads: string[] = [];
  const host = {
    read: (path: string) => {
      reads.push(path);
      return path === 'a.cnn' ? chain(1000, (i) => `export let l${i} = ${i}`) : undefined;
    },
  };
  const text = `${chain(1000, (i) => `use { l${i} } from "./a"`)}\nexport let sum = l1 + l999`;
  resolve({ path: 'main.cnn', text }, host);
  expect(reads.filter((path) => path === 'a.cnn')).toHaveLength(1);
});
