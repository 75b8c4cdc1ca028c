/** One mistake, one error, and fixes that mend it. */
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The only thing that is said about a text, the text that it marks, and the titles of its fixes, each of which mends it. */
export function onlyOne(text: string): {
  readonly found: Diagnostic;
  readonly at: string;
  readonly titles: readonly string[];
} {
  const [found, ...others] = diagnose({ path: 'main.cnn', text }) as [Diagnostic, ...Diagnostic[]];
  expect(
    others.map(({ code, message }) => `${code}: ${message}`),
    text,
  ).toEqual([]);
  expect(found, text).toBeDefined();
  expectMended(text, found);
  const at = text.slice(found.span.start, found.span.end);
  return { found, at, titles: found.fixes.map(({ title }) => title) };
}
