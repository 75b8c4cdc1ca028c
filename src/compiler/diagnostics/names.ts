/** Diagnostics of names and imports (phase 2): what a name stands for, and where files come from. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const nameDiagnostics = {
  'names/unknown': {
    severity: 'error',
    message: 'nothing here is called {name}',
    explain:
      'A name stands for a value above it in the same body, a parameter, a block or constant of the file, an import, or a layer of the language.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(width)\n  out z: tensor(y)\n}',
    good: 'let width = 3\nnet N {\n  in x: f32[4]\n  y = x -> dense(width)\n  out z: tensor(y)\n}',
  },
  'names/too-many': {
    severity: 'error',
    message: 'more than {limit} names stand for nothing: from here on they are not told',
    explain:
      'Where thousands of names stand for nothing, an import or a file is missing, or the text is no net. Like those behind `syntax/too-many`, they are not in `--json` either: mend the first ones and check again.',
    bad: undefined,
    good: undefined,
  },
  'names/unknown-layer': {
    severity: 'error',
    message: 'there is no layer or block called {name}',
    explain:
      'Layers are lower case and have no 1-D, 2-D or 3-D versions: the rank comes from the input. Blocks are upper case, and come from this file or from a `use`.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv2d(4, 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, 3)\n  out z: tensor(y)\n}',
  },
  'names/unknown-option': {
    severity: 'error',
    message: '{what} has no option {option}',
    explain: 'Options are matched by name or by place. The note lists those that there are.',
    bad: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, kernel_size = 3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[8, 8, 3]\n  y = x -> conv(4, kernel = 3)\n  out z: tensor(y)\n}',
  },
  'names/unknown-net': {
    severity: 'error',
    message: 'there is no net called {name} here',
    explain:
      '`train`, `test`, `weights` and `budget` speak about a net of this file, or one that it imports.',
    bad: 'net Small {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget Smal { params <= 1k }',
    good: 'net Small {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget Small { params <= 1k }',
  },
  'names/unknown-merge': {
    severity: 'error',
    message: '{name} cannot merge branches',
    explain: 'Braces with one branch per line belong to add, sub, mul, div, max, min and concat.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> plus {\n    a: dense(3)\n    b: dense(3)\n  }\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> add {\n    a: dense(3)\n    b: dense(3)\n  }\n  out z: tensor(y)\n}',
  },
  'names/no-option-name': {
    severity: 'error',
    message: 'an option of {what} is written by its name',
    explain:
      'Options in braces, and behind `with`, have no places: each is written `name = value`. In parentheses, `conv(8, 3)`, options are matched by their places too.',
    bad: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(5, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y\n    nms { 0.4 }\n  }\n}',
    good: 'net N {\n  in x: rgb 32x32\n  y = x -> conv(5, 3, stride = 4, pad = same)\n  out z: detect(classes = ["face"]) {\n    branch y\n    nms { iou = 0.4 }\n  }\n}',
  },
  'names/unknown-word': {
    severity: 'error',
    message: '{name} is no {what}',
    explain: 'Some places take one of a few words; the note lists them.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = crossentropy(y)\n  epoch = 5\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\ntrain N {\n  loss = crossentropy(y)\n  epochs = 5\n}',
  },
  'names/used-before': {
    severity: 'error',
    message: '{name} is used before it has a value',
    explain: 'Data flows from top to bottom: a value can be used below the line that gives it.',
    bad: 'net N {\n  in x: f32[4]\n  y = h -> dense(3)\n  h = x -> dense(5)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(5) -> relu\n  y = h -> dense(3)\n  out z: tensor(y)\n}',
  },
  'names/unused': {
    severity: 'warning',
    message: 'the {what} {name} is never used',
    explain:
      'Nothing reads it, so it is not part of the net. Usually a branch was forgotten, or a name mistyped.',
    bad: 'net N {\n  in x: f32[4]\n  side = x -> dense(3)\n  y = x -> dense(2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(2)\n  out z: tensor(y)\n}',
  },
  'names/letter-case': {
    severity: 'warning',
    message: '{what} start with {letter} letter: {name}',
    explain:
      'A reader tells a block from a layer or a value by its first letter: `Basic(64)` is a block of the file, `conv(64)` a layer of the language.',
    bad: 'block unit(c) = dense(c) -> relu\nnet N {\n  in x: f32[4]\n  y = x -> unit(3)\n  out z: tensor(y)\n}',
    good: 'block Unit(c) = dense(c) -> relu\nnet N {\n  in x: f32[4]\n  y = x -> Unit(3)\n  out z: tensor(y)\n}',
  },
  'names/duplicate': {
    severity: 'error',
    message: 'the name {name} is taken',
    explain:
      'In one body a name has one meaning. Names are also the path names of weights, so they have to differ.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> relu\n  y = x -> dense(2)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(3) -> relu\n  y = h -> dense(2)\n  out z: tensor(y)\n}',
  },
  'names/reserved': {
    severity: 'error',
    message: '{name} cannot be declared: it is {what}',
    explain: 'A value or block that is called like a layer would make `-> conv` mean two things.',
    bad: 'net N {\n  in x: f32[4]\n  dense = x -> relu\n  out z: tensor(dense)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> sigmoid\n  out z: tensor(y)\n}',
  },
  'names/circular': {
    severity: 'error',
    message: '{name} would contain itself',
    explain:
      'There is no recursion between blocks: every shape, parameter and multiplication is known before anything runs. Repetition is written `repeat(n) { … }` or `each x of […] { … }`.',
    bad: 'block A(c) = dense(c) -> B(c)\nblock B(c) = relu -> A(c)\nnet N {\n  in x: f32[4]\n  y = x -> A(3)\n  out z: tensor(y)\n}',
    good: 'block A(c) = dense(c) -> relu\nnet N {\n  in x: f32[4]\n  y = x -> repeat(2) { A(3) }\n  out z: tensor(y)\n}',
  },
  'names/replaces-nothing': {
    severity: 'error',
    message: 'the net that this one extends has no value {name} to replace',
    explain:
      '`replace` gives a value of the extended net a new meaning. A new value is written without `replace`.',
    bad: 'net A {\n  in x: f32[4]\n  head = x -> dense(3)\n  out z: tensor(head)\n}\nnet B extends A {\n  replace heads = x -> dense(2)\n}',
    good: 'net A {\n  in x: f32[4]\n  head = x -> dense(3)\n  out z: tensor(head)\n}\nnet B extends A {\n  replace head = x -> dense(2)\n}',
  },
  'import/not-found': {
    severity: 'error',
    message: 'there is no file {path} to import',
    explain:
      '`"std/resnet"` is a file of the stdlib, `"./blocks.cnn"` a file next to this one, `"@scope/package"` an installed npm package.',
    bad: 'use { LeNet5 } from "std/no_such_file"\nnet N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'import/not-exported': {
    severity: 'error',
    message: '{path} does not export {name}',
    explain: '`export` in front of a block, net, filter or constant makes it visible to other files.',
    bad: 'use { NoSuchNet } from "std/lenet"\nnet N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'use { LeNet5 } from "std/lenet"\nexport net N = LeNet5',
  },
  'import/outside-project': {
    severity: 'error',
    message: 'the import {path} leaves the project',
    explain:
      'Imports are relative to the file and stay inside the project, the stdlib or a package, so that a net means the same on every machine.',
    bad: 'use { A } from "../../../elsewhere.cnn"\nnet N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'import/too-much': {
    severity: 'error',
    message: 'with this import the files are too long together: they have more than {limit} {what}',
    explain:
      'A file may name any number of others, and all that it reaches are read together. What passes this bound a program has written: this file and the imports behind it are not read.',
    bad: undefined,
    good: undefined,
  },
} as const satisfies Record<string, DiagnosticEntry>;
