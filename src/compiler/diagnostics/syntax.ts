/** Diagnostics of the subject `syntax`: text that does not parse. */
import type { DiagnosticEntry } from './diagnostic.ts';

export const syntaxDiagnostics = {
  'syntax/unexpected': {
    severity: 'error',
    message: '{found} is not expected here: {expected}',
    explain:
      'The text does not follow the grammar at this place. Only this statement is given up; everything before and after it is still checked.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) relu\n  out z: tensor(x)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3) -> relu\n  out z: tensor(y)\n}',
  },
  'syntax/incomplete': {
    severity: 'error',
    message: 'this is not finished: {expected}',
    explain:
      'The statement ends before it is complete. A line goes on below only where it ends with an operator or a comma, where a bracket is open, or where the next line begins with `->` or an operator.',
    bad: 'net N {\n  in x: f32[4]\n  y =\n  out z: tensor(x)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'syntax/unclosed': {
    severity: 'error',
    message: 'this `{bracket}` is never closed',
    explain:
      'Every bracket needs its partner. Where it is missing is judged by the indentation and by what begins a statement; the message points at the bracket that was left open.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3\n  out z: tensor(x)\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}',
  },
  'syntax/unopened': {
    severity: 'error',
    message: 'there is no open bracket for this `{bracket}`',
    explain:
      'A closing bracket stands where nothing of its kind is open: it is one too many, or of the wrong kind.',
    bad: 'export let a = (1 + 2))',
    good: 'export let a = (1 + 2)',
  },
  'syntax/too-deep': {
    severity: 'error',
    message: 'this is nested too deeply: the limit is {limit} levels',
    explain:
      'Brackets and chains of operators may be nested only so far. Name a part with `x = …`, or make it a block.',
    bad: `export let x = ${'('.repeat(70)}1${')'.repeat(70)}`,
    good: 'export let x = ((1))',
  },
  'syntax/too-many': {
    severity: 'error',
    message: 'more than {limit} places are not the language: is this a .cnn file?',
    explain: 'Only the first few are shown, and what follows after that many is not looked at.',
    bad: '    x\n'.repeat(1001),
    good: 'export let x = 1',
  },
  'syntax/too-long': {
    severity: 'error',
    message: 'this file is too long: it has more than {limit} {what}',
    explain:
      'A file is a text for people; what passes this bound is a list of numbers, or a program has written it. Repetition is `repeat` or `each`, and blocks can stand in files of their own (`use`).',
    bad: undefined,
    good: undefined,
  },
  'syntax/unclosed-string': {
    severity: 'error',
    message: 'this text has no closing quote',
    explain:
      'A text in quotes ends on the line where it begins. Inside it, `\\"` is a quote and `\\n` a new line.',
    bad: 'use { LeNet5 } from "std/lenet',
    good: 'use { LeNet5 } from "std/lenet"',
  },
  'syntax/bad-number': {
    severity: 'error',
    message: '`{text}` is neither a number nor a size',
    explain:
      'Numbers are `12`, `61_706`, `0.5`, `1e-4`, with `k`, `M` or `G` behind them (`420k`), bytes are `300 kB`, shares are `50%`, sizes are `3x3`.',
    bad: 'export let rate = .5',
    good: 'export let rate = 0.5',
  },
  'syntax/bad-escape': {
    severity: 'error',
    message: '`{text}` means nothing in a text',
    explain: 'In a text, a backslash stands before `"`, `\\`, `n` or `t` only. Paths are written with `/`.',
    bad: 'export let path = ".\\dogs"',
    good: 'export let path = "./dogs"',
  },
  'syntax/stray': {
    severity: 'error',
    message: '`{text}` has no meaning in a .cnn file',
    explain: 'This character belongs to no word, number or operator of the language.',
    bad: 'export let a = 3 $ 4',
    good: 'export let a = 3 + 4',
  },
  'syntax/name-letters': {
    severity: 'error',
    message: '`{name}` cannot be a name: names have the letters a to z and A to Z, digits and _',
    explain:
      'Names go into generated programs and into files of weights, so they keep to letters that every tool knows. Texts in quotes and comments may have any.',
    bad: 'export let größe = 3',
    good: 'export let groesse = 3',
  },
  'syntax/foreign-sign': {
    severity: 'error',
    message: '`{found}` is not a sign of this language: here it is `{ours}`',
    explain:
      'Data flows through `->`; power is `^`; conditions are joined by the words `and`, `or`, `not`; comparisons are `==`, `!=`, `<=`, `>=`.',
    bad: 'export let k = 2 ** 3',
    good: 'export let k = 2 ^ 3',
  },
  'syntax/quote': {
    severity: 'error',
    message: 'a text stands in double quotes',
    explain: 'Texts are written `"like this"`.',
    bad: "use { LeNet5 } from 'std/lenet'",
    good: 'use { LeNet5 } from "std/lenet"',
  },
  'syntax/comment': {
    severity: 'error',
    message: 'a comment begins with //',
    explain: '`//` makes the rest of the line a comment; `///` above a declaration documents it.',
    bad: '# the kernel size\nexport let k = 3',
    good: '// the kernel size\nexport let k = 3',
  },
  'syntax/line-end': {
    severity: 'error',
    message: 'this line ends with a carriage return alone',
    explain:
      'Lines end with a line feed, or with a carriage return and a line feed. Files with carriage returns alone come from very old systems, or from a conversion of line ends that was applied to half of them; editors disagree on where their lines are.',
    bad: 'export let k = 3\rexport let n = 4',
    good: 'export let k = 3\nexport let n = 4',
  },
  'syntax/semicolon': {
    severity: 'error',
    message: 'a statement ends with its line, not with a semicolon',
    explain: 'One statement a line; no sign ends it.',
    bad: 'export let k = 3;',
    good: 'export let k = 3',
  },
  'syntax/misplaced': {
    severity: 'error',
    message: '`{word}` does not belong here: {where}',
    explain:
      'Declarations (`use`, `net`, `block`, `train`, …) stand in the file itself, values and inputs in the braces of a net or a block, `freeze`, `phase` and `augment` in a `train`.',
    bad: 'net N {\n  in x: f32[4]\n    freeze stem.**\n  out y: tensor(x)\n}',
    good: 'net N {\n  in x: f32[4]\n  out y: tensor(x)\n}',
  },
  'syntax/empty': {
    severity: 'warning',
    message: 'nothing stands in the braces of {what}',
    explain:
      'A budget without limits limits nothing, a `train` without settings trains nothing, a test without expectations cannot fail, and what flows into braces without layers flows out as it is. A comment in the braces says that they are empty on purpose.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { }',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nbudget { params <= 20 }',
  },
  'syntax/reserved': {
    severity: 'error',
    message: '`{word}` cannot be a name: it is a word of the language',
    explain:
      'Reserved are only `if else repeat each as in and or not true false`; every other word may name a value.',
    bad: 'export let each = 3',
    good: 'export let every = 3',
  },
} as const satisfies Record<string, DiagnosticEntry>;
