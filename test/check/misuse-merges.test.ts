/** Branches that do not fit together: one error, and a fix that mends all that differs at once. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The fixes of the only thing that is said; each leaves a file without errors. */
function fixesOf(text: string): readonly string[] {
  const [first, ...others] = diagnose({ path: 'main.cnn', text }) as [Diagnostic, ...Diagnostic[]];
  expect(first.code, text).toBe('shape/branch-mismatch');
  expect(others.map(({ code }) => code)).toEqual([]);
  expectMended(text, first, first.fixes);
  return first.fixes.map(({ title }) => title);
}

const block = (body: string, c: number): string =>
  `block B(c, s = 2) = ${body}\nnet N {\n  in x: rgb 32x32\n  out z: tensor(x -> conv(16, 3, pad = same) -> B(${c}))\n}`;

describe('branches of a block', () => {
  it.each([
    [
      'one window',
      'add { main: conv(c, 3, pad = 1) -> relu -> conv(c, 3), skip: identity }',
      16,
      ['conv(c, 3, pad = same)'],
    ],
    [
      'two windows',
      'add { main: conv(c, 3) -> relu -> conv(c, 3), skip: identity }',
      16,
      ['pad = same in conv(c, 3)'],
    ],
    [
      'three windows and channels',
      'add { main: conv(c, 3) -> conv(c, 5) -> conv(c, 7), skip: identity }',
      32,
      ['pad = same in conv(c, 3), conv(c, 5) and conv(c, 7); skip: conv(c, 1, bias = false) -> bn'],
    ],
    [
      'channels',
      'add { main: conv(c, 3, pad = 1), skip: identity }',
      32,
      ['skip: conv(c, 1, bias = false) -> bn'],
    ],
    [
      'a window and a stride',
      'add { main: conv(c, 3, stride = s) -> conv(c, 3), skip: identity }',
      32,
      [
        'pad = same in conv(c, 3, stride = s) and conv(c, 3); skip: conv(c, 1, stride = s, bias = false) -> bn',
      ],
    ],
    [
      'a pool behind windows',
      'add { main: conv(c, 3) -> relu -> conv(c, 3) -> maxpool(2), skip: identity }',
      16,
      ['pad = same in conv(c, 3); skip: conv(c, 1, stride = 2, bias = false) -> bn'],
    ],
    [
      'padding that is written',
      'add { main: conv(c, 5, pad = 1), skip: identity }',
      16,
      ['conv(c, 5, pad = same)'],
    ],
    [
      'padding by its place',
      'add { main: conv(c, 5, 1, 1), skip: identity }',
      16,
      ['conv(c, 5, 1, pad = same)'],
    ],
    [
      'a comma at the end, and a comment with one',
      'add { main: conv(\n  c,  // wide), as in the paper\n  3,\n) -> relu, skip: identity }',
      16,
      ['conv( c, // wide), as in the paper 3, pad = same, )'],
    ],
    ['too much padding', 'add { main: conv(c, 1, pad = 1), skip: identity }', 16, ['conv(c, 1, pad = same)']],
    [
      'paths that both lose places',
      'concat { a: conv(c, 3), b: conv(c, 5), p: maxpool(3, stride = 1) }',
      16,
      ['pad = same in conv(c, 3), conv(c, 5) and maxpool(3, stride = 1)'],
    ],
    ['one of two paths', 'concat { conv(c, 1) -> relu, conv(c, 3) -> relu }', 16, ['conv(c, 3, pad = same)']],
    ['two strides', 'add { main: conv(c, 3, stride = 2, pad = 1), skip: conv(c, 1, stride = 4) }', 16, []],
    ['three paths and channels', 'add { conv(c, 1), conv(8, 1), identity }', 16, []],
  ])('%s', (_, body, c, fixes) => {
    expect(fixesOf(block(body, c))).toEqual(fixes);
  });
});

describe('values that meet', () => {
  const net = (a: string, b: string, sum = 'a + b'): string =>
    `net N {\n  in x: rgb 32x32\n  a = ${a}\n  b = ${b}\n  out z: tensor(${sum})\n}`;

  it.each([
    [net('x -> conv(8, 3) -> conv(8, 3)', 'x -> conv(8, 1)'), ['pad = same in conv(8, 3)']],
    [net('x -> conv(8, 3, pad = 1)', 'x -> conv(16, 1)'), ['conv(16, 3, pad = 1)', 'conv(8, 1)']],
    [
      net('x -> conv(8, 3)', 'x -> conv(16, 1)', 'add(a, b)'),
      ['conv(8, 3, pad = same); conv(16, 3)', 'conv(8, 3, pad = same); conv(8, 1)'],
    ],
    [net('x -> gap -> dense(8)', 'x -> gap -> dense(16)', 'a - b'), ['dense(16)', 'dense(8)']],
  ])('%s', (text, fixes) => {
    expect(fixesOf(text)).toEqual(fixes);
  });
});
