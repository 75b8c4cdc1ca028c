/**
 * One network in one process: loads every peer, compares their outputs, then times them in turns. Prints one JSON object on the last line.
 * Arguments: folder of the prepared network, peers (comma-separated), threads, rounds, least milliseconds of a turn.
 */
import { relativeError } from './compare.ts';
import { nodeFiles } from './files.ts';
import { noise } from './inputs.ts';
import { measure, type Samples } from './measure.ts';
import { peers } from './peers/index.ts';
import type { Runner } from './peers/peer.ts';

export interface NetResult {
  /** Milliseconds per inference, one number per round. */
  readonly samples: Samples;
  /** Largest relative difference from the first peer's outputs. */
  readonly errors: Readonly<Record<string, number>>;
  /** Peers that could not load or run the network, and what they said. */
  readonly failures: Readonly<Record<string, string>>;
}

const [folder = '', names = '', threads = '1', rounds = '9', turnMs = '50'] = process.argv.slice(2);
const files = nodeFiles(folder);
const inputs = noise(files.prepared);
const runners: Record<string, Runner> = {};
const outputs: Record<string, readonly Float32Array[]> = {};
const failures: Record<string, string> = {};

for (const name of names.split(',')) {
  try {
    const peer = await peers[name]?.();
    const runner = await peer?.load(files, { threads: Number(threads) });
    if (!runner) throw new Error(`there is no peer called ${name}`);
    outputs[name] = (await runner.run(inputs)).map((output) => output.slice());
    runners[name] = runner;
  } catch (error) {
    failures[name] = (error as Error).message;
  }
}
const [reference = []] = Object.values(outputs);
const errors = Object.fromEntries(
  Object.entries(outputs).map(([name, values]) => [name, relativeError(values, reference)]),
);
const samples = await measure(runners, inputs, { rounds: Number(rounds), turnMs: Number(turnMs) });
const result: NetResult = { samples, errors, failures };
console.log(JSON.stringify(result));
