/**
 * `npm run bench`: the same networks on cnnc and on its peers, in Node (or, with --browser, in Chromium). Results go to bench/results/, with --save
 * also to docs/bench/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { benchInBrowser } from './browser/index.ts';
import { downloads } from './downloads.ts';
import { nets, type BenchNet } from './nets.ts';
import { benchInNode } from './node.ts';
import { BenchError, prepare } from './prepare.ts';
import { chart } from './report/chart.ts';
import { markdown } from './report/markdown.ts';
import type { NetFigures, Results } from './report/results.ts';
import { terminalTable } from './report/terminal.ts';

export interface BenchOptions {
  readonly peers: readonly string[];
  readonly threads: number;
  readonly rounds: number;
  /** Least duration of one peer's turn in a round. */
  readonly turnMs: number;
  /** Also measure cold start and memory, in processes of their own. */
  readonly cold: boolean;
}

interface Flags {
  readonly net?: string;
  readonly peers: string;
  readonly threads: string;
  readonly runs: string;
  readonly turn: string;
  readonly cold: boolean;
  readonly browser?: true;
  readonly json?: true;
  readonly save?: true;
}

const here = dirname(fileURLToPath(import.meta.url));
const defaultNets = ['lenet5', 'faces'];

const program = new Command('npm run bench --')
  .description('Times cnnc and its peers on the same networks.')
  .option('--net <names>', `networks, comma-separated, or "all": ${nets.map(({ name }) => name).join(', ')}`)
  .option(
    '--peers <names>',
    'peers, comma-separated',
    'cnnc,cnnc-wide,onnxruntime-web,tfjs-wasm,onnxruntime-node',
  )
  .option('--threads <n>', 'threads for every peer', '1')
  .option('--runs <n>', 'interleaved rounds', '9')
  .option('--turn <ms>', 'least duration of a turn', '100')
  .option('--no-cold', 'leave out cold start and memory')
  .option('--browser', 'in Chromium instead of Node')
  .option('--json', 'print the results as JSON')
  .option('--save', 'write the page and the chart into docs/bench/');

const flags = program.parse().opts<Flags>();
const options: BenchOptions = {
  peers: flags.peers.split(','),
  threads: Number(flags.threads),
  rounds: Number(flags.runs),
  turnMs: Number(flags.turn),
  cold: flags.cold,
};
const bench = flags.browser ? benchInBrowser : benchInNode;

const figures: NetFigures[] = [];
const measured: BenchNet[] = [];
let engine = '';
for (const net of chosen(flags.net)) {
  const prepared = await prepare(net).catch(complain);
  if (!prepared) continue;
  const found = await bench(net, prepared, options);
  engine = found.engine;
  figures.push(found.figures);
  measured.push(net);
  if (!flags.json) console.log(`${terminalTable(found.figures)}\n`);
}
const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  engine,
  machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`,
  threads: options.threads,
  rounds: options.rounds,
  nets: figures,
  downloads: measured[0] ? await downloads(measured[0], options.peers) : [],
};
if (flags.json) console.log(JSON.stringify(results, undefined, 2));
write(join(here, 'results'), results);
if (flags.save) write(join(here, '..', 'docs', 'bench'), results);

/** A network that does not compile is one message; the others still run. */
function complain(error: unknown): undefined {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function chosen(names: string | undefined): readonly BenchNet[] {
  if (names === 'all') return nets;
  return (names?.split(',') ?? defaultNets).map(
    (name): BenchNet =>
      nets.find((candidate) => candidate.name === name) ??
      program.error(`there is no network called ${name}; there are ${nets.map((n) => n.name).join(', ')}`),
  );
}

/** JSON, Markdown and chart, named after engine and threads: `node-1-thread.md`. */
function write(folder: string, found: Results): void {
  mkdirSync(folder, { recursive: true });
  const name = `${flags.browser ? 'chromium' : 'node'}-${found.threads}-thread${found.threads === 1 ? '' : 's'}`;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(found, undefined, 2)}\n`);
  writeFileSync(join(folder, `${name}.md`), markdown(found, `${name}.svg`));
  writeFileSync(join(folder, `${name}.svg`), chart(found));
}
