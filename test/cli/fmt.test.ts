/** `cnnc fmt`, and that the files which cnnc ships have the format that it writes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cnnc-fmt-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const ugly = 'net N{in x:f32[4] // four\n  y=x->dense( 2 )\nout z:tensor(y)}';
const pretty = `net N {
  in x: f32[4]  // four
  y = x -> dense(2)
  out z: tensor(y)
}
`;

describe('fmt', () => {
  it('writes files in place and names those that changed', async () => {
    const [a, b] = [file('a.cnn', ugly), file('b.cnn', pretty)];
    const { exit, stdout } = await cnnc('fmt', a, b);
    expect([exit, readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual([0, pretty, pretty]);
    expect(stdout).toContain(a);
    expect(stdout).not.toContain(b);
    expect(stdout).toContain('1 file formatted, 1 unchanged');
    expect(readdirSync(folder).sort()).toEqual(['a.cnn', 'b.cnn']);
  });

  it('--check writes nothing and exits with 1', async () => {
    const a = file('a.cnn', ugly);
    expect(await cnnc('fmt', '--check', a)).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining(a) as unknown,
    });
    expect(readFileSync(a, 'utf8')).toBe(ugly);
    await cnnc('fmt', a);
    expect((await cnnc('fmt', '--check', a)).exit).toBe(0);
  });

  it('takes folders, but not what is installed in them', async () => {
    const deep = file('nets/deep/a.cnn', ugly);
    const installed = file('node_modules/p/a.cnn', ugly);
    const { exit, json } = await cnnc('fmt', folder, '--json');
    expect([exit, json()]).toEqual([0, { changed: [deep], diagnostics: [] }]);
    expect([readFileSync(deep, 'utf8'), readFileSync(installed, 'utf8')]).toEqual([pretty, ugly]);
  });

  it('leaves what does not parse, and goes on', async () => {
    const [bad, good] = [file('bad.cnn', 'net N {\n  x = = 1\n}\n'), file('good.cnn', ugly)];
    const { exit, json } = await cnnc('fmt', bad, join(folder, 'none.cnn'), good, '--json');
    const { diagnostics } = json() as { diagnostics: { code: string }[] };
    expect(exit).toBe(1);
    const codes = new Set(diagnostics.map(({ code }) => code));
    expect([...codes]).toEqual([expect.stringMatching(/^syntax\//), 'file/unreadable']);
    expect([readFileSync(bad, 'utf8'), readFileSync(good, 'utf8')]).toEqual([
      'net N {\n  x = = 1\n}\n',
      pretty,
    ]);
  });

  it('does not guess at bytes from stdin that are no text', () => {
    const ended = spawnSync(process.execPath, ['src/cli/main.ts', 'fmt', '-'], {
      input: Buffer.from('// caf\xe9\nblock B = relu\n', 'latin1'),
      encoding: 'utf8',
    });
    expect([ended.status, ended.stdout, ended.stderr]).toEqual([
      1,
      '',
      expect.stringContaining('stdin is not text'),
    ]);
  });

  it('does not mix stdin with files', async () => {
    expect(await cnnc('fmt', '-', 'a.cnn')).toMatchObject({ exit: 2 });
  });
});

it('stdlib and examples are formatted, short and without errors', async () => {
  const folders = ['stdlib', 'examples'];
  expect(await cnnc('fmt', '--check', ...folders)).toMatchObject({ exit: 0, stderr: '' });
  const files = folders.flatMap((name) =>
    readdirSync(name, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.cnn'))
      .map((path) => join(name, path)),
  );
  const lines = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 1;
  expect(files.filter((path) => lines(path) > 150)).toEqual([]);
  expect(lines('stdlib/resnet.cnn')).toBeLessThanOrEqual(60);
});
