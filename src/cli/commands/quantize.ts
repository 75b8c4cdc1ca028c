/** `cnnc quantize`: finds the ranges of a net's values on example inputs, writes them, and says what 8-bit integers cost and gain. */
import type { Command } from 'commander';
import type { Precisions } from '../../compiler/5-optimize/quantize/index.ts';
import type { Comparison, OutputDifference, ValueNoise } from '../../quantize/compare.ts';
import type { Example } from '../data.ts';
import type { ExitCode } from '../failure.ts';
import type { NetOptions } from '../nets.ts';
import type { Gain } from '../quantizing.ts';
import {
  colors,
  count,
  say,
  showDiagnostics,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import type { WeightOptions } from '../weights.ts';
import { addNetOptions, addWeightOptions, positiveOf, wholeOf } from '../options.ts';

interface Options extends NetOptions, WeightOptions, CommonOptions {
  readonly data: string;
  readonly examples: string;
  readonly out?: string;
  readonly speed: string;
}

const examples = `
Examples
  cnnc quantize cats.cnn --weights cats.safetensors --data photos      → Cats.ranges.json, and a report
  cnnc build cats.cnn --weights cats.safetensors --quantize Cats.ranges.json --out cats
  cnnc run cats.cnn --weights cats.safetensors --quantize Cats.ranges.json --input photo=cat.jpg

Half of the examples calibrate, the others are compared (all do both where there are fewer than eight). docs/quantization.md says more.`;

export function addQuantize(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('quantize')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('calibrate a net for 8-bit integers')
    .description(
      'Runs a net on example inputs and writes the range of every value that 8-bit integers will hold. With that file, build,\nrun and profile take the net in integers: a quarter of the download, deep nets about twice as fast. Prints how near it comes.',
    )
    .requiredOption('--data <folder>', 'pictures or .npy files like those that the net will see');
  addWeightOptions(addNetOptions(command))
    .option('--examples <n>', 'examples to take from the folder, evenly spread', '64')
    .option(
      '--speed <times>',
      'as many times as fast as in floats, estimated; what integers save beyond goes to the layers whose rounding costs most',
      '2',
    )
    .option('--out <file>', 'the file to write; default: <net>.ranges.json')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await quantize(file, options)));
}

/** With fewer examples, all of them calibrate and are compared. */
const leastToSplit = 8;

async function quantize(file: string, options: Options): Promise<ExitCode> {
  const most = wholeOf('--examples', options.examples, { from: 1 });
  const speed = positiveOf('--speed', options.speed);
  const { openNet } = await import('../nets.ts');
  const { weightsOf } = await import('../weights.ts');
  const { readExamples } = await import('../data.ts');
  const { calibrationOf, compareOn, gainOf, rangesOver } = await import('../quantizing.ts');
  const { precisionsFor } = await import('../sensitivity.ts');
  const { progressLine } = await import('../progress.ts');
  const { rangesWith } = await import('../../compiler/5-optimize/quantize/index.ts');
  const { printRanges } = await import('../../quantize/ranges-file.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const net = openNet(file, options);
  const weights = await weightsOf(net, options);
  if (!options.json) showDiagnostics([...net.diagnostics, ...weights.diagnostics], {});
  if (!weights.trained) say(colors.yellow(`no weights given: calibrating ${weights.origin}`), options);
  const calibration = calibrationOf(net, weights.source);
  const all = await readExamples(net.graph, options.data, most);
  const { calibrating, compared } = split(all);
  say(
    colors.dim(`calibrating on ${count(calibrating.length, 'example')}, comparing ${compared.length}`),
    options,
  );
  const values = await rangesOver(calibration, calibrating);
  const progress = progressLine(options);
  const layers = await precisionsFor(calibration, values, calibrating, {
    speed,
    show: progress.show,
  }).finally(progress.end);
  const ranges = rangesWith(calibration.optimized, values, layers);
  const out = options.out ?? `${net.graph.name}.ranges.json`;
  const text = printRanges({ net: net.graph.name, examples: calibrating.length, ranges });
  writeAtomic(out, [new TextEncoder().encode(text)]);
  const comparison = await compareOn(calibration, ranges, compared);
  const gain = await gainOf(calibration, ranges, all[0] as Example);
  const shared = {
    net: net.graph.name,
    out,
    calibrated: calibrating.length,
    compared: compared.length,
    layers,
  };
  if (options.json) writeJson({ ...shared, ...figures(comparison, gain) });
  else print(shared, comparison, gain);
  return 0;
}

function split(all: readonly Example[]): {
  readonly calibrating: readonly Example[];
  readonly compared: readonly Example[];
} {
  if (all.length < leastToSplit) return { calibrating: all, compared: all };
  return { calibrating: all.filter((_, i) => i % 2 === 0), compared: all.filter((_, i) => i % 2 === 1) };
}

function figures(comparison: Comparison, { bytes, ms }: Gain): object {
  return {
    outputs: comparison.outputs(),
    values: comparison.values(),
    bytes: { f32: bytes[0], int8: bytes[1] },
    ms: { f32: ms[0], int8: ms[1] },
  };
}

interface Done {
  readonly net: string;
  readonly out: string;
  readonly compared: number;
  readonly layers: Precisions;
}

/** So many of the values that lose most are shown. */
const mostShown = 8;

function print({ net, out, compared, layers }: Done, comparison: Comparison, gain: Gain): void {
  writeLine(`${colors.green('✓')} ${net} → ${out}`);
  const worst = comparison.values().toSorted((a, b) => a.decibels - b.decibels);
  for (const [precision, what] of [
    ['floats', 'in floats'],
    ['fine', 'on two digits'],
  ]) {
    const names = Object.keys(layers).filter((name) => layers[name] === precision);
    if (names.length > 0) writeLine(`${what}: ${names.join(', ')}`);
  }
  writeLine(`\nvalues that lose most (signal to noise), of ${worst.length}`);
  const width = Math.max(...worst.slice(0, mostShown).map(({ name }) => name.length));
  for (const value of worst.slice(0, mostShown)) writeLine(`  ${value.name.padEnd(width)}  ${noise(value)}`);
  writeLine(`\noutputs on ${count(compared, 'example')}`);
  for (const output of comparison.outputs()) writeLine(`  ${outputText(output)}`);
  const [before, after] = gain.bytes.map((bytes) => `${(bytes / 1e6).toFixed(2)} MB`);
  const [slow, fast] = gain.ms;
  writeLine(`\nweights  ${before} → ${after}  (${percent(gain.bytes[1] / gain.bytes[0])})`);
  writeLine(
    `time     ${slow.toFixed(2)} ms → ${fast.toFixed(2)} ms  (${(slow / fast).toFixed(1)} times as fast)`,
  );
  const note = slownessNote(net, gain);
  if (note) writeLine(`\n${colors.yellow('note')} ${note}`);
}

/** What to say where integers gain no time. */
export function slownessNote(net: string, { bytes, ms: [slow, fast] }: Gain): string | undefined {
  if (slow >= leastGain * fast) return undefined;
  const saved = ((bytes[0] - bytes[1]) / 1000).toFixed(0);
  return `${net} is not faster in integers here: its layers are too small to pay for the way back to bytes. They save ${saved} kB of download.`;
}

/** Times as fast, below which it is not worth a word. */
const leastGain = 1.1;

function noise({ decibels }: Pick<ValueNoise, 'decibels'>): string {
  return Number.isFinite(decibels) ? `${decibels.toFixed(1)} dB` : 'exact';
}

function outputText({ name, sameTop, most, decibels }: OutputDifference): string {
  const top = sameTop === undefined ? '' : `  same largest element ${percent(sameTop)}`;
  return `${name}  ${noise({ decibels })}  largest difference ${most.toPrecision(2)}${top}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
