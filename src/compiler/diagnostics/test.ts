/** Diagnostics of `cnnc test`: what a `test` block says is not so. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsRun = { bad: undefined, good: undefined } as const;

export const testDiagnostics = {
  'test/expects-nothing': {
    severity: 'warning',
    message: 'the test "{title}" expects nothing, so it cannot fail',
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
  'test/unlike-values': {
    severity: 'error',
    message: '{left} is {seen}, but it is compared with {other}',
    explain:
      'What is compared with `==` or `!=` is of one kind, and lists have one length: otherwise the condition is false (or true) whatever comes out. A label and a box are compared as the text of their class, by its name: `digit == "7"`; their other fields are numbers: `digit.index == 7`. Numbers are equal where they differ by less than 1e-4 of their size (or of 1).',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "no" {\n  x = 0.5\n  expect z == [0, 0]\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "yes" {\n  x = 0.5\n  expect z == [0, 0, 0]\n}',
  },
  'test/no-probability': {
    severity: 'error',
    message: '{what} has no probability for `with`: it is {found}',
    explain:
      'Behind `with` stands how sure an output has to be: `label == "cat" with p > 0.9`, `boxes[0] == "face" with score > 0.5`. Labels and boxes have a probability; other numbers are compared themselves.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "no" {\n  x = 0.5\n  expect z[0] == 0 with p > 0.5\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["a", "b", "c"]\n}\ntest "yes" {\n  x = 0.5\n  expect z == "a" with p > 0.5\n}',
  },
  'test/missing-input': {
    severity: 'error',
    message: 'the test "{title}" gives no {inputs}',
    explain:
      'A test gives every input of its net: a file beside the `.cnn` file (a picture or `.npy`), a list of numbers in the shape of the input, or one number for all of its values.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "no" {\n  expect max(z) < 10\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "yes" {\n  x = 0.5\n  expect max(z) < 10\n}',
  },
  'test/unread-input': {
    severity: 'warning',
    message: 'no output of {net} depends on the input {input}: a test need not give it',
    explain:
      'Inputs that only training reads, such as the target of a loss, are no inputs of the built network: nobody has to give them for an inference. A test runs one, so what it gives there changes nothing.',
    bad: 'net N {\n  in x: f32[4]\n  in target: f32[3]\n  y = x -> dense(3)\n  out z: tensor(y)\n  train_only loss = square(y - target)\n}\ntest "no" {\n  x = 0.5\n  target = 1\n  expect max(z) < 10\n}',
    good: 'net N {\n  in x: f32[4]\n  in target: f32[3]\n  y = x -> dense(3)\n  out z: tensor(y)\n  train_only loss = square(y - target)\n}\ntest "yes" {\n  x = 0.5\n  expect max(z) < 10\n}',
  },
  'test/input-value': {
    severity: 'error',
    message: 'input {input} takes {takes}, but this is {found}',
    explain:
      'An input of a test is a file beside the `.cnn` file (a picture or `.npy`), a list of numbers in the shape of the input (or all of them in one row), or one number for all of its values. Pixels are 0 to 255.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "no" {\n  x = [1, 2]\n  expect max(z) < 10\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntest "yes" {\n  x = [1, 2, 3, 4]\n  expect max(z) < 10\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
