/** What one run of the benchmark found: the JSON that is written, and that tables and charts are made of. */
import { median, type Samples } from '../measure.ts';
import { peers } from '../peers/index.ts';

export interface PeerFigures {
  readonly peer: string;
  /** Median milliseconds of one inference. */
  readonly ms: number;
  /** Median over the rounds of the peer's time / ours in the same round; absent where cnnc was not timed. */
  readonly ratio?: number;
  /** Largest relative difference of its outputs from the reference's. */
  readonly error: number;
  /** From nothing to the first result. */
  readonly coldMs?: number;
  /** The same without reading the network's files. */
  readonly startMs?: number;
  /** Peak resident memory of a process of its own: Node's, or that of the page. */
  readonly peakBytes?: number;
  /** Threads that computed, where the peer says; it may be fewer than asked for. */
  readonly threads?: number;
  readonly samples: readonly number[];
}

export interface NetFigures {
  readonly net: string;
  readonly title: string;
  /** Day on which its times were measured: a saved run is made net by net. */
  readonly date: string;
  readonly macs: number;
  readonly params: number;
  readonly peers: readonly PeerFigures[];
  /** What peers said that could not load or run the network, or that computed something else. */
  readonly failures: Readonly<Record<string, string>>;
}

/** What a browser downloads to run a network, its weights not counted. */
export interface Download {
  readonly peer: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly files: readonly string[];
}

export interface Results {
  /** `Node 24.21.0` or `Chromium 156`. */
  readonly engine: string;
  readonly machine: string;
  readonly threads: number;
  readonly rounds: number;
  readonly nets: readonly NetFigures[];
  readonly downloads: readonly Download[];
}

/** Figures of the peers of one network from its samples; ratios are taken within rounds, where the machine was the same for both. */
export function figuresOf(
  samples: Samples,
  errors: Readonly<Record<string, number>>,
): readonly PeerFigures[] {
  const ours = samples.cnnc;
  return Object.entries(samples).map(([peer, times]) => ({
    peer,
    ms: median(times),
    ...(ours && { ratio: median(times.map((ms, round) => ms / (ours[round] ?? NaN))) }),
    error: errors[peer] ?? Infinity,
    samples: times,
  }));
}

/**
 * The saved networks with those measured now in their places, in the order of `names`; only the latter where machine, engine or threads
 * have changed, because such figures do not belong into one table.
 */
export function merged(saved: Results, now: Results, names: readonly string[]): Results {
  const circumstances = ({ engine, machine, threads }: Results): string =>
    [engine, machine, threads].join('|');
  if (circumstances(saved) !== circumstances(now)) return now;
  const measured = new Set(now.nets.map(({ net }) => net));
  const again = now.nets.map((net) =>
    withStartsOf(
      saved.nets.find((s) => s.net === net.net),
      net,
    ),
  );
  const nets = [...saved.nets.filter(({ net }) => !measured.has(net)), ...again].toSorted(
    (a, b) => names.indexOf(a.net) - names.indexOf(b.net),
  );
  // Downloads are those of the first network of a run: of the whole table only where that was measured first now.
  const ofFirst = nets[0]?.net === now.nets[0]?.net;
  const [kept, others] = ofFirst ? [now.downloads, saved.downloads] : [saved.downloads, now.downloads];
  const known = new Set(kept.map(({ peer }) => peer));
  return {
    ...now,
    nets,
    downloads: [...kept, ...others.filter(({ peer }) => !known.has(peer))],
  };
}

/** Cold starts and memory that were measured earlier stay where only times were measured now. */
function withStartsOf(saved: NetFigures | undefined, now: NetFigures): NetFigures {
  const peers = now.peers.map((figures) => {
    const { coldMs, startMs, peakBytes } = saved?.peers.find(({ peer }) => peer === figures.peer) ?? {};
    return {
      ...(coldMs !== undefined && { coldMs }),
      ...(startMs !== undefined && { startMs }),
      ...(peakBytes !== undefined && { peakBytes }),
      ...figures,
    };
  });
  return { ...now, peers };
}

/**
 * Times of the peers of one network as multiples of those of `base`, medians of the ratios within rounds; empty where `base` was not timed
 * in as many rounds.
 */
export function ratiosTo(base: string, { peers }: NetFigures): ReadonlyMap<string, number> {
  const of = peers.find(({ peer }) => peer === base)?.samples ?? [];
  const comparable = peers.filter(({ samples }) => of.length > 0 && samples.length === of.length);
  return new Map(
    comparable.map(({ peer, samples }) => [peer, median(samples.map((ms, i) => ms / (of[i] ?? NaN)))]),
  );
}

/** `2026-11-28`, or the first and the last day of a run that was made on several. */
export function daysOf({ nets }: Results): string {
  const days = nets.map(({ date }) => date).toSorted();
  return [...new Set([days[0], days.at(-1)])].join(' to ');
}

/** Peers in the order of the tables. */
export function peerNames({ nets }: Results): readonly string[] {
  const found = new Set(nets.flatMap(({ peers }) => peers.map(({ peer }) => peer)));
  return peerOrder.filter((peer) => found.has(peer));
}

/** In the order of the tables. */
export const peerOrder = Object.keys(peers);

/** Those that a run measures unless told otherwise. */
export const usualPeers = ['cnnc', 'cnnc-wide', 'onnxruntime-web', 'litert', 'tfjs-wasm', 'onnxruntime-node'];

/** `one thread`, `2 threads`. */
export function showThreads(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

export function showMs(ms: number): string {
  return ms < 10 ? ms.toFixed(3) : ms.toFixed(1);
}
