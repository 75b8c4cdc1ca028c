/**
 * One network on one host. Cold starts come first, each peer in a process of its own: one that cannot run the network is found there, and
 * does not take the others with it when they are timed together.
 */
import type { ColdResult } from './cold.ts';
import { median } from './measure.ts';
import type { BenchNet } from './nets.ts';
import type { Prepared } from './peers/peer.ts';
import { folderOf } from './prepare.ts';
import { figuresOf, type NetFigures } from './report/results.ts';
import type { NetResult, RunOptions } from './run-peers.ts';

export interface BenchOptions extends RunOptions {
  /** Also measure cold start and memory, in processes of their own. */
  readonly cold: boolean;
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
const coldStarts = 3;

export async function benchNet(
  kind: HostKind,
  net: BenchNet,
  prepared: Prepared,
  options: BenchOptions,
): Promise<{ readonly figures: NetFigures; readonly engine: string }> {
  const host = await kind.open(folderOf(net));
  try {
    const peers = options.peers.filter((peer) => !kind.lacks.includes(peer));
    const starts = options.cold ? await coldResults(host, peers, options) : { found: {}, failures: {} };
    const able = peers.filter((peer) => !(peer in starts.failures));
    const { samples, errors, failures, threads } = await host.time({ ...options, peers: able });
    const figures = figuresOf(samples, errors).map((timed) => ({
      ...timed,
      ...starts.found[timed.peer],
      ...(threads[timed.peer] !== undefined && { threads: threads[timed.peer] }),
    }));
    const { title, macs, params } = prepared;
    return {
      figures: {
        net: net.name,
        title,
        date: new Date().toISOString().slice(0, 10),
        macs,
        params,
        peers: figures,
        failures: { ...starts.failures, ...failures },
      },
      engine: host.engine,
    };
  } finally {
    await host.close();
  }
}

interface Starts {
  readonly found: Readonly<Record<string, ColdResult>>;
  readonly failures: Readonly<Record<string, string>>;
}

async function coldResults(host: Host, peers: readonly string[], options: RunOptions): Promise<Starts> {
  const found: Record<string, ColdResult> = {};
  const failures: Record<string, string> = {};
  for (const peer of peers)
    try {
      const starts: ColdResult[] = [];
      for (let i = 0; i < coldStarts; i++) starts.push(await host.cold(peer, options));
      const peaks = starts.flatMap(({ peakBytes }) => peakBytes ?? []);
      found[peer] = {
        coldMs: median(starts.map(({ coldMs }) => coldMs)),
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
