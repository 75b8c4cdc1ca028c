/** `cnnc tune`: measures the algorithms of every layer on this machine and writes the choices beside the source. */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Command } from 'commander';
import type { Engine } from '../../compiler/6-plan/plan.ts';
import type { LayerResult, TuneResult } from '../../tune/tune.ts';
import type { MeasuredChoice, TuningFile } from '../../tune/tuning-file.ts';
import type { ExitCode } from '../failure.ts';
import type { NetOptions, OpenNet } from '../nets.ts';
import {
  colors,
  count,
  say,
  showDiagnostics,
  shownName,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import type { WeightOptions } from '../weights.ts';
import { addRunOptions, positiveOf, wideOf } from '../options.ts';
import { algorithmText, tableText, type Column } from '../table.ts';

interface Options extends NetOptions, WeightOptions, CommonOptions {
  readonly input: readonly string[];
  readonly wide: string;
  readonly budget: string;
  readonly out?: string;
}

const examples = `
Examples
  cnnc tune resnet.cnn --net ResNet50                  → resnet.tune.json, which build, run and profile then follow
  cnnc tune resnet.cnn --net ResNet50 --wide off       for 128-bit vectors (browsers); both stand in the same file
  cnnc tune faces.cnn --budget 20 --out node.tune.json    then: cnnc build faces.cnn --tuning node.tune.json --out faces`;

export function addTune(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('tune')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('measure which algorithms are fastest on this machine')
    .description(
      'Runs every layer with some dozens of algorithms and tile sizes, inside the whole net and in turns with the choice of the cost\nmodel, and writes what is faster to a file. Layers of the same shape are measured once. Nets of one file share it.',
    );
  addRunOptions(command)
    .option('--budget <seconds>', 'about how long to measure', '60')
    .option('--out <file>', 'where to write; default: the name of the source with .tune.json')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await tuneFile(file, options)));
}

async function tuneFile(file: string, options: Options): Promise<ExitCode> {
  const budget = positiveOf('--budget', options.budget, 'a number of seconds');
  const wide = wideOf(options.wide);
  const { openNet } = await import('../nets.ts');
  const { engines, ownVariant } = await import('../wasm.ts');
  const { readTuning, tuningPath } = await import('../tuning.ts');
  const { printTuning, withLayers } = await import('../../tune/tuning-file.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const net = openNet(file, options);
  const out = options.out ?? tuningPath(file);
  const before: TuningFile = existsSync(out) ? readTuning(out) : { engines: {} };
  const variant = ownVariant({ wide });
  const result = await measureNet(net, options, { engine: engines[variant], budgetMs: 1000 * budget });
  const better = isWorthIt(result) ? result.layers.filter(({ model, best }) => best !== model) : [];
  const layers = better.map(({ layer, model, best }) => ({ layer, ...rounded(best), model: rounded(model) }));
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}`;
  const measured = result.layers.map(({ layer }) => layer);
  const after = withLayers(before, variant, { machine, layers, measured });
  writeAtomic(out, [new TextEncoder().encode(printTuning(after))]);
  if (options.json) writeJson({ name: net.graph.name, variant, out, ...result });
  else await print(net.graph.name, result, { out, written: layers.length });
  return 0;
}

async function measureNet(
  net: OpenNet,
  options: Options,
  how: { readonly engine: Engine; readonly budgetMs: number },
): Promise<TuneResult> {
  const { weightsOf } = await import('../weights.ts');
  const { inputsOrNoise } = await import('../noise.ts');
  const { optimize } = await import('../../compiler/5-optimize/index.ts');
  const { tune } = await import('../../tune/tune.ts');
  const weights = await weightsOf(net, options);
  if (!options.json) showDiagnostics([...net.diagnostics, ...weights.diagnostics], {});
  const inputs = await inputsOrNoise(net, options.input);
  say(colors.dim(`measuring with ${weights.origin}, about ${how.budgetMs / 1000} s`), options);
  const { progressLine } = await import('../progress.ts');
  const line = progressLine(options);
  try {
    return await tune(optimize(net.graph), { ...how, weights: weights.source, inputs, progress: line.show });
  } finally {
    line.end();
  }
}

/** How much slower a whole net may seem by chance. */
const netNoise = 0.02;

/** Layers that are faster one by one may be slower together (other borders, other copies): then nothing is written. */
function isWorthIt({ net }: TuneResult): boolean {
  return net.tuned < net.model * (1 + netNoise);
}

function rounded({ algorithm, tuning, ms }: MeasuredChoice): MeasuredChoice {
  return { algorithm, tuning, ms: Number(ms.toPrecision(4)) };
}

const columns: readonly Column[] = [
  { head: 'layer', align: 'left' },
  { head: 'times', align: 'right' },
  { head: 'measured', align: 'right' },
  { head: 'model', align: 'left' },
  { head: 'time', align: 'right' },
  { head: 'fastest', align: 'left' },
  { head: 'time', align: 'right' },
  { head: 'gain', align: 'right' },
];

async function print(
  net: string,
  result: TuneResult,
  { out, written }: { readonly out: string; readonly written: number },
): Promise<void> {
  const { percent, time } = await import('../../profile/chart.ts');
  const rows = result.layers.map((layer) => cells(layer, { time, percent }));
  writeLine(`${colors.bold(shownName(net))}\n${tableText(columns, rows)}`);
  const { model, tuned } = result.net;
  const change = `${time(model)} → ${time(tuned)} per inference`;
  if (written > 0)
    writeLine(`${change}, ${(model / tuned).toFixed(3)} times as fast; ${count(written, 'choice')} → ${out}`);
  else writeLine(`${change}: the choices of the cost model stay`);
}

function cells(
  { layer, count: times, variants, model, best }: LayerResult,
  show: { readonly time: (ms: number) => string; readonly percent: (share: number) => string },
): string[] {
  const first = [layer, `${times}`, `${variants}`, algorithmText(model), show.time(model.ms)];
  return best === model
    ? [...first, '', '', '']
    : [...first, algorithmText(best), show.time(best.ms), show.percent(1 - best.ms / model.ms)];
}
