/** `cnnc profile`: where the time of an inference goes, step by step, against the multiply-add limit of this machine. */
import type { Command } from 'commander';
import type { Profile } from '../../profile/measure.ts';
import { UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions, OpenNet } from '../nets.ts';
import { quantizeOption, type QuantizeOptions } from '../ranges.ts';
import {
  colors,
  say,
  showDiagnostics,
  shownName,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import { tuningHelp, type TuningOptions } from '../tuning.ts';
import type { WeightOptions } from '../weights.ts';
import { addRunOptions, wholeOf, wideOf } from '../options.ts';
import { algorithmText, tableText, type Column } from '../table.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends NetOptions, WeightOptions, QuantizeOptions, TuningOptions, CommonOptions {
  readonly input: readonly string[];
  readonly runs: string;
  readonly sort: string;
  readonly svg?: string;
  readonly wide: string;
}

const examples = `
Examples
  cnnc profile resnet.cnn --net ResNet50 --sort time
  cnnc profile faces.cnn --weights faces.safetensors --input photo=group.jpg --svg profile.svg
  cnnc profile net.cnn --size image=320x320 --runs 50 --json

GFLOPS are two per multiply-accumulate of the direct convolution: Winograd and Strassen, which need fewer, may pass the limit.`;

export function addProfile(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('profile')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('show where the time of an inference goes')
    .description(
      'Compiles a net to WebAssembly, runs it, and shows for every step its time, its GFLOPS and how much that is of the most\nthat multiply-adds reach on this machine (measured between the runs), the algorithm chosen, and the bytes it touches.',
    );
  addRunOptions(command)
    .option('--runs <n>', 'measured inferences; the median counts', '20')
    .option('--sort <by>', 'order (of execution) or time', 'order')
    .option(...quantizeOption)
    .option('--tuning <file>', tuningHelp)
    .option('--svg <file>', 'write a chart')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await profile(file, options)));
}

async function profile(file: string, options: Options): Promise<ExitCode> {
  const runs = wholeOf('--runs', options.runs, { from: 1 });
  const wide = wideOf(options.wide);
  if (options.sort !== 'order' && options.sort !== 'time')
    throw new UsageFailure(`--sort is order or time, not ${options.sort}`);
  const { openNet } = await import('../nets.ts');
  const net = openNet(file, options);
  const measured = await measureNet(net, options, { runs, wide });
  const sorted =
    options.sort === 'time'
      ? { ...measured, steps: measured.steps.toSorted((a, b) => b.ms - a.ms) }
      : measured;
  if (options.svg !== undefined) await writeSvg(options.svg, sorted);
  if (options.json) writeJson(sorted);
  else await print(sorted);
  return 0;
}

async function measureNet(
  net: OpenNet,
  options: Options,
  { runs, wide }: { readonly runs: number; readonly wide: 'auto' | 'off' },
): Promise<Profile> {
  const { weightsOf } = await import('../weights.ts');
  const { planOf, ownVariant } = await import('../wasm.ts');
  const { rangesFor } = await import('../ranges.ts');
  const { measure } = await import('../../profile/measure.ts');
  const weights = await weightsOf(net, options);
  if (!options.json) showDiagnostics([...net.diagnostics, ...weights.diagnostics], {});
  const { inputsOrNoise } = await import('../noise.ts');
  const { tuningOf } = await import('../tuning.ts');
  const inputs = await inputsOrNoise(net, options.input);
  const tuning = tuningOf(net.file, options);
  say(colors.dim(`measuring ${runs} inferences with ${weights.origin}`), options);
  const planned = planOf(net.graph, {
    variant: ownVariant({ wide }),
    show: net.project.show,
    ranges: rangesFor(net, options),
    pick: tuning.pick,
  });
  if (!options.json) showDiagnostics(tuning.notes(), {});
  return measure(planned, { weights: weights.source, inputs, runs });
}

async function writeSvg(path: string, profile: Profile): Promise<void> {
  const { chart } = await import('../../profile/chart.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  writeAtomic(path, [new TextEncoder().encode(chart(profile))]);
}

const columns: readonly Column[] = [
  { head: 'layer', align: 'left' },
  { head: 'output', align: 'left' },
  { head: 'algorithm', align: 'left' },
  { head: 'time', align: 'right' },
  { head: 'of all', align: 'right' },
  { head: 'GFLOPS', align: 'right' },
  { head: 'of limit', align: 'right' },
  { head: 'bytes', align: 'right' },
];

async function print(profile: Profile): Promise<void> {
  const { percent, time } = await import('../../profile/chart.ts');
  const rows = profile.steps.map((step) => [
    step.path,
    step.output.join('x') || 'scalar',
    algorithmText(step),
    time(step.ms),
    percent(step.share),
    step.macs > 0 ? step.gflops.toFixed(1) : '',
    step.macs > 0 ? percent(step.ofLimit) : '',
    showCount(step.bytes),
  ]);
  const { net, ms, runs, gflops, limit, macs } = profile;
  writeLine(`${colors.bold(shownName(net))}\n${tableText(columns, rows)}`);
  writeLine(`${time(ms)} per inference (median of ${runs}), ${showCount(macs)} multiplications`);
  writeLine(
    `${gflops.toFixed(1)} GFLOPS, ${percent(gflops / limit)} of the multiply-add limit of ${limit.toFixed(1)} GFLOPS`,
  );
}
