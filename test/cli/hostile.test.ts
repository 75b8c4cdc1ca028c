/** Files that nobody writes by hand: one message that stands alone, and no more on the screen than a person reads. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

it.each([
  ['a text of a megabyte', `let a = "${'a'.repeat(1_000_000)}"`, '1,000,000 characters'],
  [
    'a pipeline of 100,000 layers',
    `let a = x${' -> f'.repeat(100_000)}`,
    '150,000 words, signs and comments',
  ],
])('syntax/too-long: %s', async (_, text, found) => {
  const { exit, stdout } = await cnnc('check', file('long.cnn', text));
  expect(exit).toBe(1);
  expect(stdout).toContain(`error syntax/too-long: this file is too long: it has more than ${found}`);
  expect(stdout.length).toBeLessThan(1000);
  const path = file('long.cnn', text);
  expect((await cnnc('fmt', path)).exit).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('200 problems are shown, all are counted, and --json has all', async () => {
  const path = file(
    'asserts.cnn',
    lines(500, (i) => `assert ${i} < 0`),
  );
  const { exit, stdout } = await cnnc('check', path);
  expect(exit).toBe(1);
  expect(stdout.match(/^error assert\/failed/gm)).toHaveLength(200);
  expect(stdout).toContain('… and 300 more (--json prints all)');
  expect(stdout).toContain('500 errors in 1 file');
  const { diagnostics } = (await cnnc('check', path, '--json')).json() as { diagnostics: unknown[] };
  expect(diagnostics).toHaveLength(500);
});
