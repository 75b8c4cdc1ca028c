/** Diagnostics of `cnnc test`: what a `test` block says is not so. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsRun = { bad: undefined, good: undefined } as const;

export const testDiagnostics = {
  'test/expects-nothing': {
    severity: 'warning',
    message: 'the test {title} expects nothing, so it cannot fail',
    explain:
      'A `test` runs its net and compares what comes out with each `expect`. Without one it passes whatever comes out.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "half" {\n  x = 0.5\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "half" {\n  x = 0.5\n  expect max(z) < 10\n}',
  },
  'test/failed': {
    severity: 'error',
    message: '{title}: {condition} does not hold',
    explain:
      'A `test` runs its net on its inputs and compares the outputs. This condition is false for what came out, which stands beside it.',
    ...needsRun,
  },
  'test/cannot-compare': {
    severity: 'error',
    message: '{what}',
    explain:
      'A condition of a test compares outputs with constants: `label == "cat"`, `label.p > 0.9`, `y[0] == 0.5`, `boxes.count >= 1`, `boxes[0].label == "face"`, `abs(y[0] - 2) < 0.01`. Numbers are equal where they differ by less than 1e-4 of their size. Functions are abs, sqrt, sum, mean, min, max, argmax and count.',
    ...needsRun,
  },
  'test/input-value': {
    severity: 'error',
    message: 'input {input} takes {takes}, but this is {found}',
    explain:
      'An input of a test is a file beside the `.cnn` file (a picture or `.npy`), a list of numbers in the shape of the input, or one number for all of its values. Pixels are 0 to 255.',
    ...needsRun,
  },
} as const satisfies Record<string, DiagnosticEntry>;
