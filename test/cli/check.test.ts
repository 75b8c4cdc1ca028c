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

it('warns of weights that are not there, and no more once they are; build with others does not ask for them', async () => {
  const path = file('n.cnn', `${net('N')}weights N from "./n.safetensors"\n`);
  file('m.safetensors', '');
  const before = await cnnc('check', path);
  expect(before.exit).toBe(0);
  expect(before.stdout).toContain(
    'warning weights/missing: there is no file ./n.safetensors with the weights of N',
  );
  expect(before.stdout).toContain('did you mean "./m.safetensors"?');
  const built = await cnnc('build', path, '--seed', '1', '--out', join(folder, 'out'));
  expect([built.exit, built.stderr]).toEqual([0, expect.not.stringContaining('weights/missing')]);
  const asked = await cnnc('build', path, '--out', join(folder, 'out'));
  expect(asked.exit).toBe(1);
  expect(asked.stderr).toContain('error weights/unreadable');
  expect(asked.stderr).not.toContain('weights/missing');
  file('n.safetensors', '');
  expect((await cnnc('check', path)).stdout).not.toContain('weights/missing');
});
