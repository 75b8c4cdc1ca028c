/**
 * One network on one host. Cold starts come first, each peer in a process of its own: one that cannot run the network is found there, and
 * does not take the others with it when they are timed together.
 */
import type { ColdResult } from './cold.ts';
import { median } from './measure.ts';
import type { Prepared } from './peers/peer.ts';
import { folderOf } from './prepare.ts';
import { figuresOf, type NetFigures } from './report/results.ts';
import type { NetResult, RunOptions } from './run-peers.ts';

export interface BenchOptions extends RunOptions {
  /** Also measure cold start and memory, in processes of their own. */
  readonly cold: boolean;
  /** Times that were measured earlier; else they are measured. */
  readonly timed?: NetFigures;
}

/** Where networks run. */
export interface Host {
  /** `Node 24.21.0` or `Chromium 156`. */
  readonly engine: string;
  /** Starts a peer from nothing, in a process of its own. */
  cold(peer: string, options: RunOptions): Promise<ColdResult>;
  /** Times peers in turns, in one process. */
  time(options: RunOptions): Promise<NetResult>;
  close(): Promise<void>;
}

/** Opens a host for the files of one network. */
export interface HostKind {
  /** For file names. */
  readonly name: string;
  /** Peers that it cannot run. */
  readonly lacks: readonly string[];
  open(folder: string): Promise<Host>;
}

/** Starts per peer. */
const startsEach = 3;

export async function benchNet(
  kind: HostKind,
  prepared: Prepared,
  { cold, timed: before, ...options }: BenchOptions,
): Promise<{ readonly figures: NetFigures; readonly engine: string }> {
  const host = await kind.open(folderOf(prepared.net));
  try {
    const starts = cold ? await coldStarts(host, options) : { found: {}, failures: {} };
    const able = options.peers.filter((peer) => !(peer in starts.failures));
    const timed = before ?? (await times(host, prepared, { ...options, peers: able }));
    const figures: NetFigures = {
      ...timed,
      peers: timed.peers.map((peer) => ({ ...peer, ...starts.found[peer.peer] })),
      failures: { ...stillTrue(timed, starts), ...starts.failures },
    };
    return { figures, engine: host.engine };
  } finally {
    await host.close();
  }
}

/** What was said earlier, but of peers that have times and start by now. */
function stillTrue({ failures, peers }: NetFigures, { found }: Starts): NetFigures['failures'] {
  const mended = new Set(peers.map(({ peer }) => peer).filter((peer) => peer in found));
  return Object.fromEntries(Object.entries(failures).filter(([peer]) => !mended.has(peer)));
}

async function times(
  host: Host,
  { net, title, macs, params }: Prepared,
  options: RunOptions,
): Promise<NetFigures> {
  const { samples, errors, failures, threads } = await host.time(options);
  const peers = figuresOf(samples, errors).map((figures) => {
    const computing = threads[figures.peer];
    return { ...figures, ...(computing !== undefined && { threads: computing }) };
  });
  return { net, title, date: new Date().toISOString().slice(0, 10), macs, params, peers, failures };
}

interface Starts {
  /** Medians by peer. */
  readonly found: Readonly<Record<string, ColdResult>>;
  readonly failures: Readonly<Record<string, string>>;
}

async function coldStarts(host: Host, options: RunOptions): Promise<Starts> {
  const found: Record<string, ColdResult> = {};
  const failures: Record<string, string> = {};
  for (const peer of options.peers)
    try {
      const starts: ColdResult[] = [];
      for (let i = 0; i < startsEach; i++) starts.push(await host.cold(peer, options));
      const peaks = starts.flatMap(({ peakBytes }) => peakBytes ?? []);
      found[peer] = {
        coldMs: median(starts.map(({ coldMs }) => coldMs)),
        startMs: median(starts.map(({ startMs }) => startMs)),
        ...(peaks.length > 0 && { peakBytes: median(peaks) }),
      };
    } catch (error) {
      failures[peer] = reasonOf(error);
    }
  return { found, failures };
}

/** The line of an error that says what went wrong. */
function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  return (lines.find((line) => /error:/i.test(line)) ?? lines[0] ?? '').trim();
}
