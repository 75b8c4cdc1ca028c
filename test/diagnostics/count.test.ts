/** Counts are written as Intl writes them, without loading it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showCount } from '../../src/compiler/diagnostics/count.ts';

test('counts are written as toLocaleString writes them', () => {
  const number = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -10_000, max: 10_000 }), fc.double());
  const same = (n: number): void => {
    expect(showCount(n)).toBe((n === 0 ? 0 : n).toLocaleString('en'));
  };
  fc.assert(fc.property(number, same));
  for (const n of [0, 999, 1000, -1000, 123_456, 1_234_567]) same(n);
});
