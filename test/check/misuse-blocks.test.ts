/** Blocks written and called as functions and classes are elsewhere: one message, and one fix that leaves a file that checks. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';

const net = (stage: string): string => `\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> ${stage})\n}\n`;

describe('heads of functions and classes', () => {
  it.each([
    ['def B(c) = conv(c, 3)', 'block B(c) ='],
    ['def B(c):\n  return conv(c, 3)', 'block B(c) ='],
    ['def B(c):\n  y = in -> conv(c, 3)\n  return y', 'block B(c) {'],
    ['class B(c) { conv(c, 3) -> relu }', 'block B(c) {'],
    ['function B(c) {\n  y = in -> conv(c, 3)\n  return y\n}', 'block B(c) {'],
    ['fn B(c) -> Tensor { conv(c, 3) }', 'block B(c) {'],
    ['export def B(int c, k: 3, *args):\n  return conv(c, k)', 'export block B(c: int, k = 3) ='],
  ])('%s', (head, title) => {
    const { found, titles } = onlyOne(head + net('B(8)'));
    expect(found.code).toBe('syntax/misplaced');
    expect(found.message).toContain('did you mean `block`?');
    expect(titles).toEqual([title]);
  });

  it('a class with an input is a net', () =>
    expect(onlyOne('class N:\n  in x: rgb 8x8\n  out y: tensor(x -> conv(8, 3))\n').titles).toEqual([
      'net N {',
    ]));
});

describe('what stands before a body', () => {
  it.each([
    ['block B(c) = { conv(c, 3) }', '{', 'block B(c) {'],
    ['block B(c) = {\n  y = in -> conv(c, 3)\n  out y\n}', '{', 'block B(c) {'],
    ['block B(c) -> conv(c, 3) -> relu', '->', 'block B(c) ='],
    ['block B(c) => conv(c, 3) -> relu', '=>', 'block B(c) ='],
    ['block B(c) => { conv(c, 3) }', '=>', 'block B(c) {'],
    ['block B(c):\n  y = in -> conv(c, 3)\n  out y', ':', 'block B(c) {'],
    ['block B(c): Tensor = conv(c, 3)', ':', 'block B(c) ='],
    ['block B[c] = conv(c, 3)', '[', 'block B(c) ='],
    ['block B<c> { conv(c, 3) }', '<', 'block B(c) {'],
  ])('%s', (head, place, title) => {
    const { at, titles } = onlyOne(head + net('B(8)'));
    expect([at, titles]).toEqual([place, [title]]);
  });

  it('a block does not extend another', () =>
    expect(onlyOne(`block A = conv(8, 3)\nblock B extends A { relu }${net('B')}`).at).toBe('extends'));
});

describe('parameters', () => {
  it.each([
    ['(int c)', 'c', '(c: int)'],
    ['(c: 8)', '8', '(c = 8)'],
    ['(c, **kwargs)', '**', '(c)'],
    ['(c, ...rest)', '..', '(c)'],
    ['(in, c)', 'in', '(c)'],
    ['(c: Optional[int] = 8)', '[', '(c: int = 8)'],
    ['(c: int, k: list[int] = [])', '[', '(c: int, k: list = [])'],
  ])('%s', (params, place, title) => {
    const { at, titles } = onlyOne(`block B${params} = conv(c, 3)${net('B(8)')}`);
    expect([at, titles]).toEqual([place, [title]]);
  });

  it('rest parameters that are read are not left out', () =>
    expect(onlyOne(`block B(*args) = conv(args, 3)${net('B(8)')}`).titles).toEqual([]));
});

describe('calls', () => {
  it.each([
    ['B[8, 3]', ',', '(8, 3)'],
    ['B<8, 3>', '<8, 3>', '(8, 3)'],
    ['new B(8, 3)', 'new', 'leave new out'],
    ['B{8, 3}', 'B', 'B(8, 3)'],
    ['B{8, k: 3}', 'B', 'B(8, k = 3)'],
    ['B(8, kernel = 3)', 'kernel', 'k'],
    ['B(k = 3, filters = 8)', 'filters', 'c'],
  ])('%s', (call, place, title) => {
    const { at, titles } = onlyOne(`block B(c, k) = conv(c, k)${net(call)}`);
    expect([at, titles]).toEqual([place, [title]]);
  });

  it.each([
    ['conv 8, 3 -> relu', '8', 'conv(8, 3)'],
    ['conv(8, 3), relu, conv(4, 1)', ',', '-> relu -> conv(4, 1)'],
  ])('%s', (stages, place, title) => {
    const { at, titles } = onlyOne(`net N {\n  in x: rgb 8x8\n  y = x -> ${stages}\n  out z: tensor(y)\n}\n`);
    expect([at, titles]).toEqual([place, [title]]);
  });

  it('layers of a block with commas between', () =>
    expect(onlyOne(`block B(c) = conv(c, 3), relu${net('B(8)')}`).titles).toEqual(['-> relu']));
});

describe('defaults of another type, which nothing uses', () => {
  it.each([
    ['c: int = "a"', '"a"'],
    ['c: int = 2.5', '2.5'],
    ['c: float = true', 'true'],
    ['c: bool = 1', '1'],
    ['c: list = 3', '3'],
    ['c: block = 3', '3'],
  ])('%s', (param, place) => {
    const { found, at } = onlyOne(`block B(${param}) = conv(8, 3)${net('B(8)')}`);
    expect([found.code, at]).toEqual(['value/expected', place]);
  });

  it('and which something uses', () =>
    expect(onlyOne(`block B(c: int = "a") = conv(c, 3)${net('B')}`).at).toBe('"a"'));

  it('numbers of every writing fit', () =>
    expect(
      diagnose({
        path: 'main.cnn',
        text: `block B(c: int = 0.5k, s: float = 1, l: list = [3, 3]) = conv(c, l) -> dropout(s / 2)${net('B')}`,
      }),
    ).toEqual([]));
});

describe('lists of layers', () => {
  it.each([
    ['[conv(c, 3) -> bn, relu]', 'conv(c, 3) -> bn -> relu'],
    ['(conv(c, 3), relu)', 'conv(c, 3) -> relu'],
    ['Sequential(conv(c, 3), relu)', 'conv(c, 3) -> relu'],
    ['nn.Sequential([conv(c, 3), relu])', 'conv(c, 3) -> relu'],
    ['sequential { conv(c, 3), relu }', 'conv(c, 3) -> relu'],
  ])('%s', (list, title) => expect(onlyOne(`block B(c) = ${list}${net('B(8)')}`).titles).toEqual([title]));
});
