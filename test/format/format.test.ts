/**
 * The format: what it looks like (cases in test/format/*.txt, `UPDATE=1` rewrites them), and what holds of every text: the tree
 * stays, every comment stays, formatting again changes nothing.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.ts';
import { format } from '../../src/compiler/format/index.ts';
import { maxWidth } from '../../src/compiler/format/doc.ts';
import { corpus } from '../parse/cases.ts';
import { show } from '../parse/tree.ts';

const source = (text: string) => ({ path: 'format.cnn', text });
const treeOf = (text: string): string => show(parse(source(text)).file);
const commentsOf = (text: string): string[] =>
  parse(source(text))
    .file.comments.map((comment) => `${comment.doc ? '///' : '//'}${comment.text}`)
    .sort();

/** What must hold of every text that parses. */
function check(text: string): void {
  const once = format(source(text));
  if (once.diagnostics.length > 0) {
    expect(once.text).toBe(text);
    return;
  }
  expect(parse(source(once.text)).diagnostics).toEqual([]);
  expect(treeOf(once.text)).toBe(treeOf(text));
  expect(commentsOf(once.text)).toEqual(commentsOf(text));
  expect(format(source(once.text)).text).toBe(once.text);
  expect(once.text).not.toMatch(/[ \t]$/m);
  expect(once.text).not.toMatch(/\n\n\n|^\n|[^\n]$/);
}

const folder = import.meta.dirname;
describe.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', (name) => {
  const path = join(folder, name);
  const cases = readFileSync(path, 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...rest] = part.split('\n');
      const [input = '', expected = ''] = rest.join('\n').split(/^==>\n/m);
      return { title, input, expected: `${expected.trimEnd()}\n` };
    });
  if (process.env['UPDATE']) {
    const parts = cases.map(({ title, input }) => `=== ${title}\n${input}==>\n${format(source(input)).text}`);
    writeFileSync(path, parts.join('\n'));
  }
  test.each(cases)('$title', ({ input, expected }) => {
    check(input);
    if (!process.env['UPDATE']) expect(format(source(input)).text).toBe(expected);
  });
});

const valid = corpus().filter((text) => parse(source(text)).diagnostics.length === 0);

test.each(valid.map((text) => [text.split('\n', 1)[0] ?? '', text]))('keeps the tree of: %s', (_, text) => {
  check(text);
});

/** A text with comments put at ends of lines, on lines of their own, and with blanks and empty lines between. */
const commented = fc
  .record({
    text: fc.constantFrom(...valid),
    notes: fc.array(fc.record({ at: fc.nat(), kind: fc.constantFrom('end', 'own', 'empty', 'blanks') }), {
      maxLength: 12,
    }),
  })
  .map(({ text, notes }) => {
    const lines = text.split('\n');
    notes.forEach(({ at, kind }, i) => {
      const n = at % lines.length;
      const line = lines[n] ?? '';
      if (kind === 'end' && !line.includes('//')) lines[n] = `${line} // end ${i}`;
      else if (kind === 'own') lines.splice(n, 0, `   // own ${i}`);
      else if (kind === 'empty') lines.splice(n, 0, '', '');
      else lines[n] = `  ${line.replaceAll(', ', ' ,  ').replaceAll(' -> ', '  ->')}  `;
    });
    return lines.join('\n');
  });

test('keeps every comment, wherever it stands', () => {
  fc.assert(fc.property(commented, check), { numRuns: 600 });
});

/** A text cut between two tokens and joined by line ends and comments where the language lets a line go on. */
const torn = fc
  .record({ text: fc.constantFrom(...valid), every: fc.integer({ min: 1, max: 7 }), note: fc.boolean() })
  .map(({ text, every, note }) => {
    let n = 0;
    return text.replace(/[,([]|->(?= )|\s[-+*]\s/g, (sign) =>
      n++ % every === 0 ? `${sign}${note ? ` // note ${n}` : ''}\n` : sign,
    );
  });

test('keeps comments inside expressions', () => {
  fc.assert(fc.property(torn, check), { numRuns: 300 });
});

test('keeps to the width where it can', () => {
  const stages = Array.from({ length: 12 }, (_, i) => `conv(${i}, 3, stride = 1, pad = same)`).join(' -> ');
  const list = Array.from({ length: 60 }, (_, i) => `"class ${i}"`).join(', ');
  const text = `block B = ${stages}\nlet names = [${list}]\nlet sum = ${Array(40).fill('first').join(' + ')}\n`;
  check(text);
  const widths = format(source(text))
    .text.split('\n')
    .map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(maxWidth);
});

test('a file that does not parse comes back as it is', () => {
  const text = 'let  a = (1\n  let b=2';
  expect(format(source(text))).toMatchObject({ text, diagnostics: [{ code: 'syntax/unclosed' }] });
});
