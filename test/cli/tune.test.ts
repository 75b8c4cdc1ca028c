/** `cnnc tune`: the file it writes, who follows it, and what is wrong with a file. Never how long something takes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/profile/measure.ts';
import type { TuneResult } from '../../src/tune/tune.ts';
import { parseTuning, printTuning, withLayers, type TuningFile } from '../../src/tune/tuning-file.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-tune-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const net = join(folder, 'small.cnn');
const file = join(folder, 'small.tune.json');
const layer = 'conv 3x3 pad 1 16x16x8 → 16x16x12';
const source = `net Small {
  in image: rgb[H, W] = 16x16 fit stretch scale 1/255
  y = image -> conv(8, 3, pad = 1) -> relu -> conv(12, 3, pad = 1) -> relu -> conv(12, 3, pad = 1) -> gap -> dense(3)
  out thing: label(y)
}
`;

const choice = (algorithm: string, tuning: Record<string, number>) => ({ algorithm, tuning, ms: 1 });

function tuning(...layers: readonly object[]): string {
  return JSON.stringify({ cnnc: 'tuning', version: 1, engines: { relaxed: { machine: 'here', layers } } });
}

async function profile(...args: readonly string[]) {
  const { exit, stderr, json } = await cnnc(
    'profile',
    net,
    '--runs',
    '1',
    '--wide',
    'off',
    '--json',
    ...args,
  );
  expect([exit, stderr]).toEqual([0, '']);
  return (json() as Profile).steps.map(({ algorithm, tuning: parameters }) => ({
    algorithm,
    tuning: parameters,
  }));
}

describe('tune', () => {
  beforeEach(() => {
    writeFileSync(net, source);
    rmSync(file, { force: true });
  });

  it('measures every layer and writes the choices beside the source', async () => {
    const { exit, json } = await cnnc('tune', net, '--wide', 'off', '--budget', '2', '--json');
    expect(exit).toBe(0);
    const result = json() as TuneResult;
    const layers = result.layers.map((one) => one.layer);
    expect(layers.toSorted()).toEqual(
      [
        'conv 12 → 3',
        layer,
        'conv 3x3 pad 1 16x16x12 → 16x16x12',
        'conv 3x3 pad 1 16x16x3 → 16x16x8',
      ].toSorted(),
    );
    for (const { variants, model, best, count } of result.layers) {
      expect(variants).toBeGreaterThan(1);
      expect(count).toBe(1);
      expect(best.ms).toBeLessThanOrEqual(model.ms);
    }
    const written = parseTuning(readFileSync(file, 'utf8')) as TuningFile;
    for (const entry of written.engines.relaxed?.layers ?? []) expect(layers).toContain(entry.layer);
    expect(await profile()).toEqual(await profile('--tuning', file));
  });

  it('is followed by profile, run and build, and by them alone where it lies', async () => {
    const model = await profile();
    const wanted = choice('implicit-gemm', { vectors: 1 });
    writeFileSync(file, tuning({ layer, ...wanted, model: choice('implicit-gemm', { vectors: 2 }) }));
    const tuned = await profile();
    expect(tuned).not.toEqual(model);
    expect(tuned).toContainEqual({ algorithm: 'implicit-gemm', tuning: { vectors: 1 } });
    expect(await profile('--tuning', 'none')).toEqual(model);
    const plans = ['none', file].map((name) => cnnc('build', net, '--dump', 'plan', '--tuning', name));
    const [without, withFile] = await Promise.all(plans);
    expect(withFile?.stdout).toContain('vectors=1');
    expect(without?.stdout).not.toContain('vectors=1');
    const outs = [['--tuning', 'none'], []].map((args, i) =>
      cnnc('build', net, '--seed', '1', '--out', join(folder, `out${i}`), ...args),
    );
    expect((await Promise.all(outs)).map(({ exit }) => exit)).toEqual([0, 0]);
    const [plain, chosen] = [0, 1].map((i) => readFileSync(join(folder, `out${i}`, 'index.js'), 'utf8'));
    expect(chosen).not.toBe(plain);
  });

  it('passes over choices that are not offered, and says so', async () => {
    const model = await profile();
    writeFileSync(file, tuning({ layer, ...choice('fft', { size: 8 }), model: choice('implicit-gemm', {}) }));
    const { exit, stderr } = await cnnc('profile', net, '--runs', '1', '--wide', 'off');
    expect(exit).toBe(0);
    expect(stderr).toContain('tuning/stale');
    expect(stderr).toContain(layer);
    expect(await profile()).toEqual(model);
  });

  const damaged: readonly [string, string, string][] = [
    ['cut short', tuning({ layer }).slice(0, 60), 'cut short'],
    ['of another kind', '{"a": 1}', 'it does not say "cnnc": "tuning"'],
    ['of another version', '{"cnnc": "tuning", "version": 2}', 'its version is 2, and this cnnc knows 1'],
    ['without engines', '{"cnnc": "tuning", "version": 1}', 'it has no "engines"'],
    [
      'with an unknown engine',
      '{"cnnc": "tuning", "version": 1, "engines": {"gpu": {}}}',
      'there is no engine "gpu"',
    ],
    ['with half a layer', tuning({ layer, ...choice('gemv', {}) }), 'layer 1 of "relaxed" lacks a part'],
  ];
  for (const [name, text, reason] of damaged)
    it(`ends with a file ${name}`, async () => {
      writeFileSync(file, text);
      const { exit, stderr } = await cnnc('profile', net, '--runs', '1');
      expect(exit).toBe(1);
      expect(stderr).toContain('tuning/damaged');
      expect(stderr).toContain(reason);
    });

  it('ends where the file named is not there, and with a budget that is none', async () => {
    expect(await cnnc('profile', net, '--tuning', join(folder, 'no.json'))).toMatchObject({ exit: 1 });
    expect(await cnnc('tune', net, '--budget', 'long')).toMatchObject({ exit: 2 });
    expect(existsSync(file)).toBe(false);
  });

  it('keeps what was measured of other layers and engines', () => {
    const entry = (name: string) => ({
      layer: name,
      ...choice('gemv', { vectors: 4 }),
      model: choice('gemv', {}),
    });
    const before = withLayers({ engines: {} }, 'wide', {
      machine: 'a',
      layers: [entry('x'), entry('y')],
      measured: ['x', 'y'],
    });
    const after = withLayers(
      withLayers(before, 'relaxed', { machine: 'b', layers: [entry('x')], measured: ['x'] }),
      'wide',
      {
        machine: 'c',
        layers: [entry('z')],
        measured: ['x', 'z'],
      },
    );
    const again = parseTuning(printTuning(after)) as TuningFile;
    expect(again).toEqual(after);
    expect(again.engines.wide?.layers.map((one) => one.layer)).toEqual(['y', 'z']);
    expect(again.engines.relaxed?.layers.map((one) => one.layer)).toEqual(['x']);
  });
});
