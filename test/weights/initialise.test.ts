import { describe, expect, it } from 'vitest';
import { fill, initialise, keyOf } from '../../src/weights/initialise.ts';
import { param } from './graphs.ts';

function moments(values: Float32Array): {
  readonly mean: number;
  readonly deviation: number;
  readonly max: number;
} {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), max: values.reduce((m, x) => Math.max(m, Math.abs(x)), 0) };
}

const fan = { fanIn: 50, fanOut: 150 };
const count = 200_000;

describe('initialise', () => {
  it.each([
    ['he_normal', Math.sqrt(2 / 50)],
    ['lecun_normal', Math.sqrt(1 / 50)],
    ['xavier_normal', Math.sqrt(2 / 200)],
    ['he_uniform', Math.sqrt(2 / 50)],
    ['xavier_uniform', Math.sqrt(2 / 200)],
    ['uniform', Math.sqrt(1 / 50 / 3)],
  ] as const)('%s has the standard deviation of its paper', (kind, deviation) => {
    const found = moments(fill({ kind, ...fan }, count, keyOf(1, kind)));
    expect(found.deviation / deviation).toBeCloseTo(1, 2);
    expect(Math.abs(found.mean)).toBeLessThan((5 * deviation) / Math.sqrt(count));
    if (kind.endsWith('uniform')) expect(found.max).toBeLessThanOrEqual(deviation * Math.sqrt(3) * 1.000001);
  });

  it('gives zeros and ones', () => {
    expect([...fill({ kind: 'zeros' }, 3, keyOf(0, ''))]).toEqual([0, 0, 0]);
    expect([...fill({ kind: 'ones' }, 3, keyOf(0, ''))]).toEqual([1, 1, 1]);
  });

  it('depends on seed and path and on nothing else', () => {
    const a = initialise(param('a', 'weight', [4, 4]), 1).data;
    expect(initialise(param('a', 'weight', [4, 4]), 1).data).toEqual(a);
    expect(initialise(param('a', 'weight', [8, 4]), 1).data.subarray(0, 16)).toEqual(a);
    expect(initialise(param('b', 'weight', [4, 4]), 1).data).not.toEqual(a);
    expect(initialise(param('a', 'weight', [4, 4]), 2).data).not.toEqual(a);
    expect(initialise(param('a', 'weight', [4, 4]), 1 + 2 ** 32).data).not.toEqual(a);
  });

  it('has no visible correlation between neighbours or between streams of near seeds', () => {
    const init = { kind: 'uniform', ...fan } as const;
    const a = fill(init, count, keyOf(1, 'x'));
    const b = fill(init, count, keyOf(2, 'x'));
    const dot = (u: Float32Array, v: Float32Array): number =>
      u.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0) / u.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(dot(a.subarray(1), a))).toBeLessThan(0.01);
    expect(Math.abs(dot(a, b))).toBeLessThan(0.01);
  });

  it('stays as it is: these numbers are part of the contract', () => {
    const init = { kind: 'he_normal', fanIn: 9, fanOut: 9 } as const;
    expect([...fill(init, 4, keyOf(42, 'stem.conv.weight'))].map((x) => x.toFixed(5))).toMatchInlineSnapshot(`
      [
        "-0.17408",
        "-0.35755",
        "-0.53490",
        "0.04457",
      ]
    `);
  });
});
