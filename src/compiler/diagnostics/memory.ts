/** Diagnostics of the subject `memory`: plans that no engine can hold. Reported by `cnnc build` and `cnnc run`, when sizes are known. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const memoryDiagnostics = {
  'memory/too-large': {
    severity: 'error',
    message: '{net} needs {needed} of memory, but at most {limit} can be had',
    explain:
      'A program has one linear memory for its weights and for every value that is alive at the same time; WebAssembly addresses at most ' +
      '4 GB of it. The place shown is where most is alive at once. A smaller input, an earlier stride or pooling, or fewer channels at ' +
      'full resolution make it fit.',
    // The checker does not plan memory: test/cli shows it.
    bad: undefined,
    good: undefined,
  },
} as const satisfies Record<string, DiagnosticEntry>;
