/** Diagnostics of the subject `weights`: files of weights that cannot be read, or that belong to another net. */
import type { DiagnosticEntry } from './diagnostic.ts';

const needsFile = { bad: undefined, good: undefined } as const;

export const weightsDiagnostics = {
  'weights/outside-project': {
    severity: 'error',
    message: 'the weights file {path} lies outside the project',
    explain:
      'A file of weights that a `.cnn` file names is one of the project, relative to that file, or of an installed package: `"@scope/package/net.safetensors"`. So a net means the same on every machine. ' +
      'A file from elsewhere can be given to a command: `--weights ../elsewhere/net.safetensors`.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nweights N from "../../elsewhere/n.safetensors"',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nweights N from "./n.safetensors"',
  },
  'weights/missing': {
    severity: 'warning',
    message: 'there is no file {file} with the weights of {net}',
    explain:
      'The file that `weights … from` names is not there, so `cnnc build`, `run` and the other commands that need its numbers end with an error. The path is relative to the `.cnn` file, or that of a file in a package. ' +
      'Where the file comes later (it is trained, downloaded, or too large for the repository), everything else can be checked without it, and commands take another one: `--weights file`, or `--seed 1` for initial values.',
    ...needsFile,
  },
  'weights/unreadable': {
    severity: 'error',
    message: '{file} cannot be read: {reason}',
    explain:
      'The file of weights could not be opened. A path in a `.cnn` file is relative to that file; a path on the command line is relative to the current folder.',
    ...needsFile,
  },
  'weights/not-safetensors': {
    severity: 'error',
    message: '{file} is not a safetensors file: {reason}',
    explain:
      'Weights are read from [safetensors](https://github.com/huggingface/safetensors): 8 bytes with the length of a JSON header, the header, then the data. ' +
      'A PyTorch `.pth` or `.bin` file is something else: save it with `safetensors.torch.save_file(model.state_dict(), "f.safetensors")`. ' +
      'A TensorFlow.js manifest is converted with `cnnc weights convert`.',
    ...needsFile,
  },
  'weights/truncated': {
    severity: 'error',
    message: '{file} is cut short: its header promises {wanted} bytes, and {found} are there',
    explain:
      'The file ends before the data that its header describes. Usually a download or a copy stopped half-way.',
    ...needsFile,
  },
  'weights/damaged': {
    severity: 'error',
    message: '{file} is damaged: {tensor} {reason}',
    explain:
      'The header contradicts itself: a tensor does not have as many bytes as its shape needs, lies outside the file, overlaps another, or appears twice. ' +
      'Nothing in such a file can be trusted, so nothing of it is used.',
    ...needsFile,
  },
  'weights/not-floats': {
    severity: 'error',
    message: '{tensor} in {file} holds {dtype} values; weights must be F32, F16, BF16 or F64',
    explain:
      'Only floating-point tensors can become weights. Quantised checkpoints have to be dequantised first.',
    ...needsFile,
  },
  'weights/do-not-fit': {
    severity: 'error',
    message: '{fit} of the {total} weights of {net} fit {file}',
    explain:
      'Every weight of the net must be in the file, under its path and with its shape. The notes list each one that is not, with the nearest name in the file. ' +
      'A renamed layer: `moved old.path -> new.path`. A layer that is trained anew: `weights N from "f" except head.**`. ' +
      "Kernels in Keras' order (HWIO): `layout keras`.",
    ...needsFile,
  },
  'weights/unused': {
    severity: 'warning',
    message: '{count} of the tensors in {file} are not used by {net}',
    explain:
      'The file holds more than the net asks for. That is right for a net that is a part of the other; otherwise a layer is missing or has another name.',
    ...needsFile,
  },
  'weights/not-finite': {
    severity: 'error',
    message: '{tensor} in {file} holds {what}',
    explain:
      'NaN or infinity in a weight makes every result NaN. Most probably the training that wrote the file diverged.',
    ...needsFile,
  },
  'weights/beyond-i16': {
    severity: 'error',
    message: '{tensor} of {net} has numbers that 16-bit integers with a scale cannot hold',
    explain:
      '`--weights-type i16` stores each filter as integers and one scale: infinity, NaN and numbers beyond 2¹²⁷ have none. The numbers meant are those that ' +
      'the program uses: a convolution with its batch norm folded in, whose scale grows where the variance is close to zero. Build with `--weights-type f32`.',
    ...needsFile,
  },
  'weights/other-normalisation': {
    severity: 'warning',
    message: '{file} was written for another preprocessing of {input}',
    explain:
      'Files of weights that cnnc writes for a net note what the net does to its inputs (`scale`, `mean`, `std`, `order`), as metadata `cnnc.input.<name>`. Weights trained on numbers from 0 to 1 give wrong results for numbers from 0 to 255. Write the input as in training; or, where the net is right, convert the weights anew with `--like`.',
    ...needsFile,
  },
  'weights/moves-nothing': {
    severity: 'warning',
    message: 'moved {from} -> {to} renames no weight',
    explain:
      '`moved old -> new` says that the weights which a file has under the old path are those which the net has under the new one. So the new path is one of the net (`cnnc summary` lists them), and both have the same wildcards. Renames are not followed one after another: each line leads from an old path to the one of now.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nmoved stem -> body',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nmoved stem -> y',
  },
  'weights/moved-twice': {
    severity: 'warning',
    message: 'moved {from} is said twice: to {first}, and to {to}',
    explain:
      'Both lines lead from one old path, so two layers of a net would begin with the same weights. Usually the second was copied from the first and still has its old path. Two nets of a file may each have a rename of their own.',
    bad: 'net N {\n  in x: f32[4]\n  h = x -> dense(4) -> relu\n  y = h -> dense(4)\n  out z: tensor(y)\n}\nmoved stem -> h\nmoved stem -> y',
    good: 'net N {\n  in x: f32[4]\n  h = x -> dense(4) -> relu\n  y = h -> dense(4)\n  out z: tensor(y)\n}\nmoved stem -> h\nmoved head -> y',
  },
  'weights/matches-nothing': {
    severity: 'warning',
    message: '`{pattern}` matches no weight of {net}',
    explain:
      'A pattern after `except` or in `moved` names no weight of this net, so it does nothing. `cnnc summary` lists the paths.',
    bad: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nweights N from "./n.safetensors" except logits.**',
    good: 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  out z: tensor(y)\n}\nweights N from "./n.safetensors" except y.**',
  },
  'weights/bad-manifest': {
    severity: 'error',
    message: '{file} is not a TensorFlow.js weights manifest: {reason}',
    explain:
      'Expected is `model.json` (with `weightsManifest`) or `*-weights_manifest.json`: groups of `paths` and `weights`, each weight with `name`, `shape` and `dtype`.',
    ...needsFile,
  },
  'weights/bad-map': {
    severity: 'error',
    message: '{file} is not a name map: {reason}',
    explain:
      'A name map is a JSON object `{ "path in the .cnn file": "name in the manifest" }`; docs/weights.md describes it.',
    ...needsFile,
  },
  'weights/unmapped': {
    severity: 'error',
    message: '{count} names of {file} do not fit the manifest',
    explain:
      'A name on the right side of the map is not in the manifest, or its tensor cannot take the layout. The notes list each.',
    ...needsFile,
  },
} as const satisfies Record<string, DiagnosticEntry>;
