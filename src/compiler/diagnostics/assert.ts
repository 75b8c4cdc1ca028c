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
  'assert/over-budget': {
    severity: 'error',
    message: '{name} is over budget: {found} {quantity}, and {most} are allowed',
    explain:
      'A budget fails the build when the net outgrows it; the layers with the largest share are named. `arena` is the memory for values, `peak` all memory of the program, `download` the WebAssembly, the weights and the runtime together.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(9)\n  out z: tensor(y)\n}\nbudget { params <= 20 }',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { params <= 20 }',
  },
  'assert/not-a-limit': {
    severity: 'error',
    message: 'a limit of a budget is written quantity <= number',
    explain:
      'Quantities are params, trainable, macs, weightBytes, download, peak and arena; sizes take kB, MB and GB.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { 20 >= params }',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { params <= 20 }',
  },
} as const satisfies Record<string, DiagnosticEntry>;
