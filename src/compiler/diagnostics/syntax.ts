/** Diagnostics of the subject `syntax`: text that does not parse. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const syntaxDiagnostics = {
  'syntax/unexpected': {
    severity: 'error',
    message: '{found} is not expected here: {expected}',
    explain:
      'The text does not follow the grammar at this place. Everything before and after it is still checked.',
    bad: 'net N { in x: f32[4]\n  y = x -> dense(\n  out z: tensor(y) }',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
