/** Diagnostics of what a file says must stay true: assertions and budgets. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const assertDiagnostics = {
  'assert/failed': {
    severity: 'error',
    message: 'assertion failed: {why}',
    explain:
      '`assert` writes down what must stay true: parameters, shapes, multiplications. It fails the build when it does not hold.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nassert N.params == 16',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nassert N.params == 15',
  },
} as const satisfies Record<string, DiagnosticEntry>;
