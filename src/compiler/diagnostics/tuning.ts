/** Diagnostics of the subject `tuning`: files of measured choices that cannot be used, or not wholly. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsFile = { bad: undefined, good: undefined } as const;

export const tuningDiagnostics = {
  'tuning/damaged': {
    severity: 'error',
    message: '{file} is not a file of `cnnc tune`: {reason}',
    explain:
      'A `.tune.json` file holds the algorithms that `cnnc tune` measured to be fastest. One beside a `.cnn` file is used by `build`, `run` and `profile` without being named. ' +
      'Measure again with `cnnc tune`, or take the cost model alone with `--tuning none`.',
    ...needsFile,
  },
  'tuning/stale': {
    severity: 'warning',
    message:
      '{count} of the choices in {file} are no longer offered: the cost model decides about these layers',
    explain:
      'Another version of cnnc measured algorithms or parameters that this one does not have. The program is right all the same. Measure again with `cnnc tune`.',
    ...needsFile,
  },
} as const satisfies Record<string, DiagnosticEntry>;
