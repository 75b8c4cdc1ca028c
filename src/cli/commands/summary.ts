/** `cnnc summary`: the layers of a net with shapes, parameters and multiplications, as a table or as JSON. */
import type { Command } from 'commander';
import type { LayerSummary } from '../../compiler/index.ts';
import type { Graph, GraphOutput } from '../../compiler/ir/graph.ts';
import { shapeOf, sizeOf } from '../../compiler/ir/type.ts';
import { UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions, OpenNet } from '../nets.ts';
import type { SlidingFigures } from '../sliding.ts';
import { addNetOptions } from '../options.ts';
import { tableText, type Column } from '../table.ts';
import {
  colors,
  count,
  showDiagnostics,
  shownName,
  writeJson,
  writeLine,
  type CommonOptions,
} from '../terminal.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

interface Options extends NetOptions, CommonOptions {
  readonly sort?: string;
}

/** One input or layer in the order of computation; preprocessing belongs to its input. */
export type LayerRow = Omit<LayerSummary, 'node' | 'shape' | 'output'> & {
  readonly output: readonly number[];
  /** Bytes of the output as f32. The program reuses them: `arenaBytes` is what it needs at once. */
  readonly memoryBytes: number;
};

export interface Summary {
  readonly net: string;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly kind: string;
    /** Of the first branch, where a detector has several (then `branches` has all). */
    readonly shape: readonly number[];
    readonly branches?: readonly (readonly number[])[];
  }[];
  readonly params: number;
  readonly trainable: number;
  readonly macs: number;
  readonly weightBytes: number;
  readonly arenaBytes: number;
  readonly layers: readonly LayerRow[];
}

export function addSummary(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('summary')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('show the layers of a net: shapes, parameters, multiplications')
    .description(
      'Shows every layer of a net: path, output shape, parameters and multiply-accumulates with their shares as bars, memory of the\noutput, the pixels of the input that one value sees, and what it is connected to.',
    );
  addNetOptions(command)
    .option('--fully-convolutional', 'one pass over a larger input (--size) instead of window by window')
    .option('--sort <figure>', 'largest first: macs, params or memory')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples\n  cnnc summary net.cnn\n  cnnc summary net.cnn --sort macs\n  cnnc summary resnet.cnn --net ResNet50 --size image=320x320 --json\n  cnnc summary lenet.cnn --net LeNet5 --fully-convolutional --size digit=64x64',
    )
    .action(async (file: string, options: Options) => end(await summary(file, options)));
}

async function summary(file: string, options: Options): Promise<ExitCode> {
  const order = orderOf(options.sort);
  const { openNet } = await import('../nets.ts');
  const { slidingLines } = await import('../sliding.ts');
  const net = openNet(file, options);
  const found = await summarise(net.graph);
  const result = { ...found, layers: order(found.layers), ...slidingJson(net) };
  if (options.json) writeJson(result);
  else {
    print(result);
    for (const line of net.sliding ? slidingLines(net.sliding) : []) writeLine(line);
    showDiagnostics(net.diagnostics, {});
  }
  return 0;
}

function slidingJson({ sliding }: OpenNet): { readonly sliding?: SlidingFigures } {
  if (!sliding) return {};
  const { written: _written, ...figures } = sliding;
  return { sliding: figures };
}

/** The figures of an inference graph. */
export async function summarise(graph: Graph): Promise<Summary> {
  const { optimize, plan, summarize } = await import('../../compiler/index.ts');
  const { layers, costs } = summarize(graph);
  const { params, trainable, macs, weightBytes } = costs;
  return {
    net: graph.name,
    inputs: graph.inputs.map(({ name, node }) => ({ name, shape: shapeOf(node.type) })),
    outputs: graph.outputs.map(outputRow),
    params,
    trainable,
    macs,
    weightBytes,
    arenaBytes: plan(optimize(graph), { relaxed: true, wide: false }).bytes.arena,
    layers: layers.map(({ shape, node: _node, ...layer }) => ({
      ...layer,
      output: shape,
      memoryBytes: 4 * sizeOf(shape),
    })),
  };
}

function outputRow({ name, output, nodes }: GraphOutput): Summary['outputs'][number] {
  const shapes = nodes.map((node) => shapeOf(node.type));
  const row = { name, kind: output.kind, shape: shapes[0] ?? [] };
  return shapes.length > 1 ? { ...row, branches: shapes } : row;
}

const columns: readonly Column[] = [
  { head: 'layer', align: 'left' },
  { head: 'kind', align: 'left' },
  { head: 'output', align: 'left' },
  { head: 'parameters', align: 'right' },
  { head: '', align: 'left' },
  { head: 'multiplications', align: 'right' },
  { head: '', align: 'left' },
  { head: 'memory', align: 'right' },
  { head: 'sees', align: 'right' },
  { head: 'connected to', align: 'left' },
];

function print(result: Summary): void {
  writeLine(`${colors.bold(shownName(result.net))}\n${tableText(columns, rowsOf(result.layers))}`);
  const fixed = result.params - result.trainable;
  writeLine(
    `${count(result.params, 'parameter')}${fixed > 0 ? ` (${count(fixed, 'of them')} not trained)`.replace('of thems', 'of them') : ''}, ${count(result.macs, 'multiplication')}`,
  );
  writeLine(`${bytes(result.weightBytes)} of weights, ${bytes(result.arenaBytes)} of memory for values`);
  for (const { name, kind, shape } of result.outputs)
    writeLine(`${colors.green('out')} ${shownName(name)}: ${kind} ${show(shape)}`);
}

function rowsOf(layers: readonly LayerRow[]): readonly (readonly string[])[] {
  const number = (n: number): string => (n === 0 ? '' : showCount(n));
  const most = (figure: (layer: LayerRow) => number): number => Math.max(1, ...layers.map(figure));
  const [params, macs] = [most((layer) => layer.params), most((layer) => layer.macs)];
  return layers.map((layer) => [
    layer.path,
    layer.op,
    show(layer.output),
    number(layer.params),
    bar(layer.params / params),
    number(layer.macs),
    bar(layer.macs / macs),
    bytes(layer.memoryBytes),
    layer.receptiveField === 'all' ? 'all' : layer.receptiveField.join('x'),
    layer.inputs.join(', '),
  ]);
}

/** `████▌ `: eighths of a cell, of the largest. */
function bar(share: number): string {
  const eighths = Math.round(share * 8 * 6);
  return `${'█'.repeat(eighths >> 3)}${['', ...'▏▎▍▌▋▊▉'][eighths & 7] ?? ''}`;
}

/** Rows by a figure, largest first, or as they are. */
function orderOf(sort: string | undefined): (layers: readonly LayerRow[]) => readonly LayerRow[] {
  if (sort === undefined) return (layers) => layers;
  const figure = Object.hasOwn(figures, sort) ? figures[sort] : undefined;
  if (!figure) throw new UsageFailure(`--sort is ${Object.keys(figures).join(', ')}, not ${sort}`);
  return (layers) => [...layers].sort((a, b) => figure(b) - figure(a));
}

const figures: Readonly<Record<string, (layer: LayerRow) => number>> = {
  macs: ({ macs }) => macs,
  params: ({ params }) => params,
  memory: ({ memoryBytes }) => memoryBytes,
};

function show(shape: readonly number[]): string {
  return shape.join('x') || 'scalar';
}

function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const [size, unit] = n < 1e6 ? [n / 1e3, 'kB'] : n < 1e9 ? [n / 1e6, 'MB'] : [n / 1e9, 'GB'];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}
