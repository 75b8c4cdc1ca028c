/** What bench/compiler/child.ts measures, by name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { format } from '../../src/compiler/format/index.ts';
import { stdlibFolder } from '../../src/compiler/host.ts';
import {
  check,
  createChecker,
  emitWasm,
  instantiate,
  nodeHost,
  optimize,
  plan,
  resolve,
} from '../../src/compiler/index.ts';
import { bigFile } from './big-file.ts';
import { editedFiles, type Edited } from './edits.ts';

/** Milliseconds by what took them; `peakMB` is the peak memory of the process. */
type Figures = Readonly<Record<string, number>>;

function timed<T>(run: () => T): readonly [result: T, ms: number] {
  const from = performance.now();
  const result = run();
  return [result, performance.now() - from];
}

const host = nodeHost(stdlibFolder());

function checkNet(net: string, file: string): Figures {
  const text = `use { ${net} } from "std/${file}"\nexport net Mine = ${net}\n`;
  const [{ diagnostics, nets }, ms] = timed(() => createChecker(host).check({ path: 'mine.cnn', text }));
  if (diagnostics.length > 0 || !nets[0]?.facts) throw new Error(`${net} does not check`);
  return { check: ms };
}

function build(net: string, file: string): Figures {
  const text = `use { ${net} } from "std/${file}"\nexport net Mine = ${net}\n`;
  const engine = { relaxed: true, wide: false };
  const [graph, checked] = timed(() => {
    const { model } = resolve({ path: 'mine.cnn', text }, host);
    return instantiate(model, { mode: 'inference' }).graph;
  });
  if (!graph) throw new Error(`${net} does not check`);
  const [planned, plannedMs] = timed(() => plan(optimize(graph), engine));
  const [, emitted] = timed(() => emitWasm(planned));
  return { graph: checked, plan: plannedMs, wasm: emitted, total: checked + plannedMs + emitted };
}

/** Each edit and its correction: right after the start, and in a second round. A person pauses between two of them. */
async function edits(name: string, where: string): Promise<Figures> {
  const edited = editedFiles.find(({ file, imported }) => file === name && !imported === (where === ''));
  if (!edited) throw new Error(`no edits of ${name}`);
  const text = readFileSync(join(stdlibFolder(), `${name}.cnn`), 'utf8');
  const again = checkerOf(edited);
  const figures: Record<string, number> = { first: await again(text) };
  for (const round of ['round 1', 'round 2'])
    for (const [what, from, to] of edited.edits) {
      if (!text.includes(from)) throw new Error(`${name}.cnn has no ${from}`);
      figures[`${round}: ${what}`] = await again(text.replace(from, to));
      figures[`${round}: ${what}, taken back`] = await again(text);
    }
  return figures;
}

/** Checks with one checker: the file with the text given, or one that imports it. */
function checkerOf({ file, imported }: Edited): (text: string) => Promise<number> {
  const path = `${file}.cnn`;
  let written = '';
  const checker = createChecker({ ...host, read: (asked) => (asked === path ? written : host.read(asked)) });
  const importing = imported?.map((net) => `export net My${net} = ${net}\n`).join('');
  const own = imported && {
    path: 'mine.cnn',
    text: `use { ${imported.join(', ')} } from "./${file}"\n${importing}`,
  };
  return async (text) => {
    written = text;
    const [{ nets }, ms] = timed(() => checker.check(own ?? { path, text }));
    if (imported && nets.length !== imported.length) throw new Error(`${path} is not imported`);
    await setTimeout(50);
    return ms;
  };
}

function big(): Figures {
  const text = bigFile();
  const [{ model }, resolved] = timed(() => resolve({ path: 'big.cnn', text }, host));
  const [{ diagnostics }, checked] = timed(() => check(model));
  if (diagnostics.length > 0) throw new Error('the big file has errors');
  const peakMB = (process.resourceUsage().maxRSS * 1024) / 1e6;
  return { 'parse and resolve': resolved, check: checked, total: resolved + checked, peakMB };
}

function formatTwice(): Figures {
  const text = bigFile(100).split('\n').slice(0, -60).join('\n');
  const whole = text.slice(0, text.lastIndexOf('\n}\n') + 3);
  const [first, once] = timed(() => format({ path: 'big.cnn', text: whole }));
  const [, again] = timed(() => format({ path: 'big.cnn', text: first.text }));
  if (first.diagnostics.length > 0) throw new Error('the file to format has errors');
  return { first: once, again };
}

export const measurements: Readonly<
  Record<string, (name: string, file: string) => Figures | Promise<Figures>>
> = { check: checkNet, build, edits, big, format: formatTwice };
