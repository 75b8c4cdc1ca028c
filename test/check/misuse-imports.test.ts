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
  ['use { A, B }', 'syntax/incomplete', undefined],
  ['use { A, B', 'syntax/unclosed', 'add }'],
])('%s', (use, code, fix) => {
  const name = /\b(?:X|LeNet5|A)\b/.exec(use.replace(/A as X|A: X/, 'X'))?.[0] ?? 'LeNet5';
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
