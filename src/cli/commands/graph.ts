/** `cnnc graph`: a net drawn as papers draw it. */
import type { Command } from 'commander';
import type { MessageArgs } from '../../compiler/diagnostics/registry.ts';
import { fail, UsageFailure, type ExitCode } from '../failure.ts';
import type { NetOptions } from '../nets.ts';
import { colors, showDiagnostics, writeJson, writeLine, type CommonOptions } from '../terminal.ts';
import { addNetOptions } from '../options.ts';

interface Options extends NetOptions, CommonOptions {
  readonly svg?: string;
  readonly png?: string;
  readonly html?: string;
  readonly detail: string;
  readonly direction: string;
  readonly columns: string;
}

const examples = `
Examples
  cnnc graph resnet.cnn --net ResNet50 --html resnet.html       blocks open at a click
  cnnc graph lenet.cnn --net LeNet5 --png lenet.png --direction right`;

export function addGraph(program: Command, end: (code: ExitCode) => void): void {
  const command = program
    .command('graph')
    .argument('<file>', 'a .cnn file, or std/resnet, std/unet …')
    .summary('draw a net as papers do')
    .description(
      'Draws a net: blocks, shapes on the edges, merges and skips. As many blocks are open as fit a slide.',
    );
  addNetOptions(command)
    .option('--svg <file>', 'write a drawing')
    .option('--png <file>', 'write a picture')
    .option('--html <file>', 'write a page in which blocks open and close')
    .option('--detail <levels>', 'how many levels of blocks are open: auto, all or a number', 'auto')
    .option('--direction <way>', 'of the data: down or right', 'down')
    .option('--columns <n>', 'of a long net that is drawn downwards: auto or a number', 'auto')
    .option('--json', 'print { net, files }')
    .addHelpText('after', examples)
    .action(async (file: string, options: Options) => end(await draw(file, options)));
}

async function draw(file: string, options: Options): Promise<ExitCode> {
  const { svg, png, html, json } = options;
  if (svg === undefined && png === undefined && html === undefined)
    throw new UsageFailure('graph needs --svg, --png or --html with a file to write');
  const detail = detailOf(options.detail);
  const direction = directionOf(options.direction);
  const columns = columnsOf(options.columns);
  const { openNet } = await import('../nets.ts');
  const net = openNet(file, options);
  const { buildDiagram, drawHtml, drawPng, drawSvg, whyTooLarge } = await import('../../diagram/index.ts');
  const { costs } = await import('../../compiler/index.ts');
  const { writeAtomic } = await import('../../weights/atomic.ts');
  const { nodes } = costs(net.graph);
  const diagram = buildDiagram(net.graph, (node) => nodes.get(node) ?? { params: 0, macs: 0 }, direction);
  const reason = whyTooLarge(diagram, detail);
  if (reason !== undefined) {
    const fitsClosed = detail !== 'auto' && whyTooLarge(diagram, 'auto') === undefined;
    refuse({ net: net.graph.name, reason }, fitsClosed, file);
  }
  const text = new TextEncoder();
  if (svg !== undefined) writeAtomic(svg, [text.encode(await drawSvg(diagram, { detail, columns }))]);
  if (png !== undefined) writeAtomic(png, [await drawPng(diagram, { detail, columns })]);
  if (html !== undefined) writeAtomic(html, [text.encode(await drawHtml(diagram, { detail, columns }))]);
  const files = [svg, png, html].filter((path) => path !== undefined);
  if (json) writeJson({ net: net.graph.name, files });
  else {
    for (const path of files) writeLine(`${colors.green('✓')} ${net.graph.name} → ${path}`);
    showDiagnostics(net.diagnostics, {});
  }
  return 0;
}

function refuse(args: MessageArgs<'graph/too-large'>, fitsClosed: boolean, file: string): never {
  const text = fitsClosed
    ? 'fewer levels of blocks, or --detail auto, leave more of its blocks closed'
    : 'a closed block is one tile: put layers that belong together into blocks';
  fail('graph/too-large', args, file, { notes: [{ word: 'note', text }] });
}

function detailOf(text: string): 'auto' | 'all' | number {
  if (text === 'auto' || text === 'all') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageFailure(`--detail is auto, all or a number of levels, not ${text}`);
}

function directionOf(text: string): 'down' | 'right' {
  if (text === 'down' || text === 'right') return text;
  throw new UsageFailure(`--direction is down or right, not ${text}`);
}

function columnsOf(text: string): 'auto' | number {
  if (text === 'auto') return text;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageFailure(`--columns is auto or a number from 1 to 99, not ${text}`);
}
