/** What holds of every text, however broken. Each law gives the ways in which a text breaks it; none throws for what it judges. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from '../../src/compiler/1-parse/index.ts';
import { applyFix, toJson } from '../../src/compiler/diagnostics/json.ts';
import { printAll } from '../../src/compiler/diagnostics/print.ts';
import { format } from '../../src/compiler/format/index.ts';
import {
  checkPlannedBudgets,
  emitWasm,
  instantiate,
  memoryProblems,
  optimize,
  plan,
  summarize,
  verify,
  verifyPlan,
  type Diagnostic,
  type Edit,
  type Host,
  type NetFacts,
  type Source,
} from '../../src/compiler/index.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { shapeOf } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { buildDiagram } from '../../src/diagram/build.ts';
import { told } from '../check/told.ts';
import { show } from '../parse/tree.ts';
import { photoLike, trainedWeights } from '../stdlib/nets.ts';
import { runWasm } from '../stdlib/run.ts';
import { freshCheck, type Checked } from './project.ts';

export type Violations = readonly string[];

const spansOf = (d: Diagnostic): readonly Diagnostic['span'][] => [
  d.span,
  ...d.labels.map(({ span }) => span),
  ...d.fixes.flatMap(({ edits }) => edits.map(({ span }) => span)),
];

/** Messages are whole, said once, and point into the text of now; they can be shown. */
export function messagesHold(
  diagnostics: readonly Diagnostic[],
  textOf: (path: string) => string | undefined,
): Violations {
  const broken: string[] = [];
  const said = new Set<string>();
  for (const d of diagnostics) {
    const { path, text } = d.span.source;
    const key = `${d.code}: ${d.message} at ${path}:${d.span.start}-${d.span.end}`;
    if (said.has(key)) broken.push(`twice: ${key}`);
    said.add(key);
    const words = [
      d.message,
      d.label ?? '',
      ...d.labels.map((l) => l.text),
      ...d.notes.map((n) => n.text),
    ].join('\n');
    const odd = /\{\w+\}|undefined|\bNaN\b|\[object/.exec(words)?.[0];
    if (odd !== undefined && !text.includes(odd)) broken.push(`words: ${odd} in ${words}`);
    for (const span of spansOf(d)) {
      const { source, start, end } = span;
      const isInside = start >= 0 && start <= end && end <= source.text.length;
      if (!isInside) broken.push(`outside: ${d.code} at ${start}-${end} of ${source.text.length}`);
      // A file that is not `.cnn` is only named.
      const now = textOf(source.path);
      if (source.text !== '' && now !== undefined && source.text !== now)
        broken.push(`old text: ${d.code} in ${source.path}`);
    }
    for (const { edits } of d.fixes) if (overlap(edits)) broken.push(`edits overlap: ${key}`);
  }
  printAll(diagnostics, { color: false });
  JSON.stringify(diagnostics.map(toJson));
  return broken;
}

const inOrder = (edits: readonly Edit[]): readonly Edit[] =>
  [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);

function overlap(edits: readonly Edit[]): boolean {
  return inOrder(edits).some(({ span }, i, all) => {
    const before = all[i - 1]?.span;
    return before !== undefined && before.source === span.source && span.start < before.end;
  });
}

/**
 * After a fix, the message is not said of the same place again; it may be of others. Where a bracket was meant is a guess, and what is put
 * into a text that does not parse may not be read.
 */
export function fixesHold(
  source: Source,
  found: readonly Diagnostic[],
  host: Host,
  most: number,
): Violations {
  const isBroken = found.some(({ code }) => code.startsWith('syntax/'));
  return found
    .filter(({ code }) => (isBroken ? code.startsWith('syntax/') && code !== 'syntax/unclosed' : true))
    .flatMap((d) => d.fixes.filter(({ edits }) => edits.length > 0).map((fix) => ({ d, fix })))
    .slice(0, most)
    .flatMap(({ d, fix }) => {
      const own = fix.edits.filter(({ span }) => span.source.path === source.path);
      const text = applyFix(source, fix);
      if (text === source.text) return own.length > 0 ? [`fix changes nothing: ${d.code} ${fix.title}`] : [];
      const { diagnostics } = freshCheck({ ...source, text }, host);
      const moved = own
        .filter(({ span }) => span.end <= d.span.start && span.start < d.span.start)
        .reduce((sum, edit) => sum + edit.text.length - (edit.span.end - edit.span.start), d.span.start);
      const isSame = (each: Diagnostic): boolean => each.code === d.code && each.message === d.message;
      const again = diagnostics.filter(isSame);
      return again.length >= found.filter(isSame).length && again.some(({ span }) => span.start === moved)
        ? [`fix does not mend: ${d.code} "${d.message}" by "${fix.title}"`]
        : [];
    });
}

const codes = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map(({ code }) => code)
    .sort()
    .join(' ');

/** Formatting keeps the tree and what is said, and formatting again changes nothing. */
export function formatHolds(source: Source, checked: Checked, host: Host): Violations {
  const once = format(source);
  if (once.diagnostics.length > 0)
    return once.text === source.text ? [] : ['format: changed a text that does not parse'];
  const now = { ...source, text: once.text };
  const again = parse(now);
  if (again.diagnostics.length > 0) return [`format: does not parse any more: ${codes(again.diagnostics)}`];
  const broken: string[] = [];
  if (format(now).text !== once.text) broken.push('format: not idempotent');
  if (show(again.file) !== show(parse(source).file)) broken.push('format: another tree');
  const [before, after] = [codes(checked.diagnostics), codes(freshCheck(now, host).diagnostics)];
  if (before !== after) broken.push(`format: other messages: ${before} → ${after}`);
  return broken;
}

/** A checker that has seen other texts says what a fresh check says. */
export function equalsFresh(warm: Checked, fresh: Checked): Violations {
  const [a, b] = [told(warm.diagnostics, warm.nets), told(fresh.diagnostics, fresh.nets)];
  if (isDeepStrictEqual(a, b)) return [];
  const [now, then] = [codes(warm.diagnostics), codes(fresh.diagnostics)];
  return [
    now === then ? 'incremental: other places, notes or nets' : `incremental: ${now} instead of ${then}`,
  ];
}

const small = { nodes: 400, macs: 100_000, elements: 20_000 };

/** Nets without errors have well-formed graphs that can be summarised, drawn, planned and compiled; small ones compute what `eval` does. */
export function netsHold(checked: Checked): Violations {
  if (checked.diagnostics.some(({ severity }) => severity === 'error')) return [];
  checkPlannedBudgets(checked.model, checked.nets);
  return checked.nets.flatMap(({ name, facts }) => (facts ? netHolds(name, facts, checked) : []));
}

function netHolds(name: string, facts: NetFacts, { model }: Checked): Violations {
  const { graph, costs } = facts;
  const broken: string[] = verify(graph).map((problem) => `graph: ${String(problem)}`);
  const summary = summarize(graph);
  instantiate(model, { net: name, mode: 'training' });
  const nodes = topological(graph);
  if (nodes.length > small.nodes) return broken;
  buildDiagram(graph, (node) => costs.nodes.get(node) ?? { params: 0, macs: 0 });
  const planned = plan(optimize(graph), { relaxed: true, wide: false });
  broken.push(...verifyPlan(planned).map((problem) => `plan: ${String(problem)}`));
  if (memoryProblems(planned).length > 0) return broken;
  const { bytes } = emitWasm(planned);
  if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) broken.push('wasm does not validate');
  const elements = nodes.reduce(
    (sum, node) => sum + shapeOf(node.type).reduce((product, n) => product * n, 1),
    0,
  );
  if (summary.costs.macs > small.macs || elements > small.elements) return broken;
  return [...broken, ...computes(facts)];
}

function computes({ graph }: NetFacts): Violations {
  const given = { inputs: photoLike(graph), weights: trainedWeights };
  const expected = evaluate(graph, given.inputs, given.weights);
  const { outputs } = runWasm(graph, 'relaxed', given);
  return Object.entries(expected).flatMap(([name, tensors]) =>
    tensors.flatMap((tensor, i) => {
      const error = largestError(outputs[name]?.[i]?.data, tensor.data);
      return error <= 1e-3 ? [] : [`computes: ${name} differs by ${error}`];
    }),
  );
}

/** Relative to the largest expected magnitude; what is not finite has to be so in both. */
function largestError(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (actual?.length !== expected.length) return Infinity;
  const finite = Array.from(expected).filter(Number.isFinite);
  const largest = finite.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30);
  return Array.from(expected).reduce((worst, x, i) => {
    const y = actual[i] ?? NaN;
    if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y))) return worst;
    if (!Number.isFinite(x)) return Number.isFinite(y) ? Infinity : worst;
    return Math.max(worst, Number.isNaN(y) ? Infinity : Math.abs(x - y) / largest);
  }, 0);
}
