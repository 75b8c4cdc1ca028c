/**
 * One measurement in a process of its own; prints one JSON object. Arguments: what is measured, and for some a name.
 *
 *     check <net> <file>   the first check of a file that uses one net of the standard library
 *     build <net> <file>   from the text to the WebAssembly program, without weights
 *     edits <file> […]     checks after each edit and its correction, twice; `imported`: of a file that imports it
 *     big                  the file of ten thousand lines: resolved (which parses it) and checked
 *     format               a file of two thousand lines, formatted twice
 */
import { boundYoungGeneration, collectWhenIdle } from '../../src/cli/young-generation.ts';

const [what = '', name = '', file = ''] = process.argv.slice(2);
// As `cnnc check --watch` does.
if (what === 'edits') {
  boundYoungGeneration();
  collectWhenIdle();
}
const { measurements } = await import('./measurements.ts');
console.log(JSON.stringify(await measurements[what]?.(name, file)));
