/**
 * No text makes the parser crash, hang or point outside the text: random token soups, mutations of the corpus (every source in
 * test/parse/*.txt), and the corpus cut off at every character.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.ts';
import { reserved, starters, clauses, preprocessing } from '../../grammar/tokens.ts';
import { corpus } from './cases.ts';

const sources = corpus();
const signs =
  '( ) [ ] { } -> => , . .. : = == != < <= > >= + - * ** / % ^ ; && || ! → × # // /// /* */'.split(' ');
const literals = [
  '1',
  '3x3',
  '0.5',
  '420k',
  '300 kB',
  '1e-4',
  '.5',
  '3x',
  '"a"',
  '"',
  "'a'",
  "'",
  '\\',
  '$',
  'é',
  '🙂',
];
const spaces = [' ', '\n', '\n  ', '\r\n', '\t'];
const words = [
  ...reserved.keys(),
  ...starters.keys(),
  ...clauses.keys(),
  ...preprocessing,
  'x',
  'f',
  'Net',
  'detect',
];
const token = fc.constantFrom(...signs, ...literals, ...spaces, ...words, ' ', '\n', ' ', '\n');
const soup = fc.array(token, { maxLength: 120 }).map((tokens) => tokens.join(' ').replace(/ \n /g, '\n'));

/** Offsets of all spans in a tree; parts that are not in their whole. */
function misplacedSpans(node: unknown, low: number, high: number): string[] {
  if (Array.isArray(node)) return node.flatMap((item) => misplacedSpans(item, low, high));
  if (typeof node !== 'object' || node === null) return [];
  const { span, source: _, ...fields } = node as { span?: { start: number; end: number }; source?: unknown };
  const [from, to] = span ? [span.start, span.end] : [low, high];
  const wrong = !(from >= low && to <= high && from <= to);
  const inner = Object.entries(fields).flatMap(([key, field]) =>
    key === 'comments' ? [] : misplacedSpans(field, from, to),
  );
  return wrong
    ? [`${JSON.stringify(fields)} at ${from}..${to} is not within ${low}..${high}`, ...inner]
    : inner;
}

/** Parses and checks what must hold of every text. */
function check(text: string): void {
  const { file, diagnostics } = parse({ path: 'fuzz.cnn', text });
  expect(misplacedSpans(file, 0, text.length)).toEqual([]);
  for (const d of diagnostics) {
    const spans = [
      d.span,
      ...d.labels.map(({ span }) => span),
      ...d.fixes.flatMap(({ edits }) => edits.map((e) => e.span)),
    ];
    for (const span of spans)
      expect(span.start >= 0 && span.start <= span.end && span.end <= text.length).toBe(true);
    expect(d.message).not.toMatch(/undefined|NaN|\{\w+\}|\b(?:Token|EOF|LParen|Newline|ModifierWord)\b/);
  }
  if (diagnostics.length === 0) expect(JSON.stringify(file.items)).not.toContain('"broken');
}

test('token soups', () => {
  fc.assert(fc.property(soup, check), { numRuns: 1500 });
});

test('soups inside a net, so that statements are tried', () => {
  fc.assert(
    fc.property(soup, (inner) => check(`net N {\n${inner}\n}\nlet a = 1`)),
    { numRuns: 1500 },
  );
});

test('any characters at all', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), check), { numRuns: 500 });
});

/** A source with a few pieces removed, doubled, swapped or replaced. */
const mutation = fc
  .record({
    source: fc.constantFrom(...sources),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.oneof(token, fc.constant(''))), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(({ source, edits }) =>
    edits.reduce((text, [seed, length, insert]) => {
      const at = text.length === 0 ? 0 : seed % text.length;
      return text.slice(0, at) + insert + text.slice(at + length);
    }, source),
  );

test('the end of a text has no text from it on', () => {
  check('asnet N {\n  in x: f32[4]\n  y = add {\n    x\n    x -> relu\n  z = y\n}\nnet// M { in :');
});

test('mutated sources', () => {
  fc.assert(fc.property(mutation, check), { numRuns: 2000 });
});

describe('sources cut off at every character', () => {
  test.each(sources.map((source) => [source.split('\n', 1)[0] ?? '', source]))('%s', (_, source) => {
    for (let end = 0; end <= source.length; end++) check(source.slice(0, end));
  });
});
