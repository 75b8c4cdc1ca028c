/**
 * One network in one process. Prints the result as JSON on the last line.
 * Arguments: folder of the prepared network, peers (comma-separated), threads, rounds, least milliseconds of a turn.
 */
import { nodeFiles } from './files.ts';
import { runPeers } from './run-peers.ts';

const [folder = '', names = '', threads = '1', rounds = '9', turnMs = '50'] = process.argv.slice(2);
const result = await runPeers(nodeFiles(folder), {
  peers: names.split(','),
  threads: Number(threads),
  rounds: Number(rounds),
  turnMs: Number(turnMs),
});
console.log(JSON.stringify(result));
