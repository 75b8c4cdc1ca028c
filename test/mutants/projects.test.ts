/** Edits of two files, one of which imports the other: no exception, and the laws hold. `FUZZ_SEED` and `FUZZ_RUNS` go further. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { projectCases, projectViolations } from './projects.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 50);

test('a checker that watches two files says what a fresh check says', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(projectCases, (one) => {
      expect(projectViolations(one)).toEqual([]);
    }),
    { seed, numRuns },
  );
});
