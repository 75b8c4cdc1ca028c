/** `cnnc run`: one inference on files, on any target. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Picker } from '../../compiler/6-plan/index.ts';
import type { Graph, GraphOutput } from '../../compiler/ir/graph.ts';
import type { Tensor } from '../../compiler/ir/type.ts';
import type { Ranges } from '../../compiler/5-optimize/quantize/index.ts';
import type { WeightSource } from '../../compiler/ops/evaluate.ts';
import type { OutputValue, Seen } from '../../runtime/output.ts';
import { fail, UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions, OpenNet } from '../nets.ts';
import { quantizeOption, type QuantizeOptions } from '../ranges.ts';
import { addRunOptions, wideOf } from '../options.ts';
import { outputJson, outputLines } from '../outputs.ts';
import { colors, say, showDiagnostics, writeJson, writeLine, type CommonOptions } from '../terminal.ts';
import { tuningHelp, type TuningOptions } from '../tuning.ts';
import type { WeightOptions } from '../weights.ts';

export type Target = 'wasm' | 'tfjs' | 'eval';

interface Options extends NetOptions, WeightOptions, QuantizeOptions, TuningOptions, CommonOptions {
  readonly input: readonly string[];
  readonly target: string;
  readonly wide: string;
  readonly save?: string;
}

/** One output of a run: the raw tensors and what they mean. */
export interface RunOutput {
  readonly output: GraphOutput;
  readonly tensors: readonly Tensor[];
  readonly value: OutputValue;
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
  const given = await readInputs(net.graph, options.input);
  if (!options.json) showDiagnostics([...net.diagnostics, ...weights.diagnostics], {});
  if (!weights.trained && options.seed === undefined)
    say(colors.dim(`no weights given: running with ${weights.origin}`), options);
  for (const line of net.sliding ? slidingLines(net.sliding) : []) say(line, options);
  const { tuningOf } = await import('../tuning.ts');
  const tuning = tuningOf(file, options);
  const raw = await runners[target](net, given.tensors, {
    weights: weights.source,
    wide,
    ranges,
    pick: tuning.pick,
  });
  if (!options.json) showDiagnostics(tuning.notes(), {});
  const outputs = await decode(net.graph, raw, given.seen);
  if (options.save !== undefined) await save(options.save, outputs);
  if (options.json)
    writeJson({ net: net.graph.name, target, weights: weights.origin, outputs: outputs.map(outputJson) });
  else for (const line of outputs.flatMap(outputLines)) writeLine(line);
  return 0;
}

/** The target of that name; ends the command where there is none. */
export function targetOf(text: string): Target {
  const target = (['wasm', 'tfjs', 'eval'] as const).find((known) => known === text);
  if (target) return target;
  throw new UsageFailure(`--target is wasm, tfjs or eval, not ${text}`);
}

type Results = Readonly<Record<string, readonly Tensor[]>>;
type Inputs = Readonly<Record<string, Tensor>>;

interface RunnerOptions {
  readonly weights: WeightSource;
  /** Whether the wasm target may take 256-bit tiles. */
  readonly wide: 'auto' | 'off';
  /** In 8-bit integers, by these ranges. */
  readonly ranges?: Ranges | undefined;
  /** Algorithms of the wasm target. */
  readonly pick?: Picker | undefined;
}

/** How each target runs a net. */
export const runners: Readonly<
  Record<Target, (net: OpenNet, inputs: Inputs, options: RunnerOptions) => Promise<Results>>
> = {
  wasm: async ({ graph, project }, inputs, { weights, wide, ranges, pick }) => {
    const { compileVariant, ownVariant, runWasm } = await import('../wasm.ts');
    const variant = ownVariant({ wide });
    return runWasm(compileVariant(graph, weights, { variant, show: project.show, ranges, pick }), inputs);
  },
  eval: async ({ graph }, inputs, { weights, ranges }) => {
    const { evaluate } = await import('../../compiler/ops/evaluate.ts');
    const { inferenceGraph } = await import('../wasm.ts');
    return evaluate(ranges ? inferenceGraph(graph, ranges) : graph, inputs, weights);
  },
  tfjs: async ({ graph }, inputs, { weights }) => {
    const { runTfjs, TfjsMissingError } = await import('../../compiler/7-emit/tfjs/run.ts');
    try {
      return await runTfjs(graph, inputs, weights, { backend: 'cpu' });
    } catch (error) {
      if (!(error instanceof TfjsMissingError)) throw error;
      const missing = error.message.split(' ')[0] ?? '';
      return fail('build/needs-package', { target: '--target tfjs', package: missing }, graph.name, {
        fixes: [{ title: 'npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-cpu', edits: [] }],
      });
    }
  },
};

/** What the raw outputs mean. */
export async function decode(
  graph: Graph,
  raw: Results,
  seen: Seen | undefined,
): Promise<readonly RunOutput[]> {
  const { decodeOutput } = await import('../../runtime/output.ts');
  const { decodeHeads } = await import('../../vision/decode-heads.ts');
  const { manifestKind } = await import('../manifest-kind.ts');
  return graph.outputs.map((output) => {
    const tensors = raw[output.name] ?? [];
    const values = tensors.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) }));
    const value = decodeOutput({ output: manifestKind(output) }, values, { seen, detect: decodeHeads });
    return { output, tensors, value };
  });
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
