/**
 * Measures the compiler itself: how fast it checks, checks again after an edit, formats and builds, each in processes of their own
 * that are started anew (a process that has just started has not compiled its own code yet; that is part of what people wait for).
 *
 *     node bench/compiler.ts [--processes n] [filter …]
 *
 * Of every figure the middle one and the best of all processes (5 unless said) are printed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { values, positionals } = parseArgs({
  options: { processes: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const processes = Number(values.processes);

type Figures = Readonly<Record<string, number>>;

function node(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { encoding: 'utf8', cwd: root });
}

/**
 * Node strips the types of each source here, by which V8's young generation would grow past what `cnnc`, which is built, holds it at:
 * src/cli/young-generation.ts.
 */
const child = (...args: readonly string[]): Figures => {
  const half = args[0] === 'edits' ? 8 : 4;
  return JSON.parse(
    node(`--max-semi-space-size=${half}`, join(here, 'compiler/child.ts'), ...args),
  ) as Figures;
};

/** What `npm run build` made; without it the sources, whose types Node strips at each start. */
const main = ['dist/cli/main.js', 'src/cli/main.ts'].map((path) => join(root, path)).find(existsSync) ?? '';

/** The whole process of a command, as a shell waits for it. */
function command(...args: readonly string[]): Figures {
  const from = performance.now();
  node(main, ...args);
  return { process: performance.now() - from };
}

const folder = mkdtempSync(join(tmpdir(), 'cnnc-bench-'));
const uses = (net: string, file: string): string => {
  const path = join(folder, `${file}.cnn`);
  writeFileSync(path, `use { ${net} } from "std/${file}"\nexport net Mine = ${net}\n`);
  return path;
};

interface Measurement {
  readonly name: string;
  readonly limits: Figures;
  readonly run: () => Figures;
}

const measurements: readonly Measurement[] = [
  {
    name: 'ResNet-152, first check',
    limits: { check: 150 },
    run: () => child('check', 'ResNet152', 'resnet'),
  },
  {
    name: 'Inception-v4, first check',
    limits: { check: 150 },
    run: () => child('check', 'InceptionV4', 'inception'),
  },
  { name: 'resnet.cnn (6 nets), checked again', limits: { edit: 20 }, run: () => child('edits', 'resnet') },
  {
    name: 'inception.cnn (3 nets), checked again',
    limits: { edit: 20 },
    run: () => child('edits', 'inception'),
  },
  {
    name: 'a file that imports ResNet-50 and -152, checked again as resnet.cnn changes',
    limits: { edit: 20 },
    run: () => child('edits', 'resnet', 'imported'),
  },
  {
    name: 'a file that imports Inception-v4, checked again as inception.cnn changes',
    limits: { edit: 20 },
    run: () => child('edits', 'inception', 'imported'),
  },
  { name: '10,000 lines, 500 blocks', limits: { total: 1000, peakMB: 300 }, run: () => child('big') },
  { name: '2,000 lines, formatted', limits: { first: 200, again: 200 }, run: () => child('format') },
  {
    name: 'cnnc check of LeNet-5',
    limits: { process: 300 },
    run: () => command('check', uses('LeNet5', 'lenet')),
  },
  {
    name: 'ResNet-50, built without weights',
    limits: { total: 1000 },
    run: () => child('build', 'ResNet50', 'resnet'),
  },
];

function spread(numbers: readonly number[]): { readonly middle: number; readonly best: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { middle: sorted[sorted.length >> 1] ?? NaN, best: sorted[0] ?? NaN };
}

/** Edits by the figures of each over all processes: the slowest edit, and the middle one, of each round. */
function ofRounds(runs: readonly Figures[]): [string, { middle: number; best: number }][] {
  const edits = Object.keys(runs[0] ?? {});
  return ['round 1', 'round 2'].flatMap((round) => {
    const own = edits
      .filter((edit) => edit.startsWith(round))
      .map((edit) => spread(runs.map((run) => run[edit] ?? NaN)));
    const slowest = {
      middle: Math.max(...own.map(({ middle }) => middle)),
      best: Math.max(...own.map(({ best }) => best)),
    };
    const typical = {
      middle: spread(own.map(({ middle }) => middle)).middle,
      best: spread(own.map(({ best }) => best)).middle,
    };
    return [
      [`${round}, the middle edit`, typical],
      [`${round}, the slowest edit`, slowest],
    ] as [string, { middle: number; best: number }][];
  });
}

function report({ name, limits }: Measurement, runs: readonly Figures[]): void {
  const isEdits = limits.edit !== undefined;
  const rows = isEdits
    ? ofRounds(runs)
    : Object.keys(runs[0] ?? {}).map((key) => [key, spread(runs.map((run) => run[key] ?? NaN))] as const);
  for (const [key, { middle, best }] of rows) {
    const limit = limits[key] ?? (isEdits ? limits.edit : undefined);
    const aim = limit === undefined ? '' : ` | aim ${limit}`;
    console.log(`${name} | ${key} | ${middle.toFixed(1)} | ${best.toFixed(1)}${aim}`);
  }
}

console.log(
  `# ${process.version}, ${processes} processes; milliseconds, peakMB in megabytes; cnnc is ${main.slice(root.length + 1)}`,
);
console.log('what | figure | middle | best');
try {
  for (const measurement of measurements) {
    const isWanted = positionals.some((filter) =>
      measurement.name.toLowerCase().includes(filter.toLowerCase()),
    );
    if (positionals.length > 0 && !isWanted) continue;
    report(measurement, Array.from({ length: processes }, measurement.run));
  }
} finally {
  rmSync(folder, { recursive: true });
}
