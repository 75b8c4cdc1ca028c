/** How many threads a model gets: as many as asked for where the engine can, one everywhere else; and that a program ends with its threads. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  load,
  type LoadOptions,
  type Model,
  type Program,
  type TensorValue,
} from '../../src/runtime/index.ts';
import { cnnc } from '../cli/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-team-'));
const out = join(folder, 'package');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllGlobals());

const source = `/// Large enough for threads.
export net Wide {
  in x: f32[48, 48, 8]
  out y: tensor(x -> conv(16, 3, pad = 1) -> relu -> conv(8, 3, pad = 1))
}
`;

interface Package {
  load(options?: LoadOptions): Promise<Model>;
}

let built: Package;
beforeAll(async () => {
  writeFileSync(join(folder, 'wide.cnn'), source);
  const args = ['--seed', '1', '--out', out, '--threads', '2'];
  const { exit, stderr } = await cnnc('build', join(folder, 'wide.cnn'), ...args);
  expect([exit, stderr]).toEqual([0, '']);
  built = (await import(pathToFileURL(join(out, 'index.js')).href)) as Package;
});

const x = Float32Array.from({ length: 48 * 48 * 8 }, (_, i) => Math.sin(i));
const run = (model: Model): Float32Array => (model.run({ x }).y as TensorValue).data;

describe('a package built for threads', () => {
  it('uses them, with the same results as one, until it is closed', async () => {
    const one = await built.load({ threads: 1 });
    expect(one.threads).toBe(1);
    expect(one.manifest.threads).toBeUndefined();
    const two = await built.load({ threads: 2 });
    expect(two.threads).toBe(2);
    expect(run(two)).toEqual(run(one));
    expect(run(two)).toEqual(run(one));
    two.close();
    expect(two.threads).toBe(1);
    expect(run(two)).toEqual(run(one));
    one.close();
    expect(run(one)).toEqual(run(two));
  });

  it('uses no more than it was built for', async () => {
    const many = await built.load({ threads: 64 });
    expect(many.threads).toBe(2);
    many.close();
  });

  it('takes no processor time between runs', async () => {
    const model = await built.load({ threads: 2 });
    expect(model.threads).toBe(2);
    for (let i = 0; i < 20; i++) run(model);
    const idle = async (): Promise<number> => {
      const from = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { user, system } = process.cpuUsage(from);
      return (user + system) / 1e6;
    };
    // A thread that spins would take each second whole; the first may go to the engine, which still optimises.
    const seconds = [await idle(), await idle()];
    expect(Math.min(...seconds)).toBeLessThan(0.3);
    model.close();
  });

  it('says one thread where memory cannot be shared', async () => {
    const expected = run(await built.load({ threads: 1 }));
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const model = await built.load({ threads: 2 });
    expect(model.threads).toBe(1);
    expect(run(model)).toEqual(expected);
  });

  it('computes on one thread where others do not start', async () => {
    const expected = run(await built.load({ threads: 1 }));
    const { getBuiltinModule } = process;
    class Broken {
      once(event: string, listener: (value: unknown) => void): void {
        if (event === 'error') queueMicrotask(() => listener(new Error('no more threads')));
      }
      unref(): void {}
      terminate(): void {}
    }
    const get = vi
      .spyOn(process, 'getBuiltinModule')
      .mockImplementation(((id: string) =>
        id === 'node:worker_threads' ? { Worker: Broken } : getBuiltinModule(id)) as typeof getBuiltinModule);
    try {
      const model = await built.load({ threads: 2 });
      expect(model.threads).toBe(1);
      expect(run(model)).toEqual(expected);
    } finally {
      get.mockRestore();
    }
  });

  it('lets Node exit without being closed', () => {
    const script = join(folder, 'main.mjs');
    const lines = [
      `import { load } from ${JSON.stringify(pathToFileURL(join(out, 'index.js')).href)};`,
      `const model = await load({ threads: 2 });`,
      `const { y } = model.run({ x: new Float32Array(${x.length}) });`,
      `console.log(model.threads, y.data.length);`,
    ];
    writeFileSync(script, lines.join('\n'));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([status, stdout, stderr]).toEqual([0, `2 ${48 * 48 * 8}\n`, '']);
  });

  it('starts threads whatever options Node was started with', () => {
    const lines = [
      `import { load } from ${JSON.stringify(pathToFileURL(join(out, 'index.js')).href)};`,
      `console.log((await load({ threads: 2 })).threads);`,
    ];
    const args = ['--input-type=module', '--eval', lines.join('\n')];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
    expect([status, stdout]).toEqual([0, '2\n']);
  });

  it('takes whole threads only', async () => {
    for (const threads of [1.9, NaN, -3]) expect((await built.load({ threads })).threads).toBe(1);
  });

  it('has types for it', () => {
    const types = readFileSync(join(out, 'index.d.ts'), 'utf8');
    expect(types).toContain("readonly threads?: number | 'auto';");
    expect(types).toContain('close(): void;');
  });
});

it('a program without threads has one, whatever is asked for', async () => {
  const { encodedProgram } = await import('./program.ts');
  const program: Program = encodedProgram();
  const model = await load(program, { threads: 4 });
  expect(model.threads).toBe(1);
});

it('takes only numbers of threads that make sense', async () => {
  for (const args of [
    ['--threads', '0'],
    ['--threads', '99'],
    ['--threads', 'all'],
    ['--threads', '2', '--target', 'tfjs'],
  ])
    expect((await cnnc('build', join(folder, 'wide.cnn'), '--out', join(folder, 'no'), ...args)).exit).toBe(
      2,
    );
});
