/** `cnnc quantize` and what takes its file: build, run, profile; and what they say about wrong data and wrong files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slownessNote } from '../../src/cli/commands/quantize.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';
import { readNpy, writeNpy } from '../../src/weights/npy.ts';
import { cnnc } from './run-cli.ts';

const source = `net Small {
  in x: f32[8, 8, 3]
  a = x -> conv(16, 3, pad = same) -> relu -> maxpool(2)
  b = a -> conv(16, 3, pad = same) -> relu
  y = b -> gap -> dense(4)
  out z: tensor(y)
}
`;

let folder: string;
let file: string;
const at = (name: string): string => join(folder, name);

function example(name: string, value: (i: number) => number, shape: readonly number[] = [8, 8, 3]): void {
  mkdirSync(at('data'), { recursive: true });
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
  writeFileSync(at(`data/${name}.npy`), writeNpy({ shape, data }));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnnc-quantize-'));
  file = at('small.cnn');
  writeFileSync(file, source);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const calibrated = async (): Promise<string> => {
  for (let k = 0; k < 10; k++) example(`e${k}`, (i) => Math.sin(i * (k + 1)));
  const ended = await cnnc('quantize', file, '--data', at('data'), '--out', at('r.json'));
  expect(ended.exit, ended.stderr).toBe(0);
  return ended.stdout;
};

interface Report {
  readonly calibrated: number;
  readonly compared: number;
  readonly outputs: readonly { readonly decibels: number; readonly sameTop: number }[];
  readonly bytes: { readonly f32: number; readonly int8: number };
}

describe('cnnc quantize', () => {
  it('writes ranges and reports what integers cost', async () => {
    await calibrated();
    const ended = await cnnc('quantize', file, '--data', at('data'), '--out', at('r.json'), '--json');
    const report = ended.json() as Report;
    expect([report.calibrated, report.compared]).toEqual([5, 5]);
    expect(report.outputs[0]?.decibels).toBeGreaterThan(20);
    expect(report.bytes.int8).toBeLessThan(0.4 * report.bytes.f32);
    const { net, ranges } = JSON.parse(readFileSync(at('r.json'), 'utf8')) as { net: string; ranges: object };
    expect(net).toBe('Small');
    expect(Object.keys(ranges).length).toBeGreaterThan(3);
  });

  it('run gives in integers on wasm what the interpreter gives, bit by bit', async () => {
    await calibrated();
    const run = async (target: string): Promise<unknown> => {
      const ended = await cnnc(
        'run',
        file,
        '--quantize',
        at('r.json'),
        '--input',
        at('data/e1.npy'),
        '--target',
        target,
        '--json',
      );
      expect(ended.exit, ended.stderr).toBe(0);
      return (ended.json() as { outputs: unknown }).outputs;
    };
    expect(await run('wasm')).toEqual(await run('eval'));
  });

  it('build writes a package with smaller weights and the same types', async () => {
    await calibrated();
    for (const [out, more] of [
      ['f', []],
      ['q', ['--quantize', at('r.json')]],
    ] as const) {
      const ended = await cnnc('build', file, '--out', at(out), ...more);
      expect(ended.exit, ended.stderr).toBe(0);
    }
    const read = (name: string): Buffer => readFileSync(at(name));
    expect(read('q/index.d.ts')).toEqual(read('f/index.d.ts'));
  });

  it('build --deterministic gives one program, and the bits of the interpreter', async () => {
    await calibrated();
    const flags = ['--quantize', at('r.json')];
    expect((await cnnc('build', file, ...flags, '--dump', 'plan')).stdout).toContain('int8-gemm');
    const built = await cnnc('build', file, '--out', at('d'), ...flags, '--deterministic');
    expect(built.exit, built.stderr).toBe(0);
    const { load } = (await import(pathToFileURL(at('d/index.js')).href)) as {
      load: () => Promise<{
        readonly variant: string;
        run: (inputs: object) => { readonly z: { readonly data: Float32Array } };
      }>;
    };
    const net = await load();
    expect(net.variant).toBe('simd');
    const ran = await cnnc(
      'run',
      file,
      ...flags,
      '--input',
      at('data/e1.npy'),
      '--target',
      'eval',
      '--save',
      at('s'),
    );
    expect(ran.exit, ran.stderr).toBe(0);
    const saved = readNpy(readFileSync(at('s/z.npy')));
    const x = Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => Math.sin(i * 2));
    expect(net.run({ x }).z).toEqual(saved);
  });

  it('has a note where integers are not faster', () => {
    const bytes = [62_000, 16_000] as const;
    expect(slownessNote('Small', { bytes, ms: [0.02, 0.03] })).toContain('46 kB');
    expect(slownessNote('Large', { bytes, ms: [2, 1] })).toBeUndefined();
  });

  it('says what is wrong with data', async () => {
    const quantize = (): ReturnType<typeof cnnc> =>
      cnnc('quantize', file, '--data', at('data'), '--out', at('r.json'));
    mkdirSync(at('data'));
    expect((await quantize()).stderr).toContain('quantize/no-data');
    writeFileSync(at('data/a.jpg'), 'no picture');
    expect((await quantize()).stderr).toContain('input/unreadable');
    writeFileSync(file, source.replace('f32[8, 8, 3]', 'rgb 8x8'));
    expect((await quantize()).stderr).toContain('input/unreadable');
    writeFileSync(file, source);
    mkdirSync(at('numbers'));
    example('../numbers/nan', () => NaN);
    const ended = await cnnc('quantize', file, '--data', at('numbers'), '--out', at('r.json'));
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain('quantize/not-finite');
    expect(ended.stderr).toContain('nan.npy');
  });

  it('wants as many examples for every input', async () => {
    writeFileSync(
      file,
      `net Two {
  in x: f32[8, 8, 3]
  in u: f32[8, 8, 3]
  y = x + u -> conv(4, 3) -> gap
  out z: tensor(y)
}
`,
    );
    mkdirSync(at('data/x'), { recursive: true });
    mkdirSync(at('data/u'));
    for (const name of ['x/1', 'x/2', 'u/1']) example(name, (i) => i);
    const ended = await cnnc('quantize', file, '--data', at('data'), '--out', at('r.json'));
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain('quantize/uneven-data');
    expect(ended.stderr).toContain('input x has 2 examples, input u 1');
  });

  it('says where a net has nothing to compute in integers', async () => {
    writeFileSync(file, 'net None {\n  in x: f32[8, 8, 3]\n  y = x -> maxpool(2)\n  out z: tensor(y)\n}\n');
    for (const name of ['1', '2']) example(name, (i) => i);
    const ended = await cnnc('quantize', file, '--data', at('data'), '--out', at('r.json'));
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain('quantize/nothing');
    expect(ended.stderr).toContain('None has nothing to compute in integers');
  });

  it('says what is wrong with ranges', async () => {
    await calibrated();
    const run = (): ReturnType<typeof cnnc> =>
      cnnc('run', file, '--quantize', at('r.json'), '--input', at('data/e1.npy'));
    const text = readFileSync(at('r.json'), 'utf8');
    writeFileSync(at('r.json'), text.slice(0, text.length / 2));
    expect((await run()).stderr).toContain('cut short');
    writeFileSync(at('r.json'), text.replace(/\[[-\d.]+, /, '[null, '));
    expect((await run()).stderr).toContain('quantize/unreadable');
    writeFileSync(at('r.json'), text.replace(/("shares": [^[]*\[)[^,]+,/, '$1 2,'));
    expect((await run()).stderr).toContain('quantize/unreadable');
    writeFileSync(at('r.json'), text);
    writeFileSync(file, source.replace('  b = a', '  b = a -> conv(8, 1) -> relu'));
    const ended = await run();
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain('quantize/other-net');
    expect(ended.stderr).toContain('has no range');
  });

  it('refuses targets that compute in floats', async () => {
    const flags = ['--quantize', at('r.json'), '--out', at('p')];
    expect((await cnnc('build', file, ...flags, '--target', 'tfjs')).exit).toBe(2);
    expect((await cnnc('build', file, ...flags, '--weights-type', 'i16')).exit).toBe(2);
    expect((await cnnc('run', file, '--quantize', at('r.json'), '--target', 'tfjs')).exit).toBe(2);
  });
});
