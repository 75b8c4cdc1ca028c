/** Text that is deep, long or hostile: one message, no crash, time linear in its length. */
import { describe, expect, test } from 'vitest';
import { tokenize } from '../../grammar/lexer.ts';
import type { Expr } from '../../src/compiler/1-parse/ast.ts';
import { mostText } from '../../src/compiler/1-parse/lex.ts';
import { parse } from '../../src/compiler/1-parse/index.ts';

const codes = (text: string) => parse({ path: 'deep.cnn', text }).diagnostics.map((d) => d.code);
const chain = (unit: string, count: number, rest = '1') => `let a = ${unit.repeat(count)}${rest}\nlet b = 2`;

describe('nesting has a limit, with one message', () => {
  test.each([
    ['parentheses', `let a = ${'('.repeat(40_000)}1${')'.repeat(40_000)}`],
    ['lists', `let a = ${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ['braces', `net N { ${'if a { '.repeat(30_000)}x${'}'.repeat(30_000)} }`],
    ['calls', `let a = ${'f('.repeat(40_000)}1${')'.repeat(40_000)}`],
    ['prefixes', chain('- ', 40_000)],
    ['negations', chain('not ', 40_000)],
    ['sums', chain('1 + ', 40_000)],
    ['powers', chain('2 ^ ', 40_000)],
    ['members', chain('', 1, `a${'.b'.repeat(40_000)}`)],
    ['calls of calls', chain('', 1, `f${'()'.repeat(40_000)}`)],
    ['a base of calls', `net A extends f${'()'.repeat(40_000)} { }`],
    ['else if', chain('if a { 1 } else ', 20_000, '{ 2 }')],
    ['conditions that are choices', chain('if ', 40_000)],
    ['conditions that begin with choices', chain('if if a { 1 } else { 2 } + ', 12_000)],
    ['choices in lists', `let a = ${`${'if '.repeat(60)}[`.repeat(60)}x${']'.repeat(60)}`],
    ['lists that are loops', `net N { y = x -> ${'each a of '.repeat(40_000)}b }`],
  ])('%s', (_, text) => {
    expect(codes(text)).toEqual(['syntax/too-deep']);
  });

  test('what stands behind it is still there', () => {
    const { file } = parse({ path: 'deep.cnn', text: chain('(', 1000, `1${')'.repeat(1000)}`) });
    expect(file.items.map((item) => item.kind)).toEqual(['broken', 'let']);
  });

  test('at the limit all is well', () => {
    expect(codes(`let a = ${'('.repeat(64)}1${')'.repeat(64)}`)).toEqual([]);
    expect(codes(chain('1 + ', 300))).toEqual([]);
    expect(codes(chain('if ', 64, `a${' { 1 } else { 2 }'.repeat(64)}`))).toEqual([]);
  });
});

test('long pipelines and lists are flat, not deep', () => {
  const { file, diagnostics } = parse({ path: 'long.cnn', text: `let a = x${' -> f'.repeat(20_000)}` });
  expect(diagnostics).toEqual([]);
  const [item] = file.items;
  const value = item?.kind === 'let' ? item.value : undefined;
  expect(value?.kind === 'pipeline' && value.stages.length).toBe(20_001);
});

test('more than a thousand failures are one message', () => {
  expect(codes('x = 3\n'.repeat(1000))).toHaveLength(1000);
  expect(codes('x = 3\n'.repeat(5000))).toEqual(['syntax/too-many']);
});

describe('the length of a text has a limit, with one message and nothing read', () => {
  test.each([
    ['characters', `let a = "${'a'.repeat(mostText.characters)}"`],
    ['spaces', ' '.repeat(mostText.characters + 1)],
    ['words', 'a '.repeat(mostText.tokens + 1)],
    ['comments', '//\n'.repeat(mostText.tokens)],
    ['characters of no meaning', '$ '.repeat(mostText.tokens + 1)],
    ['NULs', '\0a'.repeat(mostText.tokens)],
    ['line ends', '\r\n'.repeat(mostText.tokens + 1)],
  ])('%s', (_, text) => {
    const { file, diagnostics } = parse({ path: 'long.cnn', text });
    expect(diagnostics.map((d) => d.code)).toEqual(['syntax/too-long']);
    expect(file.items).toEqual([]);
  });

  test('no more tokens are made than the limit', () => {
    const { tokens, end } = tokenize('a '.repeat(1000), 10);
    expect([tokens.length, end]).toEqual([10, 19]);
  });

  test('at the limit all is read', () => {
    const text = `let a = [${'1,'.repeat((mostText.tokens - 5) / 2)}]`;
    expect(codes(text)).toEqual([]);
  });
});

test.each([
  ['signs that begin nothing', '$ a '],
  ['brackets that nothing opened', ')'],
  ['unclosed texts', '"\n'],
  ['numbers', '1x '],
])('many %s are one message', (_, unit) => {
  expect(codes(unit.repeat(20_000))).toEqual(['syntax/too-many']);
});

test.each([
  ['signs', ';', 'syntax/semicolon'],
  ['comments on lines', '# a\n', 'syntax/comment'],
  ['comments on one line', '/**/', 'syntax/comment'],
  ['comments that nothing closes', '/* a\n', 'syntax/comment'],
])('many %s of other languages are one message, with one fix for all', (_, unit, code) => {
  const { diagnostics } = parse({ path: 'long.cnn', text: unit.repeat(20_000) });
  expect(diagnostics.map((d) => [d.code, d.fixes.length])).toEqual([[code, 1]]);
});

/** The longest path of nested nodes. */
function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const fields = Object.entries(value).filter(([key]) => key !== 'span' && key !== 'source');
  return 1 + Math.max(0, ...fields.map(([, field]) => depth(field)));
}

test('trees stay shallow enough for recursion in every later phase', () => {
  const inner = `f${'.a'.repeat(4)}(`;
  const text = `let a = ${inner.repeat(60)}1${')'.repeat(60)}\nlet b = ${'(1 + '.repeat(60)}1${')'.repeat(60)}`;
  const { file } = parse({ path: 'deep.cnn', text });
  const values = file.items.flatMap((item): Expr[] => (item.kind === 'let' ? [item.value] : []));
  expect(values).toHaveLength(2);
  expect(Math.max(...values.map(depth))).toBeLessThan(2000);
});
