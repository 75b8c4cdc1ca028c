/** Every example of the second part of docs/language.md checks without a message, unused names aside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeHost } from '../../src/compiler/host.ts';
import { diagnose } from '../diagnostics/diagnose.ts';

const path = join(import.meta.dirname, '../../docs/language.md');
const [, meaning = ''] = readFileSync(path, 'utf8').split('\n# What it means\n');
const examples = [...meaning.matchAll(/```cnn\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('the second part has examples', () => expect(examples.length).toBeGreaterThan(6));

test.each(examples)('%s', (text) => {
  expect(
    diagnose({ path: 'main.cnn', text }, nodeHost(import.meta.dirname)).map((d) => `${d.code}: ${d.message}`),
  ).toEqual([]);
});
