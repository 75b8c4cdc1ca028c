/** Names that stand for nothing: told once in each declaration, with all places, and a fix that reaches all of them. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { applyFix, marked } from './support.ts';

const found = (text: string): readonly Diagnostic[] => diagnose({ path: 'main.cnn', text });

const net = 'net N {\n  in x: rgb 8x8\n  y = x -> conv(4, 3) -> relu\n  out z: tensor(y -> B)\n}';

describe('a name that stands for nothing', () => {
  it.each([
    ['an input of the net', 'block B = add { main: x -> relu, skip: x -> silu }', 2, 'in'],
    ['a value of the net', 'block B = add { main: y -> relu, skip: y -> silu }', 2, undefined],
    ['a mistyped parameter', 'block B(width = 3) = conv(widht, 3) -> relu -> conv(widht, width)', 2, 'width'],
    ['a mistyped layer', 'block B = konv(3, 1) -> relu -> konv(3, 1) -> relu -> konv(3, 1)', 3, 'conv'],
    ['a layer of another framework', 'block B = Conv2d(3, 1) -> relu -> Conv2d(3, 1)', 2, 'conv'],
    ['seven times', `block B = ${Array(7).fill('konv(3, 1)').join(' -> relu -> ')}`, 7, 'conv'],
  ])('%s', (_, block, count, meant) => {
    const text = `${block}\n${net}`;
    const [first, ...others] = found(text) as [Diagnostic, ...Diagnostic[]];
    expect(others.map(({ code }) => code)).toEqual([]);
    expect(first.labels.map(({ text: said }) => said)).toEqual(
      Array(Math.min(4, count - 1)).fill('and here'),
    );
    expect(first.fixes.map(({ edits }) => edits.length)).toEqual(meant === undefined ? [] : [count]);
    if (meant === undefined) return;
    const left = found(applyFix(text, first)).filter(({ severity }) => severity === 'error');
    expect(left.map(({ code }) => code)).toEqual([]);
  });

  it('more places than are shown are counted', () => {
    const [first] = found(`block B = ${Array(7).fill('konv(3, 1)').join(' -> ')}\n${net}`);
    expect(first?.notes.map(({ text }) => text)).toEqual(['and at 2 more places']);
  });

  it('is told again in another declaration, and with another name', () => {
    const text = `block A = konv(3, 1)\nblock B = A -> konv(3, 1) -> pull(2)\n${net}`;
    expect(found(text).map(marked)).toEqual(['konv', 'konv', 'pull']);
  });

  it('is told once where it is used before it has its value', () => {
    const text =
      'net N {\n  in x: rgb 8x8\n  a = b -> relu\n  c = b -> relu\n  b = x -> relu\n  out z: tensor(a + c)\n}';
    expect(found(text).map(({ code }) => code)).toEqual(['names/used-before']);
  });

  it('a block is told that values of a net are seen in the net alone', () => {
    const [first] = found(`block B = add { main: y -> relu, skip: identity }\n${net}`);
    expect(first?.notes[0]?.text).toContain('`in`, the value that flows into it');
  });

  it('a kind of output is no layer', () => {
    const [first] = found('net N {\n  in x: rgb 8x8\n  out z: x -> gap -> label\n}');
    expect(first?.notes.map(({ text }) => text)).toEqual([
      'label is a kind of output, and stands in front: out name: label(…)',
    ]);
  });
});
