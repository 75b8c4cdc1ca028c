/** Diagnostics of values: constants, options and arithmetic at compile time (phase 3). */
import type { DiagnosticEntry } from './diagnostic.ts';

export const valueDiagnostics = {
  'value/expected': {
    severity: 'error',
    message: 'this place needs {expected}, but here is {found}',
    explain:
      'Values have kinds: numbers, sizes, lists, texts, words, blocks, and the values that flow through the net. A whole number is one without a fraction.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(true)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'value/not-callable': {
    severity: 'error',
    message: 'a layer or block has to stand here, but this is {what}',
    explain:
      'After `->` stands something that turns a value into another: a layer, a block, a net, or an instance made by `let`.',
    bad: 'net N {\n  in x: f32[4]\n  h = x -> dense(3) -> relu\n  y = x -> h\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(3) -> relu\n  y = h -> dense(3)\n  out z: tensor(y)\n}',
  },
  'value/missing-argument': {
    severity: 'error',
    message: '{what} needs {option}',
    explain:
      'An option without a default has to be written: by place, in the order of the documentation, or by name.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'value/too-many-arguments': {
    severity: 'error',
    message: 'there are more options than {what} has: {count}',
    explain: 'Options without a name are matched by place.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> relu(1)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> relu\n  out z: tensor(y)\n}',
  },
  'value/given-twice': {
    severity: 'error',
    message: '{option} of {what} is given twice',
    explain:
      'An option has one value: by its place, or by its name. `conv(8, 3, channels = 4)` names the first place again.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3, units = 4)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'value/too-small': {
    severity: 'error',
    message: '{option} of {what} is {found}, but it has to be {bound}',
    explain:
      'Kernels, strides, dilations, groups and channels start at 1, borders and shares at 0. What is there when nothing is written: `docs/ops.md`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(0)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'value/too-large': {
    severity: 'error',
    message: '{option} of {what} is {found}, but it has to be {bound}',
    explain:
      'Shares and thresholds end at 1, the lower of two limits at the upper one, and steps, dilations and borders at 65,536: more than any net needs.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> dropout(1.5)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> dropout(0.15)\n  out z: tensor(y)\n}',
  },
  'value/arity': {
    severity: 'error',
    message: '{layer} reads {needs}, but it is given {found}',
    explain: 'Layers read a fixed number of values; merges read two or more.',
    bad: 'net N {\n  in x: f32[4]\n  h = x -> dense(3)\n  g = x -> dense(3)\n  y = relu(h, g)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(3)\n  g = x -> dense(3)\n  y = add(h, g)\n  out z: tensor(y)\n}',
  },
  'value/operator': {
    severity: 'error',
    message: '{left} {op} {right} has no meaning',
    explain:
      'Arithmetic works on numbers, on sizes, and on values that flow through the net (axis by axis). Comparisons work on numbers, texts, words and blocks.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3 + "a")\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3 + 1)\n  out z: tensor(y)\n}',
  },
  'value/zero-division': {
    severity: 'error',
    message: 'this divides by zero',
    explain: 'A division by zero has no value, so nothing can be built with it.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(6 / 0)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(6 / 2)\n  out z: tensor(y)\n}',
  },
  'value/index': {
    severity: 'error',
    message: 'there is no item [{index}] in a list of {length}',
    explain: 'Items are counted from 0; negative numbers count from the end.',
    bad: 'let widths = [3, 4]\nnet N {\n  in x: f32[4]\n  y = x -> dense(widths[2])\n  out z: tensor(y)\n}',
    good: 'let widths = [3, 4]\nnet N {\n  in x: f32[4]\n  y = x -> dense(widths[-1])\n  out z: tensor(y)\n}',
  },
  'value/no-member': {
    severity: 'error',
    message: '{what} has no {member}',
    explain:
      'A value has its axes (`x.C`, `in.H`) and `rank`. A net has `params`, `trainable`, `macs`, `weightBytes`, and its named values. In a test, a label has `label`, `index` and `p`; a box `label`, `index`, `score`, `x`, `y`, `width` and `height`; a point `x` and `y`; a list `count`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(x.H)\n  out z: tensor(y)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(x.C)\n  out z: tensor(y)\n}',
  },
} as const satisfies Record<string, DiagnosticEntry>;
