/** Holds fixes to what they promise. */
import { expect } from 'vitest';
import type { Diagnostic, Fix } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { applyFix } from './support.ts';

/** Each of the fixes leaves a text without errors. */
export function expectMended(
  text: string,
  found: Diagnostic,
  fixes: readonly Fix[] = withEdits(found),
): void {
  for (const fix of fixes) {
    const mended = applyFix(text, { ...found, fixes: [fix] });
    const left = diagnose({ path: 'main.cnn', text: mended }).filter(({ severity }) => severity === 'error');
    expect(
      left.map(({ code, message }) => `${code}: ${message}`),
      `after "${fix.title}":\n${mended}`,
    ).toEqual([]);
  }
}

/** The fixes that change the text; others are advice. */
const withEdits = ({ fixes }: Diagnostic): readonly Fix[] => fixes.filter(({ edits }) => edits.length > 0);
