/** As mutants.test.ts, for minutes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cases, violationsOf } from './mutants.ts';

test.each([11, 12, 13, 14])('seed %i', (seed) => {
  fc.assert(
    fc.property(cases, (one) => {
      expect(violationsOf(one)).toEqual([]);
    }),
    { seed, numRuns: 1000 },
  );
});
