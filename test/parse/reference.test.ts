/** Every example of docs/language.md is a file that parses, and the formatter keeps its meaning. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.ts';
import { format } from '../../src/compiler/format/index.ts';
import { show } from './tree.ts';

const path = join(import.meta.dirname, '../../docs/language.md');
const examples = [...readFileSync(path, 'utf8').matchAll(/^```cnn\n([^]*?)^```/gm)].map(
  ([, text = '']) => text,
);

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(15);
});

test.each(examples)('%s', (text) => {
  const { file, diagnostics } = parse({ path: 'language.md', text });
  expect(diagnostics).toEqual([]);
  const formatted = format({ path: 'language.md', text }).text;
  expect(show(parse({ path: 'language.md', text: formatted }).file)).toBe(show(file));
});
