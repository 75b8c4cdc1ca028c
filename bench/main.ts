/**
 * `npm run bench`: the same networks on cnnc and on its peers, in Node (or, with --browser, in Chromium). Results go to bench/results/, with --save
 * also to docs/bench/, after every network, so that nothing measured is lost.
 */
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { benchNet, type BenchOptions } from './bench-net.ts';
import { chromium } from './browser/index.ts';
import { downloads } from './downloads.ts';
import { nets, type BenchNet } from './nets.ts';
import { node } from './node.ts';
import { BenchError, prepare, prepared } from './prepare.ts';
import { merged, peerOrder, usualPeers, type NetFigures, type Results } from './report/results.ts';
import { terminalTable } from './report/terminal.ts';
import { savedIn, write } from './report/write.ts';

interface Flags {
  readonly net?: string;
  readonly peers: string;
  readonly threads: string;
  readonly runs: string;
  readonly turn: string;
  readonly budget: string;
  readonly cold: boolean;
  readonly times: boolean;
  readonly browser?: true;
  readonly json?: true;
  readonly save?: true;
  readonly merge?: true;
  readonly prepare?: true;
  readonly prepared?: true;
}

const here = dirname(fileURLToPath(import.meta.url));
const defaultNets = ['lenet5', 'faces'];

const program = new Command('npm run bench --')
  .description('Times cnnc and its peers on the same networks.')
  .option('--net <names>', `networks, comma-separated, or "all": ${nets.map(({ name }) => name).join(', ')}`)
  .option('--peers <names>', `peers, comma-separated, of ${peerOrder.join(', ')}`, usualPeers.join())
  .option('--threads <n>', 'threads for every peer', '1')
  .option('--runs <n>', 'interleaved rounds at most', '9')
  .option('--budget <s>', 'seconds that the rounds of a network may take; three are always made', '20')
  .option('--turn <ms>', 'least duration of a turn', '100')
  .option('--no-cold', 'leave out cold start and memory')
  .option('--no-times', 'measure cold start and memory alone; everything else stays as it was saved')
  .option('--browser', 'in Chromium instead of Node')
  .option('--json', 'print the results as JSON')
  .option('--save', 'write the page and the chart into docs/bench/')
  .option('--merge', 'keep what was saved earlier of the networks that are not measured now')
  .option('--prepare', 'write the files of the networks, and measure nothing')
  .option('--prepared', 'measure with the files that the last run for so many threads wrote');

const flags = program.parse().opts<Flags>();
const host = flags.browser ? chromium : node;
const options: BenchOptions = {
  peers: flags.peers.split(',').filter((peer) => !host.lacks.includes(peer)),
  threads: Number(flags.threads),
  rounds: Number(flags.runs),
  budgetMs: 1000 * Number(flags.budget),
  turnMs: Number(flags.turn),
  cold: flags.cold,
};
const folders = [join(here, 'results'), ...(flags.save ? [join(here, '..', 'docs', 'bench')] : [])];
const names = nets.map(({ name }) => name);
/** `node-1-thread`. */
const file = `${host.name}-${options.threads}-thread${options.threads === 1 ? '' : 's'}`;

const from = performance.now();
const wanted = chosen(flags.net);
const measured: NetFigures[] = [];
let results: Results | undefined;
for (const net of wanted) {
  const found = await tried(net, () => (flags.prepare ? written(net) : bench(net)));
  if (!found) continue;
  measured.push(found.figures);
  results = {
    engine: found.engine,
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`,
    threads: options.threads,
    rounds: options.rounds,
    nets: measured,
    downloads: results?.downloads ?? (flags.times ? await downloads(net, options.peers) : []),
  };
  for (const folder of folders) {
    const saved = flags.merge || !flags.times ? savedIn(folder, file) : undefined;
    write(folder, file, saved ? merged(saved, results, names) : results);
  }
  if (!flags.json) console.log(`${terminalTable(found.figures)}\n`);
}
if (flags.json) console.log(JSON.stringify(results, undefined, 2));
else if (!flags.prepare)
  console.log(
    `${measured.length} of ${wanted.length} networks in ${((performance.now() - from) / 1000).toFixed(0)} s`,
  );

async function bench(net: BenchNet): ReturnType<typeof benchNet> {
  const files = flags.prepared ? prepared(net) : await prepare(net, options);
  return benchNet(host, files, { ...options, ...(!flags.times && { timed: timedBefore(net) }) });
}

/** What `--no-times` leaves as it is. */
function timedBefore({ name, title }: BenchNet): NetFigures {
  const saved = folders.map((folder) => savedIn(folder, file)?.nets.find(({ net }) => net === name)).at(-1);
  if (!saved) throw new BenchError(`no times of ${title} were saved: --no-times has nothing to keep`);
  return saved;
}

/** Compiling on the side, so that only what is timed needs a machine that does nothing else. */
async function written(net: BenchNet): Promise<undefined> {
  await prepare(net, options);
  console.log(`${net.title}: its files are written`);
}

/** A network that cannot be measured is one message; the others still run. */
async function tried<Found>(net: BenchNet, work: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await work();
  } catch (error) {
    console.error(`${net.title}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return undefined;
  }
}

function chosen(given: string | undefined): readonly BenchNet[] {
  if (given === 'all') return nets;
  return (given?.split(',') ?? defaultNets).map(
    (name): BenchNet =>
      nets.find((candidate) => candidate.name === name) ??
      program.error(`there is no network called ${name}; there are ${names.join(', ')}`),
  );
}
