/** Imports misused: one mistake, one error, and nothing is said about the names that the import would have brought. */
import { describe, expect, it } from 'vitest';
import { nodeHost, type Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { applyFix } from './support.ts';

const files: Readonly<Record<string, string>> = {
  'blocks.cnn': 'export block A = relu\nexport block B = silu',
};
const std = nodeHost('/nowhere');
const host = {
  read: (path: string) => files[path] ?? std.read(path),
  list: (folder: string) => (folder === '' ? Object.keys(files) : (std.list?.(folder) ?? [])),
};
const found = (text: string): readonly Diagnostic[] => diagnose({ path: 'main.cnn', text }, host);

describe.each([
  ['use { A, B from "./blocks.cnn"', 'syntax/unclosed', 'add }'],
  ['use { A as X from "./blocks.cnn"', 'syntax/unclosed', 'add }'],
  ['use { A, B } "./blocks.cnn"', 'syntax/unexpected', 'put from between'],
  ['use { A, B } from ./blocks.cnn', 'syntax/unexpected', '"./blocks.cnn"'],
  ["use { A, B } from './blocks.cnn'", 'syntax/quote', '"./blocks.cnn"'],
  ['use A from "./blocks.cnn"', 'syntax/unexpected', '{ A }'],
  ['use (A, B) from "./blocks.cnn"', 'syntax/unexpected', '{ A, B }'],
  ['use [A] from "./blocks.cnn"', 'syntax/unexpected', '{ A }'],
  ['import { A } from "./blocks.cnn"', 'syntax/misplaced', 'use'],
  ['use { A B } from "./blocks.cnn"', 'syntax/unexpected', 'put a comma between'],
  ['use { A: X } from "./blocks.cnn"', 'syntax/unexpected', ' as'],
  ['use { A, B } from "blocks"', 'import/not-found', '"./blocks.cnn"'],
  ['use { LeNet5 } from "lenet"', 'import/not-found', '"std/lenet"'],
  ['use { A, B } from "./block.cnn"', 'import/not-found', '"./blocks.cnn"'],
  ['use { A, BB } from "./blocks.cnn"', 'import/not-exported', 'B'],
  ['use { A as } from "./blocks.cnn"', 'syntax/incomplete', undefined],
  ['use { * } from "./blocks.cnn"', 'syntax/unexpected', undefined],
  ['use * from "./blocks.cnn"', 'syntax/unexpected', undefined],
  ['use "std/lenet"', 'syntax/unexpected', undefined],
  ['use { A } from "./blocks.cnn" as X', 'syntax/unexpected', undefined],
  ['use (A, B from "./blocks.cnn"', 'syntax/unexpected', '{ A, B }'],
  ['use A, B from "./blocks.cnn"', 'syntax/unexpected', '{ A, B }'],
  ['use { A = X } from "./blocks.cnn"', 'syntax/unexpected', ' as'],
  ['use { "A" } from "./blocks.cnn"', 'syntax/unexpected', 'A'],
  ['use { A } of "./blocks.cnn"', 'syntax/unexpected', 'from'],
  ['use { A } form "./blocks.cnn"', 'syntax/unexpected', 'from'],
  ['uses { A } from "./blocks.cnn"', 'syntax/misplaced', 'use'],
  ['import A from "./blocks.cnn"', 'syntax/misplaced', 'use { A } from "./blocks.cnn"'],
  ['from .blocks import A, B', 'syntax/misplaced', 'use { A, B } from "./blocks.cnn"'],
  ['from std.lenet import LeNet5', 'syntax/misplaced', 'use { LeNet5 } from "std/lenet"'],
  ['const { A } = require("./blocks.cnn")', 'syntax/misplaced', 'use { A } from "./blocks.cnn"'],
  ['export use { A } from "./blocks.cnn"', 'syntax/misplaced', 'leave export out'],
  ['export { A } from "./blocks.cnn"', 'syntax/misplaced', 'use'],
  ['use { LeNet5 } from "std.lenet"', 'import/not-found', '"std/lenet"'],
  ['use { LeNet5 } from "./lenet"', 'import/not-found', '"std/lenet"'],
  ['use { LeNet5 } from "std/resnet"', 'import/not-exported', '"std/lenet"'],
  ['use { LeNet5 } from "std"', 'value/expected', undefined],
  ['import std.lenet', 'syntax/misplaced', undefined],
  ['import "./blocks.cnn"', 'syntax/misplaced', undefined],
  ['use * as X from "./blocks.cnn"', 'syntax/unexpected', undefined],
  ['use (', 'syntax/unexpected', undefined],
  ['use { A, B }', 'syntax/incomplete', undefined],
  ['use { A, B', 'syntax/unclosed', 'add }'],
  ['use { as X } from "./blocks.cnn"', 'syntax/incomplete', undefined],
  ['use { LeNet5 } from <std/lenet>', 'syntax/unexpected', '"std/lenet"'],
  ['use { LeNet5 from "std/lenet" }', 'syntax/unexpected', '} from "std/lenet"'],
  ['use { A } from "./blocks.cnn", "std/lenet"', 'syntax/unexpected', undefined],
  ['use A as X from "./blocks.cnn"', 'syntax/unexpected', '{ A as X }'],
  ['use type { A } from "./blocks.cnn"', 'syntax/unexpected', 'leave type out'],
  ['use { block A } from "./blocks.cnn"', 'syntax/unexpected', 'leave block out'],
  ['use { type A, B } from "./blocks.cnn"', 'syntax/unexpected', 'leave type out'],
  ['use { A() } from "./blocks.cnn"', 'syntax/unexpected', 'A'],
  ['use { blocks.A } from "./blocks.cnn"', 'syntax/unexpected', 'A'],
  ['use std::lenet::LeNet5', 'syntax/misplaced', 'use { LeNet5 } from "std/lenet"'],
  ['import std.lenet.LeNet5', 'syntax/misplaced', 'use { LeNet5 } from "std/lenet"'],
  ['import std.lenet as LeNet5', 'syntax/misplaced', undefined],
  ['#include "std/lenet"', 'syntax/misplaced', undefined],
  ['#include <std/lenet>', 'syntax/misplaced', undefined],
  ['@import "std/lenet"', 'syntax/stray', undefined],
  ['load "std/lenet"', 'syntax/misplaced', undefined],
  ['require("std/lenet")', 'syntax/misplaced', undefined],
  ['export * from "./blocks.cnn"', 'syntax/misplaced', undefined],
])('%s', (use, code, fix) => {
  const name = /\b(?:X|LeNet5|A)\b/.exec(use.replace(/A as X|A: X|A = X/, 'X'))?.[0] ?? 'LeNet5';
  const text = `${use}\nnet N {\n  in x: f32[32, 32, 1]\n  out z: tensor(x -> ${name})\n}\n`;

  it('is told once', () => {
    expect(found(text).map((d) => d.code)).toEqual([code]);
    expect(found(text).flatMap(({ fixes }) => fixes.map(({ title }) => title))).toEqual(
      fix === undefined ? [] : [fix],
    );
  });

  // Where the import comes from can only be said by who writes it.
  if (fix === undefined || (!use.includes('"') && !use.includes('from'))) return;

  it('is mended by its fix', () => {
    const [first] = found(text) as [Diagnostic];
    const left = found(applyFix(text, first)).filter(({ severity }) => severity === 'error');
    expect(left.map((d) => `${d.code}: ${d.message}`)).toEqual([]);
  });
});

describe('a name that the other file does not export', () => {
  const net = 'in x: f32[32, 32, 1]\n  out z: tensor(x -> lenet5)';
  const uses = `net N {\n  ${net}\n}\nnet M = lenet5\nassert lenet5.params > 0\nbudget lenet5 { params <= 62k }\n`;
  const mended = (text: string): string => applyFix(text, found(text)[0] as Diagnostic);

  it('is told once, and mended wherever it stands', () => {
    const text = `use { lenet5 } from "std/lenet"\n${uses}`;
    expect(found(text).map(({ code }) => code)).toEqual(['import/not-exported']);
    expect(mended(text)).toBe(text.replaceAll('lenet5', 'LeNet5'));
    expect(found(mended(text))).toEqual([]);
  });

  it('keeps its name in this file where it has another one', () => {
    const text = `use { lenet5 as net5 } from "std/lenet"\n${uses.replaceAll('lenet5', 'net5')}`;
    expect(mended(text)).toBe(text.replace('lenet5 as', 'LeNet5 as'));
    expect(found(mended(text))).toEqual([]);
  });

  it('keeps its name where something else is called by the one that was meant', () => {
    const text = 'use { lenet5 } from "std/lenet"\nnet LeNet5 = lenet5\n';
    expect(mended(text)).toBe(text.replace('{ lenet5 }', '{ LeNet5 as lenet5 }'));
    expect(found(mended(text))).toEqual([]);
  });

  it('is no axis, though it is called like one', () => {
    const text = 'use { lenet5 as L } from "std/lenet"\nnet A = L\n';
    expect(found(text).map(({ code }) => code)).toEqual(['import/not-exported']);
  });
});

it('offers no comma where a name should stand', () => {
  const [first] = found('use { LeNet5 as [ } from "std/lenet"\n');
  expect([first?.code, first?.fixes]).toEqual(['syntax/unexpected', []]);
});
