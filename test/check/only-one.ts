/** One mistake, one error, and fixes that mend it. */
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The only thing that is said about a text. */
export function only(text: string): Diagnostic {
  const [found, ...others] = diagnose({ path: 'main.cnn', text }) as [Diagnostic, ...Diagnostic[]];
  expect(
    others.map(({ code, message }) => `${code}: ${message}`),
    text,
  ).toEqual([]);
  expect(found, text).toBeDefined();
  return found;
}

/** The same, where each of its fixes mends it. */
export function onlyMended(text: string): Diagnostic {
  const found = only(text);
  expectMended(text, found);
  return found;
}

/** The code of the only thing that is said, and the titles of its fixes, each of which mends it. */
export function mended(text: string): string {
  return told(onlyMended(text));
}

/** The code, and the titles of the fixes. */
export const told = ({ code, fixes }: Diagnostic): string =>
  `${code}: ${fixes.map(({ title }) => title).join(' | ')}`;

/** The only thing that is said about a text, the text that it marks, and the titles of its fixes, each of which mends it. */
export function onlyOne(text: string): {
  readonly found: Diagnostic;
  readonly at: string;
  readonly titles: readonly string[];
} {
  const found = onlyMended(text);
  const at = text.slice(found.span.start, found.span.end);
  return { found, at, titles: found.fixes.map(({ title }) => title) };
}
