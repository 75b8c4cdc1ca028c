/** One network in one process. Prints the result as JSON on the last line. Arguments: folder of the prepared network, options as JSON. */
import { nodeFiles } from './files.ts';
import { runPeers, type RunOptions } from './run-peers.ts';

const [folder = '', options = '{}'] = process.argv.slice(2);
const result = await runPeers(nodeFiles(folder), JSON.parse(options) as RunOptions);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
