/** Values and outputs named as other languages do: one message, and a fix that leaves a file without errors. */
import { describe, expect, it } from 'vitest';
import { onlyOne } from './only-one.ts';

const net = (lines: string): string => `net N {\n  in x: rgb 8x8\n  ${lines}\n}\n`;
/** Its fixes; each leaves no errors. */
const fixes = (text: string): readonly string[] => onlyOne(text).titles;

describe('a word before the name', () => {
  it.each([
    ['const c = 3\n  out y: tensor(x -> conv(c, 3))', 'let'],
    ['int c = -3 + 6\n  out y: tensor(x -> conv(c, 3))', 'let'],
    ['var l = x -> relu\n  out y: tensor(l)', 'leave var out'],
    ['def l = x -> relu\n  out y: tensor(l)', 'leave def out'],
    ['Tensor l = x -> relu\n  out y: tensor(l)', 'leave Tensor out'],
    ['override l = x -> relu\n  out y: tensor(l)', 'leave override out'],
    ['public out y: tensor(x)', 'leave public out'],
    ['let mut l = x -> relu\n  out y: tensor(l)', 'leave mut out'],
    ['let int c = 3\n  out y: tensor(x -> conv(c, 3))', 'leave int out'],
    ['let out y: tensor(x)', 'leave let out'],
    ['out let y: tensor(x)', 'leave let out'],
    ['outputs y: tensor(x)', 'out'],
  ])('%s', (lines, title) => expect(fixes(net(lines))).toEqual([title]));

  it.each(['override', 'replaces'])('%s is replace in a net that extends another', (word) => {
    const base = net('l = x -> relu\n  out y: tensor(l)');
    expect(fixes(`${base}net M extends N { ${word} l = x -> silu }\n`)).toEqual(['replace']);
  });

  it('is a value that is lost where something is called so', () => {
    const { found } = onlyOne(net('l = x -> relu\n  l m = x -> silu\n  out y: tensor(m)'));
    expect(found.code).toBe('network/goes-nowhere');
  });
});

describe('names of another form', () => {
  it.each([
    ['let c: int = 3\n  out y: tensor(x -> conv(c, 3))', 'leave : int out'],
    ['l: Tensor[8, 8] = x -> relu\n  out y: tensor(l)', 'leave : Tensor[8, 8] out'],
    [
      'a, b, c = x -> split(3)\n  out y: tensor(a + b + c)',
      'a = x -> split(3, 0)\n  b = x -> split(3, 1)\n  c = x -> split(3, 2)',
    ],
    [
      '(a, b) = x -> split(2, axis = H)\n  out y: tensor(a + b)',
      'a = x -> split(2, 0, axis = H)\n  b = x -> split(2, 1, axis = H)',
    ],
    ['let [f, g] = [relu, silu]\n  out y: tensor(x -> f -> g)', 'let f = relu\n  let g = silu'],
    ['let c = 3, d = 4\n  out y: tensor(x -> conv(c, d))', 'let c = 3\n  let d = 4'],
    ['a = b = x -> relu\n  out y: tensor(a + b)', 'b = x -> relu\n  a = b'],
    ['x -> relu = a\n  out y: tensor(a)', 'a = x -> relu'],
    ['l = x -> relu\n  l += x\n  out y: tensor(l -> silu)', 'l2 = l + x'],
    ['l = x -> relu\n  l *= x -> silu\n  out y: tensor(l)', 'l2 = l * (x -> silu)'],
    ['self.l = x -> relu\n  self.m = self.l -> silu\n  out y: tensor(self.m)', 'leave self. out'],
  ])('%s', (lines, title) => expect(fixes(net(lines))).toEqual([title]));

  it.each([
    'l[0] = x -> relu\n  out y: tensor(l)',
    'l.a = x -> relu\n  out y: tensor(l)',
    'let {f, g} = x\n  out y: tensor(x -> f)',
    'print(x)\n  out y: tensor(x)',
    'pass\n  out y: tensor(x)',
  ])('%s is told once', (lines) => expect(fixes(net(lines))).toEqual([]));

  it('reads the new value below, and in this net alone', () => {
    const [first, second] = [
      net('l = x -> relu\n  l += x -> add { l, l }\n  out y: tensor(l)'),
      net('l = x -> relu\n  out l: tensor(l)'),
    ];
    const { found } = onlyOne(`${first}${second.replace('net N', 'net M')}`);
    expect(found.fixes[0]?.edits.map(({ text }) => text)).toEqual(['l2 = l + (x -> add { l, l })', 'l2']);
  });
});

describe('names in the file itself', () => {
  it.each([
    ['c = 3', 'let c'],
    ['const c = 3', 'let c'],
    ['int c = 3', 'let c'],
    ['Twice = relu -> relu', 'block Twice'],
    ['a, b = 1, 2', 'let a = 1\nlet b = 2'],
    ['let a = 1, b = 2', 'let a = 1\nlet b = 2'],
    ['export let a: float = 1.5', 'leave : float out'],
  ])('%s', (line, title) => expect(fixes(`${line}\nexport ${net('out y: tensor(x)')}`)).toEqual([title]));
});

describe('outputs', () => {
  it.each([
    ['out y: tensor(x), z: tensor(x)', 'out y: tensor(x)\n  out z: tensor(x)'],
    ['out y, z: tensor(x)', 'out y: tensor(x)\n  out z: tensor(x)'],
    ['l = x -> relu\n  out l, x', 'out l: tensor(l)\n  out x: tensor(x)'],
    ['l = x -> relu\n  return l, x', 'out l: tensor(l)\n  out x: tensor(x)'],
    ['l = x -> relu\n  out (l, x)', 'out l: tensor(l), out x: tensor(x)'],
    ['out { y: tensor(x) }', 'out y: tensor(x)'],
    ['return { y: tensor(x), z: x }', 'out y: tensor(x)\n  out z: x'],
    ['out y: tensor = x', 'out y: tensor(x)'],
    ['out y: tensor x', 'out y: tensor(x)'],
    ['out y tensor x', 'out y: tensor(x)'],
    ['out y: label x -> gap of ["a", "b", "c"]', 'out y: label(x -> gap)'],
    ['out: tensor(x)', 'leave : out'],
  ])('%s', (lines, title) => expect(fixes(net(lines))).toEqual([title]));

  it.each([
    ['out y, in', 'out concat { y, in }'],
    ['return y, in', 'out concat { y, in }'],
    ['return { y }', 'out y'],
    ['return { a: y, b: in }', 'out concat { a: y, b: in }'],
  ])('%s in a block', (line, title) =>
    expect(fixes(`export block B {\n  y = in -> relu\n  ${line}\n}\n`)).toEqual([title]),
  );
});
