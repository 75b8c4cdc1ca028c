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

const hog = 'repeat(9999) { repeat(9999) { identity } }';

it.each([
  ['nets', lines(20, (i) => `net N${i} {\n  in x: f32[4]\n  out y: tensor(x -> ${hog})\n}`)],
  [
    'values of training',
    lines(
      20,
      (i) =>
        `net N${i} {\n  in x: f32[4]\n  train_only a = x -> ${hog}\n  out y: tensor(x)\n  train_only out z: tensor(a)\n}`,
    ),
  ],
  [
    'arguments',
    `net N(n) {\n  in x: f32[4]\n  out y: tensor(x -> ${hog})\n}\n${lines(20, (i) => `assert N(${i}).params == 1`)}`,
  ],
])('%s that are large each have a bound together, and one message says so', async (_, text) => {
  const { exit, stdout } = await cnnc('check', file('together.cnn', text));
  expect(exit).toBe(1);
  const found = stdout.match(/^error network\/too-large: .*$/gm) ?? [];
  expect(found.filter((line) => line.includes('this net grows')).length).toBeLessThanOrEqual(2);
  expect(found.at(-1)).toContain('the nets that are checked here together grow past 1,000,000 steps');
});

const base = (i: number): string => `net N${i} {\n  in x: f32[4]\n  out y: tensor(x)\n}`;

it.each([
  ['from the first to the last', lines(9000, (i) => `net N${i} extends N${i + 1} { }`) + `\n${base(9000)}`],
  ['from the last to the first', `${base(0)}\n` + lines(9000, (i) => `net N${i + 1} extends N${i} { }`)],
])('nets that extend each other %s: those up to the bound check, the others say so', async (_, text) => {
  const { exit, stdout } = await cnnc('check', file('extending.cnn', text));
  expect(exit).toBe(1);
  expect(stdout).toContain('8,901 errors in 1 file');
  expect(stdout.match(/^error (?!network\/blocks-too-deep)/gm)).toBeNull();
});

it('a message names the first of many nets', async () => {
  const text = `${lines(1000, base)}\nbudget M { }`;
  const { stdout } = await cnnc('check', file('which.cnn', text));
  expect(stdout).toContain('this file has N0, N1, N2,');
  expect(stdout).toContain('N19, …\n');
});
