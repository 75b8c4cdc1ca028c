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
    bad: 'net Huge {\n  in x: f32[20_000, 20_000, 1]\n  out y: tensor(x -> conv(4, 3))\n}',
    good: 'net Small {\n  in x: f32[200, 200, 1]\n  out y: tensor(x -> conv(4, 3))\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
