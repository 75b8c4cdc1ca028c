/** `cnnc profile`: figures that fit together, orders, the chart, and usage errors. Never how long something takes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/profile/measure.ts';
import { writeNpy } from '../../src/weights/npy.ts';
import { cnnc } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const net = join(folder, 'small.cnn');
const source = `net Small {
  in image: rgb[H, W] = 16x16 fit stretch scale 1/255
  y = image -> conv(8, 3, pad = 1) -> relu -> maxpool(2) -> conv(4, 1) -> gap -> dense(3)
  out thing: label(y)
}
`;

async function profile(...args: readonly string[]): Promise<Profile> {
  const { exit, stderr, json } = await cnnc('profile', net, '--runs', '3', '--json', ...args);
  expect([exit, stderr]).toEqual([0, '']);
  return json() as Profile;
}

describe('profile', () => {
  beforeAll(() => writeFileSync(net, source));

  it('accounts for every step, in order of execution', async () => {
    const { steps, macs, runs, ms, limit, gflops } = await profile();
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i));
    const { json } = await cnnc('summary', net, '--json');
    expect(macs).toBe((json() as { macs: number }).macs);
    expect(runs).toBe(3);
    expect(Math.min(ms, limit)).toBeGreaterThan(0);
    expect(gflops).toBeCloseTo((2 * macs) / ms / 1e6, 6);
    expect(steps.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    const conv = steps.find(({ path }) => path === 'y.conv1');
    expect(conv).toMatchObject({ op: 'conv', output: [8, 8, 8], macs: 16 * 16 * 8 * 27 });
    expect(conv).toMatchObject({ tuning: { pool: 'max 2x2' } });
    expect(conv?.ofLimit).toBeCloseTo((2 * 16 * 16 * 8 * 27) / (conv?.ms ?? 0) / 1e6 / limit, 6);
    // Reads 16 × 16 × 3, writes 8 × 8 × 8 after the pool, and one panel of biases and weights: six for three taps
    // of a row, and the taps themselves, for sums that are not finite.
    expect(conv?.bytes).toBe(4 * (16 * 16 * 3 + 8 * 8 * 8 + 8 * (1 + 6 * 9 + 27)));
    expect(steps.find(({ op }) => op === 'gap')).toMatchObject({ macs: 0, gflops: 0, algorithm: 'nest' });
  });

  it('sorts by time, takes real inputs, and draws every step', async () => {
    const svg = join(folder, 'chart.svg');
    const x = join(folder, 'x.npy');
    writeFileSync(x, writeNpy({ shape: [16, 16, 3], data: new Float32Array(768).fill(9) }));
    const { steps } = await profile('--sort', 'time', '--svg', svg, '--input', `image=${x}`);
    expect(steps.map(({ ms }) => ms)).toEqual(steps.map(({ ms }) => ms).toSorted((a, b) => b - a));
    const text = readFileSync(svg, 'utf8');
    expect(text).toMatch(/^<svg [^]*Small: [\d.]+ ms[^]*<\/svg>\n$/);
    for (const { path, algorithm } of steps) {
      expect(text).toContain(`>${path}</text>`);
      expect(text).toContain(algorithm);
    }
    // One bar per step, five entries of the legend, and the background.
    expect(text.match(/<rect /g)).toHaveLength(steps.length + 6);
  });

  it('prints a table and says what it measured', async () => {
    const { exit, stdout, stderr } = await cnnc('profile', net, '--runs', '2', '--seed', '4');
    expect(exit).toBe(0);
    expect(stderr).toContain('measuring 2 inferences with initial values of seed 4');
    expect(stdout).toMatch(/y\.conv1 +8x8x8 +stem vectors \d+ tile 4 pool max 2x2 +[\d.]+ ms/);
    expect(stdout).toMatch(/per inference \(median of 2\), [\d,]+ multiplications\n[\d.]+ GFLOPS, /);
  });

  it('refuses what makes no sense', async () => {
    for (const args of [
      ['--runs', '0'],
      ['--runs', 'x'],
      ['--sort', 'name'],
    ])
      expect((await cnnc('profile', net, ...args)).exit).toBe(2);
    const missing = await cnnc('profile', net, '--input', 'image=none.png');
    expect([missing.exit, missing.stderr]).toEqual([1, expect.stringContaining('input/unreadable')]);
  });
});
