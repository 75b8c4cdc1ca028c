/** As projects.test.ts, for a minute. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { projectCases, projectViolations } from './projects.ts';

test.each([1001, 1009, 1043, 1096])('seed %i', (seed) => {
  fc.assert(
    fc.property(projectCases, (one) => {
      expect(projectViolations(one)).toEqual([]);
    }),
    { seed, numRuns: 250 },
  );
});
