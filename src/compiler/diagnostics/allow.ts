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
  'allow/form': {
    severity: 'warning',
    message: 'a warning is switched off by `// allow {code} because …`, which this is not',
    explain:
      'The comment has two slashes, the whole code without signs around it, and a reason behind `because`; each code has a comment of its own.',
    bad: 'net N {\n  in x: f32[4]\n  // allow: network/dense-twice because of the bottleneck\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  // allow network/dense-twice because of the bottleneck\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}',
  },
  'allow/error': {
    severity: 'warning',
    message: '{code} is an error, and only warnings can be allowed',
    explain: 'Of a file with errors nothing can be built, so nothing is gained by not reading them.',
    bad: 'net N {\n  in x: f32[4]\n  // allow value/too-small because it is a test\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'allow/unused': {
    severity: 'warning',
    message: 'there is no {code} here for this comment to switch off',
    explain:
      'The warning was mended, or stands on another line: a comment speaks for its own line and the next one. Left in place, it would hide a warning that is new. Told where nothing else is wrong, for what is checked with this file alone: not in blocks that other files use.',
    bad: 'net N {\n  in x: f32[4]\n  // allow network/dense-twice because the narrow middle is a bottleneck\n  y = x -> dense(8) -> relu -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(8) -> relu -> dense(3)\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
