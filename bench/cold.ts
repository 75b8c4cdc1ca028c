/**
 * One peer in a process of its own: cold start and peak memory. Prints one JSON object on the last line.
 * Arguments: folder of the prepared network, peer, options as JSON.
 */
import { nodeFiles } from './files.ts';
import { coldStart, type RunOptions, type Start } from './run-peers.ts';

export interface ColdResult extends Start {
  /** Peak resident memory of the process, in bytes; Node itself or the browser's page is part of it. Absent where it cannot be known. */
  readonly peakBytes?: number;
}

if (import.meta.main) {
  const [folder = '', name = '', options = '{}'] = process.argv.slice(2);
  const start = await coldStart(name, nodeFiles(folder), JSON.parse(options) as RunOptions);
  const result: ColdResult = { ...start, peakBytes: process.resourceUsage().maxRSS * 1024 };
  // Threads of a peer may still be there.
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
