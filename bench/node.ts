/** The benchmark in Node: one process per network for the times, one per peer for cold start and memory. */
import type { BenchOptions } from './main.ts';
import { runChild } from './child.ts';
import type { ColdResult } from './cold.ts';
import { median } from './measure.ts';
import type { BenchNet } from './nets.ts';
import type { Prepared } from './peers/peer.ts';
import { folderOf } from './prepare.ts';
import { figuresOf, type NetFigures, type PeerFigures } from './report/results.ts';
import type { NetResult } from './run-peers.ts';

/** Starts per peer. */
const coldStarts = 3;

export async function benchInNode(
  net: BenchNet,
  { title, macs, params }: Prepared,
  options: BenchOptions,
): Promise<{ readonly figures: NetFigures; readonly engine: string }> {
  const { peers, threads, rounds, turnMs } = options;
  const folder = folderOf(net);
  const args = [folder, peers.join(), threads, rounds, turnMs].map(String);
  const { samples, errors, failures } = await runChild<NetResult>('run-net.ts', args);
  const timed = figuresOf(samples, errors);
  const withCold: PeerFigures[] = [];
  for (const figure of timed)
    withCold.push(options.cold ? await coldFigures(folder, figure, threads) : figure);
  return {
    figures: { net: net.name, title, macs, params, peers: withCold, failures },
    engine: `Node ${process.versions.node}`,
  };
}

async function coldFigures(folder: string, figures: PeerFigures, threads: number): Promise<PeerFigures> {
  const starts: ColdResult[] = [];
  for (let i = 0; i < coldStarts; i++)
    starts.push(await runChild<ColdResult>('cold.ts', [folder, figures.peer, String(threads)]));
  return {
    ...figures,
    coldMs: median(starts.map(({ coldMs }) => coldMs)),
    peakBytes: median(starts.map(({ peakBytes }) => peakBytes)),
  };
}
