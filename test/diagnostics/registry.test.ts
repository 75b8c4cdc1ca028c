/** Every entry of the registry does what it says: its bad text yields its code and nothing else, its good text nothing, its fixes mend. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DiagnosticEntry } from '../../src/compiler/diagnostics/diagnostic.ts';
import { applyFix } from '../../src/compiler/diagnostics/json.ts';
import { registry } from '../../src/compiler/diagnostics/registry.ts';
import { diagnose } from './diagnose.ts';

const entries = Object.entries<DiagnosticEntry>(registry);
const withText = entries.flatMap(([code, { bad, good, severity }]) =>
  bad === undefined || good === undefined ? [] : [{ code, bad, good, severity }],
);
const codesOf = (text: string): readonly string[] =>
  diagnose({ path: 'main.cnn', text }).map(({ code }) => code);

describe.each(withText)('$code', ({ code, bad, good, severity }) => {
  it('is what the bad text yields, and all it yields', () => {
    const found = diagnose({ path: 'main.cnn', text: bad });
    expect([...new Set(found.map((d) => d.code))]).toEqual([code]);
    expect(found[0]?.severity).toBe(severity);
    expect(found[0]?.message).not.toMatch(/\{\w+\}/);
  });

  it('is gone in the good text, and nothing else is there', () => {
    expect(codesOf(good)).toEqual([]);
  });

  it('is gone after each of its fixes, and the file checks', () => {
    const source = { path: 'main.cnn', text: bad };
    for (const fix of diagnose(source).flatMap((d) => (d.code === code ? d.fixes : []))) {
      if (fix.edits.length === 0) continue;
      const mended = applyFix(source, fix);
      const left = diagnose({ path: 'main.cnn', text: mended });
      const wrong = left.filter((d) => d.code === code || d.severity === 'error').map((d) => d.code);
      expect(wrong, `after "${fix.title}":\n${mended}`).toEqual([]);
    }
  });
});

describe('entries', () => {
  it('have well-formed codes and messages without bare numbers or full stops', () => {
    for (const [code, { message, explain }] of entries) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(message, code).not.toMatch(/\binvalid\b|\.$/i);
      expect(explain.length, code).toBeGreaterThan(20);
    }
  });

  it('that need more than text are shown by cases with files, or by a test of weights or of the command line', () => {
    const folders = ['test/weights', 'test/cli', 'test/e2e'];
    const tests = folders
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
      .replaceAll('\\/', '/');
    const isShown = (code: string): boolean =>
      tests.includes(code) || existsSync(join(import.meta.dirname, code));
    const untested = entries.filter(([code, { bad }]) => bad === undefined && !isShown(code));
    expect(untested.map(([code]) => code)).toEqual([]);
  });
});
