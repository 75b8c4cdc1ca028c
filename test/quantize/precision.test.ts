/** Which layers get more than bytes: what saves most noise for its cost comes first, and nothing goes beyond the limit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Precisions } from '../../src/compiler/5-optimize/quantize/index.ts';
import { choosePrecisions, type LayerNoise } from '../../src/quantize/precision.ts';

/** Costs of layers that do not depend on each other: on bytes one each, more for more. */
function costOf(added: Readonly<Record<string, { floats: number; fine: number }>>) {
  return (layers: Precisions): number =>
    Object.entries(added).reduce((sum, [name, more]) => sum + 1 + (layers[name] ? more[layers[name]] : 0), 0);
}

const noises = new Map<string, LayerNoise>([
  ['a', { bytes: 1, fine: 0.9 }],
  ['b', { bytes: 8, fine: 1 }],
  ['c', { bytes: 4 }],
]);
const cost = costOf({
  a: { floats: 1, fine: 1 },
  b: { floats: 4, fine: 1 },
  c: { floats: 1, fine: 1 },
});

describe('precisions', () => {
  it('buy most accuracy for their cost first', () => {
    expect(choosePrecisions(noises, { cost, limit: 3 })).toEqual({});
    expect(choosePrecisions(noises, { cost, limit: 4 })).toEqual({ b: 'fine' });
    expect(choosePrecisions(noises, { cost, limit: 5 })).toEqual({ b: 'fine', c: 'floats' });
    expect(choosePrecisions(noises, { cost, limit: 6 })).toEqual({ a: 'floats', b: 'fine', c: 'floats' });
  });

  it('become floats where two digits were worth more, as soon as the limit allows', () =>
    expect(choosePrecisions(noises, { cost, limit: 9 })).toEqual({ a: 'floats', b: 'floats', c: 'floats' }));

  it('stay within the limit, and gain nothing by what saves no noise', () => {
    const layer = fc.record({
      bytes: fc.double({ min: 0, max: 1, noNaN: true }),
      part: fc.double({ min: 0, max: 1.5, noNaN: true }),
      floats: fc.double({ min: 0, max: 5, noNaN: true }),
      fine: fc.double({ min: 0, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(layer, { minLength: 1, maxLength: 9 }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (layers, room) => {
          const named = layers.map((each, i) => [`layer${i}`, each] as const);
          const cost = costOf(Object.fromEntries(named));
          const noises = new Map(
            named.map(([name, { bytes, part }]) => [name, { bytes, fine: bytes * part }]),
          );
          const limit = room * cost({});
          const chosen = choosePrecisions(noises, { cost, limit });
          expect(cost(chosen)).toBeLessThanOrEqual(limit);
          for (const [name, { bytes, part }] of named)
            if (chosen[name] === 'fine') expect(bytes * part).toBeLessThan(bytes);
        },
      ),
    );
  });
});
