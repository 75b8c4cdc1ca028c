/**
 * Cases: test/diagnostics/<subject>/<words>/*.cnn. A line `// ~~~~ subject/words` marks the range expected on the line above.
 * Every report must be marked and every mark reported. `UPDATE=1` writes the marks as they are found, and a first case from
 * the registry's bad text for a code that has none; git shows what changed.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../../src/compiler/host.ts';
import type { DiagnosticEntry } from '../../src/compiler/diagnostics/diagnostic.ts';
import { applyFix } from '../../src/compiler/diagnostics/json.ts';
import { print } from '../../src/compiler/diagnostics/print.ts';
import { registry } from '../../src/compiler/diagnostics/registry.ts';
import { diagnose, markOf, marksOf, withMarks, type Mark } from './diagnose.ts';

const root = import.meta.dirname;
const update = process.env['UPDATE'] === '1';
const withText = Object.entries<DiagnosticEntry>(registry).filter(([, { bad }]) => bad !== undefined);

if (update)
  for (const [code, { bad = '' }] of withText)
    if (!existsSync(join(root, code))) {
      mkdirSync(join(root, code), { recursive: true });
      writeFileSync(join(root, code, 'basic.cnn'), `${bad.trimEnd()}\n`);
    }

const cases = globSync('*/*/*.cnn', { cwd: root }).sort();
const byPlace = (a: Mark, b: Mark): number =>
  a.line - b.line || a.from - b.from || (a.code < b.code ? -1 : 1);

describe.each(cases)('%s', (path) => {
  const file = join(root, path);
  const source = { path: basename(path), text: readFileSync(file, 'utf8') };
  const host = nodeHost(dirname(file));

  it('reports exactly what is marked', () => {
    const found = diagnose(source, host);
    if (update) writeFileSync(file, withMarks(source.text, found));
    const marks = update ? marksOf(readFileSync(file, 'utf8')) : marksOf(source.text);
    // Marks written by this run may have moved lines; only codes can be compared then.
    if (update) expect(marks.map(({ code }) => code).sort()).toEqual(found.map(({ code }) => code).sort());
    else expect(found.map(markOf).sort(byPlace), printed(found)).toEqual([...marks].sort(byPlace));
    expect(marks.map(({ code }) => code)).toContain(dirname(path));
  });

  it('is mended by each fix', () => {
    const code = dirname(path);
    for (const diagnostic of diagnose(source, host).filter((d) => d.code === code))
      for (const fix of diagnostic.fixes.filter(({ edits }) => edits.length > 0)) {
        const mended = { ...source, text: applyFix(source, fix) };
        const before = diagnose(source, host).filter((d) => d.code === code).length;
        const after = diagnose(mended, host).filter((d) => d.code === code).length;
        expect(after, `after "${fix.title}":\n${mended.text}`).toBeLessThan(before);
      }
  });
});

function printed(found: ReturnType<typeof diagnose>): string {
  return found.map((diagnostic) => print(diagnostic, { color: false })).join('\n\n');
}

it('every code that text can yield has a folder of cases', () => {
  expect(withText.map(([code]) => code).filter((code) => !existsSync(join(root, code)))).toEqual([]);
});
