/** Clauses under other names, and statements in another order: one error, whose fix leaves a file that checks. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { applyFix } from './support.ts';

const found = (text: string): readonly Diagnostic[] => diagnose({ path: 'main.cnn', text });

/** The only error, and the title of its only fix, which mends it. */
function mended(text: string): string {
  const [first, ...others] = found(text) as [Diagnostic, ...Diagnostic[]];
  expect(others.map(({ code }) => code)).toEqual([]);
  const left = found(applyFix(text, first)).filter(({ severity }) => severity === 'error');
  expect(
    left.map(({ code }) => code),
    applyFix(text, first),
  ).toEqual([]);
  return `${first.code}: ${first.fixes.map(({ title }) => title).join(' | ')}`;
}

const net = (rest: string): string =>
  `net N {\n  in x: rgb 8x8\n  h = x -> conv(7, 1)\n  y = h -> gap\n  ${rest}\n}`;
const names = '["a", "b", "c", "d", "e", "f", "g"]';

describe('an output', () => {
  it.each([
    [`out z: label(y) classes ${names}`, 'syntax/unexpected: of'],
    [`out z: label(y) names ${names}`, 'syntax/unexpected: of'],
    [`out z: label(y) labels ${names}`, 'syntax/unexpected: of'],
    [`out z: mask(h) class_names ${names}`, 'syntax/unexpected: of'],
    ['out z: detect(classes = 2) {\n    branch h anchor [(1, 1)]\n  }', 'syntax/unexpected: anchors'],
    ['label z: y', 'syntax/misplaced: out z: label(y)'],
    [`label z: y of ${names}`, 'syntax/misplaced: out z: label(y)'],
    ['tensor z: h -> relu  // all of it', 'syntax/misplaced: out z: tensor(h -> relu)'],
    [
      'labels z: y -> relu }\nblock Unused = relu\nblock B { relu',
      'syntax/misplaced: out z: labels(y -> relu)',
    ],
    [`output z: label(y) of ${names}`, 'syntax/misplaced: out'],
  ])('%s', (rest, expected) => {
    expect(mended(net(rest))).toBe(expected);
  });

  it('values may be called by these words', () => {
    const text = 'net N {\n  in classes: rgb 8x8\n  names = classes -> relu\n  out labels: tensor(names)\n}';
    expect(found(text)).toEqual([]);
  });
});

describe('an import that begins with its file', () => {
  it.each([
    ['from "std/lenet" use { LeNet5 }', 'use { LeNet5 } from "std/lenet"'],
    ['from "std/lenet" import LeNet5', 'use { LeNet5 } from "std/lenet"'],
    ['from "std/lenet" import LeNet5, LeNet5Rgb', 'use { LeNet5, LeNet5Rgb } from "std/lenet"'],
    ['from "std/lenet"\nuse { LeNet5 as Digits }', 'use { LeNet5 as Digits } from "std/lenet"'],
  ])('%s', (use, line) => {
    const called = use.includes('as Digits') ? 'Digits' : 'LeNet5';
    const text = `${use}\nnet N {\n  in x: f32[32, 32, 1]\n  out z: tensor(x -> ${called})\n}`;
    expect(mended(text)).toBe(`syntax/misplaced: ${line}`);
  });
});

describe('two results of a block', () => {
  const text = (body: string): string =>
    `block B {\n  y = in -> relu\n  ${body}\n}\nnet N {\n  in x: f32[8, 8, 1]\n  out z: tensor(x -> B)\n}`;

  it.each(['out y\n  out in -> silu', 'out y -> relu\n  y -> silu'])('%s: the first is lost', (body) => {
    const [first, ...others] = found(text(body)) as [Diagnostic, ...Diagnostic[]];
    expect([first.code, others]).toEqual(['network/goes-nowhere', []]);
    expect(text(body).slice(first.span.start, first.span.end)).toMatch(/^out y/);
  });

  it('one is right', () => {
    expect(found(text('out y -> silu'))).toEqual([]);
  });
});
