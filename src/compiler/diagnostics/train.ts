/** Diagnostics of training blocks, as far as names and paths go. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const trainDiagnostics = {
  'train/freezes-nothing': {
    severity: 'error',
    message: 'freeze {pattern} matches no weight of {net}',
    explain:
      'A pattern names weights by their path: `stem.**` is everything below `stem`, `**.bias` every bias. One that matches nothing would train what should stay.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  epochs = 2\n  freeze stem.**\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  epochs = 2\n  freeze y.**\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
