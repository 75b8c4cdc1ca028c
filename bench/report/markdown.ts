/** The Markdown page of a benchmark run: ratios first, then times, start and memory, downloads. */
import {
  daysOf,
  peerNames,
  ratiosTo,
  showMs,
  showThreads,
  type Download,
  type NetFigures,
  type PeerFigures,
  type Results,
} from './results.ts';

export function markdown(results: Results, chart: string): string {
  const names = peerNames(results);
  const others = names.filter((name) => name !== 'cnnc');
  const rows = (show: (figures: PeerFigures) => string, of = names): readonly (readonly string[])[] =>
    results.nets.map((net) => [net.title, ...of.map((name) => cell(net, name, show))]);
  const sections = [
    `# Benchmark: ${results.engine}, ${showThreads(results.threads)}`,
    `${daysOf(results)}, ${results.machine}. Medians of up to ${results.rounds} interleaved rounds. Every peer computes the same network with the same ` +
      'weights; outputs are compared before anything is timed; copying inputs in and outputs out counts for everyone. Written by `npm run bench -- --save`.',
    `![Ratios](${chart})`,
    '## How many times longer the others take',
    table(['Network', ...others], rows(ratioCell, others)),
    ...wideSection(results),
    '## Milliseconds per inference',
    table(
      ['Network', 'MACs', ...names],
      rows(({ ms }) => showMs(ms)).map(([title = '', ...cells], i) => [
        title,
        showMacs(results.nets[i]?.macs ?? 0),
        ...cells,
      ]),
    ),
    ...threadsSection(results),
    ...coldSection(results, rows(coldCell)),
    ...downloadSection(results),
    ...failureSection(results),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The same for 256-bit tiles, where they were measured with others than our own 128-bit ones. */
function wideSection(results: Results): readonly string[] {
  const others = peerNames(results).filter((name) => name !== 'cnnc-wide' && name !== 'cnnc');
  const ratios = results.nets.map((net) => ratiosTo('cnnc-wide', net));
  if (others.length === 0 || ratios.every(({ size }) => size === 0)) return [];
  const rows = results.nets.map(({ title }, i) => [
    title,
    ...others.map((name) => showRatio(ratios[i]?.get(name))),
  ]);
  return ['## How many times longer the others take than `cnnc-wide`', table(['Network', ...others], rows)];
}

function showRatio(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`;
}

function ratioCell({ ratio }: PeerFigures): string {
  return ratio === undefined ? '' : `${ratio.toFixed(2)} ×`;
}

/** `1745 / 430 / 215`, dashes for what was not measured. */
function coldCell({ coldMs, startMs, peakBytes }: PeerFigures): string {
  if (coldMs === undefined) return '';
  const megabytes = peakBytes === undefined ? undefined : peakBytes / 1e6;
  return [coldMs, startMs, megabytes].map((number) => number?.toFixed(0) ?? '–').join(' / ');
}

/** Who had fewer threads than were asked for, and on which networks. */
function threadsSection(results: Results): readonly string[] {
  const lines = peerNames(results).flatMap((name) => {
    const figures = results.nets.flatMap(({ title, peers }) =>
      peers.filter(({ peer }) => peer === name).map(({ threads }) => ({ title, threads })),
    );
    const fewer = figures.filter(({ threads = results.threads }) => threads < results.threads);
    const where =
      fewer.length === figures.length ? 'every network' : fewer.map(({ title }) => title).join('; ');
    return fewer.length === 0 ? [] : [`- ${name} ran on one thread: ${where}`];
  });
  return lines.length === 0 ? [] : ['## Fewer threads', lines.join('\n')];
}

function coldSection(results: Results, rows: readonly (readonly string[])[]): readonly string[] {
  const measured = results.nets.some(({ peers }) => peers.some(({ coldMs }) => coldMs !== undefined));
  if (!measured) return [];
  return [
    '## Cold start in ms / with its files in memory / peak memory in MB',
    coldLegend,
    table(['Network', ...peerNames(results)], rows),
  ];
}

const coldLegend =
  'Each start has a process (in a browser: a browser) of its own in which nothing is loaded. The first figure is all that passes until the first ' +
  'result: the runtime is fetched and compiled, the network’s files (graph and weights) are read, all of them from this machine, the first inference runs. The ' +
  'second is the same without the reading of the network’s files, as if they had been in memory; weights are still copied from there to where the runtime ' +
  'wants them. The third is the peak memory of the process, or of the page’s. Medians of three starts; a dash where an earlier run did not tell one.';

function downloadSection({ downloads }: Results): readonly string[] {
  if (downloads.length === 0) return [];
  const rows = downloads.map(({ peer, bytes, gzipBytes, files }: Download) => [
    peer,
    (bytes / 1000).toFixed(0),
    (gzipBytes / 1000).toFixed(0),
    files.join(', '),
  ]);
  return [
    '## What a browser downloads for the first of these networks, without weights',
    table(['', 'kB', 'kB gzipped', 'Files'], rows),
  ];
}

function failureSection({ nets }: Results): readonly string[] {
  const lines = nets.flatMap(({ title, failures }) =>
    Object.entries(failures).map(([peer, message]) => `- ${title} on ${peer}: ${message.split('\n')[0]}`),
  );
  return lines.length === 0 ? [] : ['## Not measured', lines.join('\n')];
}

function cell(net: NetFigures, name: string, show: (figures: PeerFigures) => string): string {
  const figures = net.peers.find(({ peer }) => peer === name);
  return figures ? show(figures) : '–';
}

function showMacs(macs: number): string {
  return macs >= 1e9 ? `${(macs / 1e9).toFixed(2)} G` : `${(macs / 1e6).toFixed(1)} M`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const align = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, align, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
