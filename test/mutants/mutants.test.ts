/** Mutants of every real `.cnn` text: no exception, and the laws hold. `FUZZ_SEED` and `FUZZ_RUNS` go further. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cases, violationsOf } from './mutants.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 100);

test('mutants are told what is wrong, format, compile, and are forgotten again', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(cases, (one) => {
      expect(violationsOf(one)).toEqual([]);
    }),
    { seed, numRuns },
  );
});
