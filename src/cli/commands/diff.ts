/** `cnnc diff`: what changes between two versions of a net, and whether saved weights still fit. */
import type { Command } from 'commander';
import { UsageFailure, type ExitCode } from '../failure.ts';
import type { Figures, LayerDiff } from '../diffing/layers.ts';
import type { WeightsDiff } from '../diffing/weights.ts';
import { colors, count, shownName, writeJson, writeLine, type CommonOptions } from '../terminal.ts';
import { collect } from '../options.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends CommonOptions {
  readonly net: readonly string[];
  readonly size: readonly string[];
  readonly all?: boolean;
  readonly exitCode?: boolean;
}

interface Diff {
  readonly before: Figures & { readonly net: string };
  readonly after: Figures & { readonly net: string };
  readonly layers: readonly LayerDiff[];
  readonly weights: WeightsDiff;
}

const examples = `
Examples
  cnnc diff old/resnet.cnn resnet.cnn --net ResNet50
  cnnc diff resnet.cnn resnet.cnn --net ResNet18 --net ResNet34     two nets of one file
  git show HEAD:net.cnn > old.cnn && cnnc diff old.cnn net.cnn --exit-code`;

export function addDiff(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('diff')
    .argument('<before>', 'a .cnn file')
    .argument('<after>', 'a .cnn file')
    .summary('compare two versions of a net')
    .description(
      'Compares two nets: layers, shapes, parameters, multiplications, receptive fields; and whether weights that were saved for\nthe first still fit the second: which are new, gone or reshaped, and the `moved` lines for those that are renamed.',
    )
    .option(
      '--net <name>',
      'which net of the files (given twice: of the first, then of the second)',
      collect,
      [],
    )
    .option('--size <name=HxW>', 'size of an input in both (may be repeated)', collect, [])
    .option('--all', 'also layers that only follow what changes before them')
    .option('--exit-code', 'exit code 1 where saved weights do not fit')
    .option('--json', 'print { before, after, layers, weights }')
    .addHelpText('after', examples)
    .action(async (before: string, after: string, options: Options) =>
      end(await diff(before, after, options)),
    );
}

async function diff(before: string, after: string, options: Options): Promise<ExitCode> {
  const { openNet } = await import('../nets.ts');
  const { movesOf } = await import('../../compiler/index.ts');
  const { diffWeights } = await import('../diffing/weights.ts');
  const { diffLayers } = await import('../diffing/layers.ts');
  const [first, second = first, ...others] = options.net;
  if (others.length > 0)
    throw new UsageFailure('--net is given twice at most: of the first, then of the second');
  const open = (file: string, net: string | undefined): ReturnType<typeof openNet> =>
    openNet(file, { size: options.size, ...(net === undefined ? {} : { net }) });
  const [old, now] = [open(before, first), open(after, second)];
  const written = movesOf(now.model);
  const weights = diffWeights(old.graph, now.graph, written);
  const found = diffLayers(old.graph, now.graph, [...written, ...weights.moves]);
  const result: Diff = {
    before: { net: old.graph.name, ...found.before },
    after: { net: now.graph.name, ...found.after },
    layers: found.layers,
    weights,
  };
  if (options.json) writeJson({ ...result, layers: result.layers.map(layerJson) });
  else print(result, options);
  return options.exitCode && weights.fit < weights.total ? 1 : 0;
}

function layerJson(layer: LayerDiff): object {
  if (layer.kind === 'changed') return layer;
  const { op, shape, params, macs, inputs } = layer.layer;
  return { kind: layer.kind, path: layer.path, op, output: shape, params, macs, inputs };
}

function print({ before, after, layers, weights }: Diff, { all }: Options): void {
  const title = before.net === after.net ? before.net : `${before.net} → ${after.net}`;
  writeLine(colors.bold(shownName(title)));
  const shown = layers.filter((layer) => all || layer.kind !== 'changed' || layer.own);
  for (const layer of shown) writeLine(`  ${layerLine(layer)}`);
  const rest = layers.length - shown.length;
  if (rest > 0)
    writeLine(
      colors.dim(
        `  and ${count(rest, 'layer')} that are renamed, or of another shape as follows (--all shows them)`,
      ),
    );
  if (layers.length === 0) writeLine(colors.dim('  no layer changes'));
  writeLine();
  for (const [name, key] of [
    ['layers', 'layers'],
    ['parameters', 'params'],
    ['multiplications', 'macs'],
    ['receptive field', 'receptiveField'],
  ] as const)
    writeLine(`${name.padEnd(16)} ${figure(before[key], after[key])}`);
  writeLine();
  printWeights(weights);
}

function layerLine(layer: LayerDiff): string {
  if (layer.kind === 'added')
    return colors.green(`+ ${shownName(layer.path)}  ${layer.layer.op} ${layer.layer.output}`);
  if (layer.kind === 'gone')
    return colors.red(`- ${shownName(layer.path)}  ${layer.layer.op} ${layer.layer.output}`);
  const name = layer.before === layer.path ? layer.path : `${layer.before} → ${layer.path}`;
  const changes = layer.changes.map(({ what, from, to }) => `${colors.dim(what)} ${from} → ${to}`);
  return `${colors.yellow('~')} ${[shownName(name), ...changes].join('  ')}`;
}

function figure(from: number | string, to: number | string): string {
  const [a, b] = [from, to].map((n) => (typeof n === 'number' ? showCount(n) : n));
  if (from === to) return colors.dim(`${a}, as before`);
  const percent =
    typeof from === 'number' && typeof to === 'number' && from > 0
      ? colors.dim(`  ${to > from ? '+' : '−'}${((100 * Math.abs(to - from)) / from).toPrecision(3)} %`)
      : '';
  return `${a} → ${b}${percent}`;
}

function printWeights({ total, fit, fitMoved, reshaped, added, gone, moves }: WeightsDiff): void {
  if (fit === total && gone.length === 0) {
    writeLine(`${colors.green('✓')} saved weights fit: all ${count(total, 'tensor')}`);
    return;
  }
  const mark = fit === total ? colors.green('✓') : colors.yellow('!');
  writeLine(`${mark} saved weights fill ${showCount(fit)} of ${count(total, 'tensor')}`);
  const shape = (dims: readonly number[]): string => dims.join('x') || 'one number';
  some(
    reshaped.map(
      ({ path, from, to }) =>
        `  ${colors.yellow('reshaped')} ${shownName(path)}  ${shape(from)} → ${shape(to)}`,
    ),
  );
  some(added.map((one) => `  ${colors.green('new')}      ${shownName(one.path)}  ${shape(one.shape)}`));
  some(gone.map((one) => `  ${colors.red('gone')}     ${shownName(one.path)}  ${shape(one.shape)}`));
  if (moves.length === 0) return;
  writeLine(`\nprobably renamed: with these lines in the new file they fill ${showCount(fitMoved)}`);
  for (const { from, to } of moves) writeLine(`  moved ${from} -> ${to}`);
}

/** The first lines of many. */
function some(lines: readonly string[]): void {
  const most = 12;
  for (const line of lines.slice(0, most)) writeLine(line);
  if (lines.length > most) writeLine(colors.dim(`  … and ${lines.length - most} more`));
}
