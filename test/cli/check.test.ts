/** `cnnc check` of folders: every file below them, but none that is installed there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cnnc-check-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const net = (name: string, layer = 'dense(2)'): string =>
  `net ${name} {\n  in x: f32[4]\n  out z: tensor(x -> ${layer})\n}\n`;

it('takes folders, but not what is installed in them', async () => {
  file('b.cnn', net('Second'));
  file('nets/deep/a.cnn', net('Deep'));
  file('node_modules/p/a.cnn', net('Installed', 'danse(2)'));
  file('notes.txt', 'no net');
  const { exit, stdout } = await cnnc('check', folder);
  expect(exit).toBe(0);
  expect(stdout.match(/Second|Deep|Installed/g)).toEqual(['Second', 'Deep']);
});

it('says in which files of a folder the errors are', async () => {
  const blocks = file('nets/blocks.cnn', 'export block Twice = relu -> rilu\n');
  file('nets/a.cnn', `use { Twice } from "./blocks.cnn"\n${net('A', 'Twice')}`);
  file('nets/b.cnn', `use { Twice } from "./blocks.cnn"\n${net('B', 'Twice')}`);
  const { exit, stdout } = await cnnc('check', join(folder, 'nets'), file('good.cnn', net('Good')));
  expect(exit).toBe(1);
  // Three files lead to it; it is said once.
  expect(stdout).toContain('1 error in 4 files');
  const { json } = await cnnc('check', folder, '--json');
  const { diagnostics } = json() as { diagnostics: { code: string; file: string }[] };
  expect(diagnostics.map(({ code, file: where }) => [code, where])).toEqual([
    ['names/unknown-layer', relative('.', blocks)],
  ]);
});

it('a folder without nets has nothing wrong, one that is not there has', async () => {
  mkdirSync(join(folder, 'empty'));
  expect(await cnnc('check', join(folder, 'empty'))).toMatchObject({ exit: 0, stdout: '✓ 0 files\n' });
  const { exit, stdout } = await cnnc('check', join(folder, 'nits'));
  expect([exit, stdout.includes('file/unreadable')]).toEqual([1, true]);
});
