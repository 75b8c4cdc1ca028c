import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check, instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import { verify } from '../../src/compiler/ir/verify.ts';

const root = join(import.meta.dirname, '../..');
const host = nodeHost(root);
const files = readdirSync(join(root, 'stdlib')).filter((name) => name.endsWith('.cnn'));
// The large nets would only repeat what the small ones show, slowly.
const texts = files
  .map((name) => readFileSync(join(root, 'stdlib', name), 'utf8'))
  .filter((text) => text.length < 2500);

const pieces = [
  ...'( ) { } [ ] , = -> : . + - * / % ^ == < >= .. in out net block let if else repeat each of as not and or'.split(
    ' ',
  ),
  ...'0 1 -1 2 3 1000000 2147483648 1.5 3x3 1x3x3 0x0 "a" true same H W C identity in.C in.H x.L'.split(' '),
  ...'conv dense relu bn maxpool gap flatten concat add max mean softmax pad slice upsample reshape dropout'.split(
    ' ',
  ),
];

/** Words of a text with what stands between them. */
function tokens(text: string): readonly string[] {
  return text.split(/(\s+|[A-Za-z_]\w*|\d[\w.]*|->|==|\.\.|[^\sA-Za-z_\d])/).filter((t) => t !== '');
}

interface Mutation {
  readonly kind: 'delete' | 'replace' | 'insert' | 'swap' | 'cut';
  readonly at: number;
  readonly other: number;
}

function mutate(text: string, mutations: readonly Mutation[]): string {
  const words = [...tokens(text)];
  for (const { kind, at, other } of mutations) {
    const i = at % Math.max(1, words.length);
    const word = other % 2 === 0 ? pieces[other % pieces.length] : words[other % Math.max(1, words.length)];
    if (kind === 'delete') words.splice(i, 1);
    else if (kind === 'replace') words[i] = word ?? '';
    else if (kind === 'insert') words.splice(i, 0, ' ', word ?? '', ' ');
    else if (kind === 'swap') words.splice(i, 2, words[i + 1] ?? '', words[i] ?? '');
    else words.length = Math.max(1, i);
  }
  return words.join('');
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('delete', 'replace', 'insert', 'swap', 'cut'),
  at: fc.nat(20_000),
  other: fc.nat(20_000),
});

/** Resolves and checks; an exception is what the tests look for. Graphs without errors must be well formed. */
function compile(text: string): void {
  const resolved = resolve({ path: 'main.cnn', text }, host);
  const checked = check(resolved.model);
  for (const d of [...resolved.diagnostics, ...checked.diagnostics]) {
    expect(d.message).not.toMatch(/\{\w+\}|undefined|NaN|\[object/);
    expect(d.span.start).toBeLessThanOrEqual(d.span.end);
  }
  for (const { name, facts } of checked.nets) {
    if (!facts) continue;
    expect(verify(facts.graph)).toEqual([]);
    instantiate(resolved.model, { net: name, mode: 'training' });
  }
}

const runs = Number(process.env['FUZZ_RUNS'] ?? 150);

test('mutated networks give messages, never an exception', () => {
  const property = fc.property(
    fc.constantFrom(...texts),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    (text, mutations) => compile(mutate(text, mutations)),
  );
  fc.assert(property, { numRuns: runs });
});

test('soups of words give messages, never an exception', () => {
  const word = fc.constantFrom(...pieces, 'x', 'y', 'N', 'Block', '\n');
  const property = fc.property(fc.array(word, { maxLength: 60 }), (words) => {
    compile(`net N {\n  in x: f32[8, 8, 3]\n  y = x -> ${words.join(' ')}\n  out z: tensor(y)\n}`);
    compile(words.join(' '));
  });
  fc.assert(property, { numRuns: runs });
});
