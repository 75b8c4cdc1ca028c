/** Diagnostics of comments that switch warnings off. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const allowDiagnostics = {
  'allow/no-reason': {
    severity: 'warning',
    message: '`allow {code}` needs a reason: `because …`',
    explain: 'A warning that is switched off without a reason will puzzle the next reader.',
    bad: 'net N {\n  in x: f32[4]\n  // allow network/dense-twice\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  // allow network/dense-twice because the narrow middle is a bottleneck\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}',
  },
  'allow/unknown-code': {
    severity: 'warning',
    message: 'there is no diagnostic called {code}',
    explain: '`cnnc explain` lists the codes.',
    bad: 'net N {\n  in x: f32[4]\n  // allow network/dense-twise because of the bottleneck\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
