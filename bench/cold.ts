/**
 * One peer in a process of its own: time from nothing (runtime not even imported) to the first result, and the process' peak memory.
 * Prints one JSON object on the last line. Arguments: folder of the prepared network, peer, threads.
 */
import { nodeFiles } from './files.ts';
import { noise } from './inputs.ts';
import { peers } from './peers/index.ts';

export interface ColdResult {
  readonly coldMs: number;
  /** Peak resident memory of the process, in bytes; Node itself is part of it. */
  readonly peakBytes: number;
}

const [folder = '', name = '', threads = '1'] = process.argv.slice(2);
const files = nodeFiles(folder);
const inputs = noise(files.prepared);
const start = performance.now();
const peer = await peers[name]?.();
const runner = await peer?.load(files, { threads: Number(threads) });
await runner?.run(inputs);
const result: ColdResult = {
  coldMs: performance.now() - start,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(result));
