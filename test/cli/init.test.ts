/** `cnnc init`: the project that it writes is formatted, checks, passes its tests, builds, type-checks its own call, and runs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cnnc } from './run-cli.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cnnc-init-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('init', () => {
  it('writes a project that works', async () => {
    const project = join(folder, 'My Net');
    const { exit, stdout } = await cnnc('init', project);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('npm install && npm run build && npm start')]);
    const net = join(project, 'tiny.cnn');
    expect(await cnnc('fmt', '--check', net)).toMatchObject({ exit: 0 });
    expect(await cnnc('check', net)).toMatchObject({ exit: 0, stderr: '' });
    const tested = await cnnc('test', project);
    expect([tested.exit, tested.stdout]).toEqual([0, expect.stringContaining('3 passed')]);
    expect((await cnnc('build', net, '--seed', '1', '--out', join(project, 'dist/tiny'))).exit).toBe(0);
    const node = ['--experimental-strip-types', '--no-warnings', 'main.ts'];
    const printed = execFileSync(process.execPath, node, { cwd: project, encoding: 'utf8' });
    expect(printed.trim().split('\n')).toHaveLength(3);
    expect(printed).toMatch(/^\w+ +0\.\d{3}\n/);
  });

  it('names the package after its folder, and asks for this cnnc', async () => {
    const project = join(folder, 'My Net');
    await cnnc('init', project);
    const { name, devDependencies, scripts } = JSON.parse(
      readFileSync(join(project, 'package.json'), 'utf8'),
    ) as {
      name: string;
      devDependencies: { cnnc: string };
      scripts: Record<string, string>;
    };
    const own = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect([name, devDependencies.cnnc]).toEqual(['my-net', `^${own.version}`]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['build', 'start', 'test', 'check']));
  });

  it('says that a file is no folder', async () => {
    writeFileSync(join(folder, 'taken'), '');
    for (const path of ['taken', 'taken/below']) {
      const { exit, stderr } = await cnnc('init', join(folder, path));
      expect([exit, stderr]).toEqual([
        1,
        expect.stringMatching(/file\/not-written: .*taken.* cannot be written: it is no folder, or in none/),
      ]);
    }
  });

  it.each([
    // What `npm install cnnc` makes of an empty folder, and what `npm init` writes.
    ['main.mts', { dependencies: { cnnc: '^0.1.0' } }],
    ['main.ts', { type: 'module', dependencies: { cnnc: '^0.1.0' } }],
    [
      'main.mts',
      { type: 'commonjs', scripts: { test: 'echo "Error: no test specified" && exit 1', lint: 'eslint' } },
    ],
  ])('completes the package.json that npm wrote, and runs as %s', async (main, before) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(before));
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    mkdirSync(join(folder, 'node_modules'));
    expect(await cnnc('init', folder)).toMatchObject({ exit: 0 });
    const after = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as typeof before & {
      readonly scripts: Readonly<Record<string, string>>;
      readonly devDependencies?: object;
    };
    expect(after).toMatchObject({
      ...before,
      scripts: {
        ...('scripts' in before ? { lint: 'eslint' } : {}),
        test: 'cnnc test .',
        build: expect.anything() as unknown,
      },
    });
    expect('devDependencies' in after).toBe(!('dependencies' in before));
    const net = join(folder, 'tiny.cnn');
    expect((await cnnc('build', net, '--seed', '1', '--out', join(folder, 'dist/tiny'))).exit).toBe(0);
    expect(after.scripts['start']).toMatch(` ${main}`);
    const [, ...args] = after.scripts['start']?.split(' ') ?? [];
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toMatch(
      /^\w+ +0\.\d{3}\n/,
    );
    expect((await cnnc('init', folder, '--force', '--json')).json()).toMatchObject({ files: [] });
  });

  it('leaves a package.json that is none alone', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "name": ');
    expect((await cnnc('init', folder)).exit).toBe(0);
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{ "name": ');
  });

  it('leaves a folder that is not empty alone, and with --force every file in it', async () => {
    writeFileSync(join(folder, 'tiny.cnn'), 'block B = relu\n');
    const { exit, stderr } = await cnnc('init', folder);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('init/folder-not-empty')]);
    expect(readdirSync(folder)).toEqual(['tiny.cnn']);
    const forced = await cnnc('init', folder, '--force', '--json');
    const { files } = forced.json() as { files: readonly string[] };
    expect(files).toContain('main.ts');
    expect(files).not.toContain('tiny.cnn');
    expect(readFileSync(join(folder, 'tiny.cnn'), 'utf8')).toBe('block B = relu\n');
  });
});
