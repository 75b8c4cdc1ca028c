/** What one run of the benchmark found: the JSON that is written, and that tables and charts are made of. */
import { median, type Samples } from '../measure.ts';

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
  /** Peak resident memory of a process of its own; Node only. */
  readonly peakBytes?: number;
  readonly samples: readonly number[];
}

export interface NetFigures {
  readonly net: string;
  readonly title: string;
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
  readonly date: string;
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

/** Peers in the order in which they first appear. */
export function peerNames({ nets }: Results): readonly string[] {
  return [...new Set(nets.flatMap(({ peers }) => peers.map(({ peer }) => peer)))];
}

/** `one thread`, `2 threads`. */
export function showThreads(threads: number): string {
  return threads === 1 ? 'one thread' : `${threads} threads`;
}

export function showMs(ms: number): string {
  return ms < 10 ? ms.toFixed(3) : ms.toFixed(1);
}
