/** `cnnc run`: one inference on files, on any target. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions } from '../nets.ts';
import { quantizeOption, type QuantizeOptions } from '../ranges.ts';
import { addRunOptions, wideOf } from '../options.ts';
import { outputJson, outputLines } from '../outputs.ts';
import { decode, runners, targetOf, type RunOutput } from '../running.ts';
import { colors, say, showDiagnostics, writeJson, writeLine, type CommonOptions } from '../terminal.ts';
import { tuningHelp, type TuningOptions } from '../tuning.ts';
import type { WeightOptions } from '../weights.ts';

interface Options extends NetOptions, WeightOptions, QuantizeOptions, TuningOptions, CommonOptions {
  readonly input: readonly string[];
  readonly target: string;
  readonly wide: string;
  readonly save?: string;
}

const examples = `
Examples
  cnnc run faces.cnn --weights faces.safetensors --input photo=group.jpg
  cnnc run lenet.cnn --net LeNet5 --seed 1 --input digit=seven.png --json
  cnnc run net.cnn --input x=signal.npy --target eval --save out      out/<output>.npy`;

export function addRun(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('run')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('run a net on a picture or numbers')
    .description(
      'Runs a net once. Pictures of any size and format are fitted as the net says; .npy files must have the shape of the input.\nWithout weights the initial values of seed 0 are used.',
    );
  addRunOptions(command, {
    input: 'a picture or a .npy file (may be repeated)',
    wide: '256-bit tiles on --target wasm',
  })
    .option('--fully-convolutional', 'one pass over a larger input (--size) instead of window by window')
    .option('--target <target>', 'wasm, tfjs (TensorFlow.js) or eval (plain loops)', 'wasm')
    .option(...quantizeOption)
    .option('--tuning <file>', tuningHelp)
    .option('--save <folder>', 'write every output as .npy')
    .option('--json', 'print JSON; outputs of up to 4096 numbers are in it')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await run(file, options)));
}

async function run(file: string, options: Options): Promise<ExitCode> {
  const target = targetOf(options.target);
  const wide = wideOf(options.wide);
  const { openNet } = await import('../nets.ts');
  const { slidingLines } = await import('../sliding.ts');
  const { weightsOf } = await import('../weights.ts');
  const { readInputs } = await import('../inputs.ts');
  const { rangesFor } = await import('../ranges.ts');
  if (options.tuning !== undefined && target !== 'wasm')
    throw new UsageFailure('--tuning is for --target wasm: the others have no algorithms to choose');
  if (options.quantize !== undefined && target === 'tfjs')
    throw new UsageFailure('--quantize is for the targets wasm and eval: TensorFlow.js computes in floats');
  const net = openNet(file, options);
  const ranges = rangesFor(net, options);
  const weights = await weightsOf(net, options);
  const given = await readInputs(net, options.input);
  if (!options.json) showDiagnostics([...net.diagnostics, ...weights.diagnostics], {});
  if (!weights.trained && options.seed === undefined)
    say(colors.dim(`no weights given: running with ${weights.origin}`), options);
  for (const line of net.sliding ? slidingLines(net.sliding) : []) say(line, options);
  const { tuningOf } = await import('../tuning.ts');
  const tuning = tuningOf(file, options);
  const run = await runners[target](net, { weights: weights.source, wide, ranges, pick: tuning.pick });
  if (!options.json) showDiagnostics(tuning.notes(), {});
  const outputs = await decode(net.graph, await run(given.tensors), given.seen);
  if (options.save !== undefined) await save(options.save, outputs);
  if (options.json)
    writeJson({ net: net.graph.name, target, weights: weights.origin, outputs: outputs.map(outputJson) });
  else for (const line of outputs.flatMap(outputLines)) writeLine(line);
  return 0;
}

/** `<output>.npy`, or `<output>.<branch>.npy` where it has several. */
async function save(folder: string, outputs: readonly RunOutput[]): Promise<void> {
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const { writeNpy } = await import('../../weights/npy.ts');
  for (const { output, tensors } of outputs)
    for (const [i, tensor] of tensors.entries()) {
      const name = tensors.length === 1 ? `${output.name}.npy` : `${output.name}.${i}.npy`;
      writeAtomic(join(folder, name), [writeNpy(tensor)]);
    }
}
