/** `cnnc weights ls` and `cnnc weights convert`: what a weights file holds, and files from TensorFlow.js. */
import type { Command } from 'commander';
import { InputFailure, UsageFailure, type ExitCode } from '../failure.ts';
import { colors, count, say, writeJson, writeLine, type CommonOptions } from '../terminal.ts';

interface ConvertOptions extends CommonOptions {
  readonly map: string;
  readonly out: string;
  readonly like?: string;
  readonly net?: string;
}

export function addWeights(program: Command, end: (code: ExitCode) => void): void {
  const weights = program
    .command('weights')
    .summary('list and convert files of weights')
    .description('Works on files of weights (safetensors). docs/weights.md describes them.');
  weights
    .command('ls')
    .argument('<file>', 'a safetensors file')
    .summary('list the tensors of a file')
    .description('Lists the tensors of a safetensors file: name, shape, number format.')
    .option('--json', 'print JSON')
    .action(async (file: string, options: CommonOptions) => end(await list(file, options)));
  weights
    .command('convert')
    .argument('<manifest>', 'model.json or *-weights_manifest.json of TensorFlow.js, its shards beside it')
    .summary('convert a TensorFlow.js manifest to safetensors')
    .description(
      'Converts the weights of a TensorFlow.js manifest (float32, float16, uint8 and uint16) to safetensors, renamed by a map\nand reordered to the layout of cnnc.',
    )
    .requiredOption('--map <file>', 'JSON: { "path in the net": "name in the manifest" }')
    .requiredOption('--out <file>', 'the safetensors file to write')
    .option('--like <file>', 'a .cnn file whose net the weights are for: notes how its inputs are normalised')
    .option('--net <name>', 'which net of that file')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample\n  cnnc weights convert model.json --map names.json --out net.safetensors',
    )
    .action(async (manifest: string, options: ConvertOptions) => end(await convert(manifest, options)));
}

async function list(path: string, { json }: CommonOptions): Promise<ExitCode> {
  const { openSafetensors } = await import('../../weights/safetensors.ts');
  const { file, diagnostics } = openSafetensors(path);
  if (!file) throw new InputFailure(diagnostics);
  const tensors = [...file.entries.values()].map(({ name, dtype, shape, bytes }) => ({
    name,
    dtype,
    shape,
    bytes,
  }));
  file.close();
  if (json) {
    writeJson({ file: path, metadata: file.metadata, tensors });
    return 0;
  }
  const width = Math.max(0, ...tensors.map(({ name }) => name.length));
  for (const { name, dtype, shape } of tensors)
    writeLine(`${name.padEnd(width)}  ${colors.dim(dtype.padEnd(4))}  ${shape.join('x') || 'one number'}`);
  const numbers = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  writeLine(colors.dim(`${count(tensors.length, 'tensor')}, ${count(numbers, 'number')}`));
  return 0;
}

async function convert(manifest: string, options: ConvertOptions): Promise<ExitCode> {
  const { map, out, json, like, net } = options;
  if (net !== undefined && like === undefined)
    throw new UsageFailure('--net is which net of the file of --like');
  const { convertTfjs } = await import('../../weights/convert-tfjs.ts');
  const { writeSafetensors } = await import('../../weights/write-safetensors.ts');
  const { tensors, unused, diagnostics } = convertTfjs(manifest, map);
  if (!tensors) throw new InputFailure(diagnostics);
  writeSafetensors(out, tensors, { source: 'tensorflow.js', ...(await normalisationLike(options)) });
  const numbers = tensors.reduce((sum, { data }) => sum + data.length, 0);
  if (json) writeJson({ file: out, tensors: tensors.map(({ name, shape }) => ({ name, shape })), unused });
  else {
    writeLine(`${out}: ${count(tensors.length, 'tensor')}, ${count(numbers, 'number')}`);
    if (unused.length > 0) say(`not in the map: ${unused.join(', ')}`, {});
  }
  return 0;
}

/** Metadata that says what the net of `--like` does to its inputs. */
async function normalisationLike({ like, net }: ConvertOptions): Promise<Readonly<Record<string, string>>> {
  if (like === undefined) return {};
  const { openNet } = await import('../nets.ts');
  const { preprocessingMetadata } = await import('../../weights/preprocessing.ts');
  return preprocessingMetadata(openNet(like, net === undefined ? {} : { net }).graph);
}
