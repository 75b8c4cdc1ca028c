/** Diagnostics of the subjects `file`, `net`, `input` and `build`: what a command was given does not do. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsFile = { bad: undefined, good: undefined } as const;

export const commandDiagnostics = {
  'file/outside-project': {
    severity: 'error',
    message: 'the file {path} lies outside the project',
    explain:
      'Names of classes and inputs of tests come from files of the project, relative to the `.cnn` file that names them, or of an installed package. So a net means the same on every machine, and its tests run on every machine.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of "../../elsewhere.txt"\n}',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: label(y) of ["a", "b", "c"]\n}',
  },
  'file/unreadable': {
    severity: 'error',
    message: '{file} cannot be read: {reason}',
    explain: 'A file that the command names could not be opened. Paths are relative to the current folder.',
    ...needsFile,
  },
  'file/not-text': {
    severity: 'error',
    message: '{file} is not text',
    explain: 'A `.cnn` file is UTF-8 text. This one holds bytes that are not.',
    ...needsFile,
  },
  'file/not-written': {
    severity: 'error',
    message: '{file} cannot be written: {reason}',
    explain: 'Nothing was left half-written: files appear whole or not at all.',
    ...needsFile,
  },
  'net/none': {
    severity: 'error',
    message: '{file} declares no net that can be built',
    explain:
      'The command works on a `net`. A file with only blocks can be checked, but there is nothing to run.',
    ...needsFile,
  },
  'net/which': {
    severity: 'error',
    message: '{file} declares {count} nets: say which one with --net',
    explain: 'Where a file has several nets, `--net Name` chooses one.',
    ...needsFile,
  },
  'net/which-variant': {
    severity: 'error',
    message: '{net} needs parameters, which its {count} variants give: say which one with --net',
    explain:
      'A net with parameters that have no default is complete only as a variant of its family: `--net Net.variant` chooses one.',
    ...needsFile,
  },
  'net/unknown': {
    severity: 'error',
    message: 'there is no net {net} in {file}',
    explain: '`--net` takes the name of a net that the file declares.',
    ...needsFile,
  },
  'input/unknown': {
    severity: 'error',
    message: '{net} has no input {input}',
    explain: '`--input name=file` and `--size name=HxW` name an input of the net: `cnnc summary` lists them.',
    ...needsFile,
  },
  'input/missing': {
    severity: 'error',
    message: 'input {input} is missing: it takes {takes}',
    explain: 'Every input of the net needs a `--input name=file`.',
    ...needsFile,
  },
  'input/unreadable': {
    severity: 'error',
    message: '{file}, for input {input}, {reason}',
    explain: 'An input is a picture (JPEG, PNG, WebP, AVIF, GIF, BMP), or numbers in a `.npy` file.',
    ...needsFile,
  },
  'input/wrong-shape': {
    severity: 'error',
    message: '{message}',
    explain:
      'Numbers must have exactly the shape of the input, channels last, without a batch axis. Pictures may have any size: they are fitted.',
    ...needsFile,
  },
  'init/folder-not-empty': {
    severity: 'error',
    message: '{folder} is not empty',
    explain:
      'A new project is written into a new folder, or into one that holds nothing but what git and npm put there. With --force the files that are missing are added; none that is there is changed, but for a package.json, which gets the scripts and packages that it lacks.',
    ...needsFile,
  },
  'graph/too-large': {
    severity: 'error',
    message: '{net} is too large to be drawn: {reason}',
    explain:
      'The time of a layout grows with the square of what lies side by side. A closed block is one tile, and so are equal blocks in a row; in a large net also equal layers in a row. `--detail` says how many levels of blocks are open: `auto` opens as many as fit a slide. What stands in no block, such as a thousand outputs, cannot be closed: layers that belong together make a block.',
    ...needsFile,
  },
  'build/folder-in-use': {
    severity: 'error',
    message: '{folder} holds files that cnnc did not write',
    explain:
      'A build replaces its folder. To be safe it only replaces a folder that an earlier build wrote (its package.json says so), or an empty one.',
    ...needsFile,
  },
  'build/out-of-date': {
    severity: 'error',
    message: '{folder} is not what the sources give now',
    explain:
      '`cnnc build --check` builds in memory and compares with the folder. A file that differs, is missing, or would be written no more means that the `.cnn` file, the weights, the options of the command or cnnc itself have changed since. Run the same command without `--check`. Nothing was written.',
    ...needsFile,
  },
  'build/needs-package': {
    severity: 'error',
    message: '{target} needs the package {package}, which is not installed here',
    explain:
      'TensorFlow.js is not part of cnnc: it is only needed to run its target. Install it beside cnnc.',
    ...needsFile,
  },
} as const satisfies Record<string, DiagnosticEntry>;
