/** Diagnostics of the subject `quantize`: what calibration and its file do not do. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsFile = { bad: undefined, good: undefined } as const;

export const quantizeDiagnostics = {
  'quantize/no-data': {
    severity: 'error',
    message: '{folder} holds no examples for input {input}, which takes {takes}',
    explain:
      '`cnnc quantize --data` takes a folder of pictures or `.npy` files like those that the net will see; folders inside are searched too. A net with several inputs wants a folder for each, called like the input.',
    ...needsFile,
  },
  'quantize/uneven-data': {
    severity: 'error',
    message: 'input {first} has {firstCount} examples, input {second} {secondCount}',
    explain:
      'The first file for every input makes the first example, and so on, in order of name: every input needs as many files.',
    ...needsFile,
  },
  'quantize/not-finite': {
    severity: 'error',
    message: '{value} is not a number, or infinite, on {file}',
    explain:
      'Bytes cannot stand for NaN or infinity, and a range cannot be found with them. Either the weights are broken, or the net computes what is not defined on this example: `cnnc run` shows its outputs.',
    ...needsFile,
  },
  'quantize/nothing': {
    severity: 'error',
    message: '{net} has nothing to compute in integers',
    explain:
      'Convolutions and dense layers with weights of their own are computed in 8-bit integers; grouped convolutions only where every channel is a group. This net has none.',
    ...needsFile,
  },
  'quantize/unreadable': {
    severity: 'error',
    message: '{file} {reason}',
    explain:
      '`--quantize` takes the file that `cnnc quantize` wrote: JSON with a range [least, most] for every value.',
    ...needsFile,
  },
  'quantize/other-net': {
    severity: 'error',
    message: '{file} holds the ranges of {made}, which are not those of {net}',
    explain:
      'Ranges belong to the values of one net at one size. Where its layers have changed since, calibrate it again. (New weights of the same net want new ranges too, but that cannot be seen.)',
    ...needsFile,
  },
} as const satisfies Record<string, DiagnosticEntry>;
