/** The timed part of the benchmark, the same in Node and in a page: load every peer, compare their outputs, then time them in turns. */
import { relativeError } from './compare.ts';
import { noise } from './inputs.ts';
import { measure, warmUp, type MeasureOptions, type Samples } from './measure.ts';
import { peers } from './peers/index.ts';
import type { Files, LoadOptions, Peer, Runner } from './peers/peer.ts';

export interface RunOptions extends MeasureOptions, LoadOptions {
  readonly peers: readonly string[];
}

export interface NetResult {
  /** Milliseconds per inference, one number per round. */
  readonly samples: Samples;
  /** Largest relative difference from the first peer's outputs. */
  readonly errors: Readonly<Record<string, number>>;
  /** Threads that compute, where the peer says. */
  readonly threads: Readonly<Record<string, number>>;
  /** What peers said that could not run the network, or whose outputs differ; they are not timed. */
  readonly failures: Readonly<Record<string, string>>;
}

/** Above this a peer computes something else. Reordered sums of random networks stay below 1e-5. */
const tolerance = 1e-3;

/** Seconds of one inference above which a peer is not timed: rounds would take everyone's turns apart by minutes (tfjs-wasm in 3-D). */
const slowest = 20;

export async function runPeers(files: Files, options: RunOptions): Promise<NetResult> {
  const inputs = noise(files.prepared);
  const runners: Record<string, Runner> = {};
  const errors: Record<string, number> = {};
  const failures: Record<string, string> = {};
  let reference: readonly Float32Array[] | undefined;
  for (const name of await inLoadOrder(options.peers))
    try {
      const peer = await peerCalled(name);
      if (peer.changesEngine) for (const runner of Object.values(runners)) await warmUp(runner, inputs);
      const runner = await peer.load(files, options);
      const start = performance.now();
      const outputs = (await runner.run(inputs)).map((output) => output.slice());
      const seconds = (performance.now() - start) / 1000;
      if (seconds > slowest) throw new Error(`one inference takes ${seconds.toFixed(0)} s: not timed`);
      reference ??= outputs;
      const error = relativeError(outputs, reference);
      if (error > (peer.tolerance ?? tolerance))
        throw new Error(`its outputs differ by ${error} of the largest value`);
      errors[name] = error;
      runners[name] = runner;
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
    }
  const samples = await measure(inOrderOf(options.peers, runners), inputs, options);
  const threads = Object.entries(runners).flatMap(([name, runner]) =>
    runner.threads === undefined ? [] : [[name, runner.threads] as const],
  );
  return { samples, errors, failures, threads: Object.fromEntries(threads) };
}

export interface Start {
  /** Milliseconds from nothing (the runtime not even imported) to the first result. */
  readonly coldMs: number;
  /** The same without the time in which the network's files (graph, weights) were read: as if they had been in memory. */
  readonly startMs: number;
}

/** Starts one peer, from nothing to its first result. */
export async function coldStart(name: string, files: Files, options: LoadOptions): Promise<Start> {
  const inputs = noise(files.prepared);
  let reading = 0;
  const read = async (file: string): ReturnType<Files['read']> => {
    const from = performance.now();
    const bytes = await files.read(file);
    reading += performance.now() - from;
    return bytes;
  };
  const from = performance.now();
  const runner = await (await peerCalled(name)).load({ ...files, read }, options);
  await runner.run(inputs);
  const coldMs = performance.now() - from;
  return { coldMs, startMs: coldMs - reading };
}

async function peerCalled(name: string): Promise<Peer> {
  const peer = await peers[name]?.();
  if (!peer) throw new Error(`there is no peer called ${name}`);
  return peer;
}

/** Those that change the engine last. One that cannot be imported stays where it is: it is reported when its turn comes. */
async function inLoadOrder(names: readonly string[]): Promise<readonly string[]> {
  const known = await Promise.allSettled(names.map(peerCalled));
  const late = known.map((peer) => peer.status === 'fulfilled' && peer.value.changesEngine === true);
  return [...names.filter((_, i) => !late[i]), ...names.filter((_, i) => late[i])];
}

function inOrderOf(
  names: readonly string[],
  runners: Readonly<Record<string, Runner>>,
): Readonly<Record<string, Runner>> {
  return Object.fromEntries(names.flatMap((name) => (runners[name] ? [[name, runners[name]] as const] : [])));
}
