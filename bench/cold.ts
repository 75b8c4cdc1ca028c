/**
 * One peer in a process of its own: cold start and peak memory. Prints one JSON object on the last line.
 * Arguments: folder of the prepared network, peer, threads.
 */
import { nodeFiles } from './files.ts';
import { coldStart } from './run-peers.ts';

export interface ColdResult {
  readonly coldMs: number;
  /** Peak resident memory of the process, in bytes; Node itself is part of it. */
  readonly peakBytes: number;
}

const [folder = '', name = '', threads = '1'] = process.argv.slice(2);
const coldMs = await coldStart(name, nodeFiles(folder), { threads: Number(threads) });
const result: ColdResult = { coldMs, peakBytes: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(result));
