/**
 * Checking a file again and again while it is edited. Files that did not change are not parsed again, and a net, or a
 * variant of its family, is evaluated again only when its own text, or that of a declaration it reaches, has changed; otherwise what it came to before is moved to
 * where the text stands now. In a net that has changed, blocks that came to something before are stamped out (3-check/memo). The results are those of a fresh `resolve` and `check`: what an outcome depends on is its key.
 */
import type { Source, Span } from './1-parse/source.ts';
import { resolve } from './2-resolve/index.ts';
import type { Declaration, Host, Model, Module, NetDeclaration } from './2-resolve/model.ts';
import {
  check,
  newBlockMemory,
  type BlockMemory,
  type Found,
  type Memo,
  type NetInfo,
  type Outcome,
} from './3-check/index.ts';
import { idOf, partOf, settingsOf, signaturesOf } from './3-check/memo/signatures.ts';
import { withoutConsequences } from './diagnostics/consequences.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { moveDiagnostic, moveFacts } from './move.ts';

export interface CheckResult {
  readonly model: Model;
  readonly diagnostics: readonly Diagnostic[];
  readonly nets: readonly NetInfo[];
}

export interface Checker {
  /** Everything wrong with a file and its imports, and its nets; fast where little changed since the last call. */
  check(source: Source): CheckResult;
}

/** A file that was read while checking (names of classes), and what it held. */
type Reading = readonly [path: string, text: string | undefined];

/** An outcome with everything that it follows from. From the next check on, nothing in it holds on to the trees of its own. */
interface Kept {
  /** A signature: equal ones, equal outcomes (but for places). */
  readonly key: number;
  /** What it was made of, where it stood. */
  readonly parts: () => readonly Part[];
  readonly readings: readonly Reading[];
  readonly facts: Outcome['facts'];
  /** Nets that were asked for by their id. */
  readonly found: readonly (Diagnostic | string)[];
  readonly spent: Outcome['spent'];
}

/** Outcomes of one net, by different texts, the last one first; undefined for a check that did not ask or could not keep it. */
type History = readonly (Kept | undefined)[];

/** Outcomes that are kept of a net: an edit that is taken back, or tried in two ways, finds what it came to before. */
const longestHistory = 3;

/** A piece of text that an outcome's spans may lie in. */
interface Part {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A checker for the files of a host. It keeps the last outcomes of each net. */
export function createChecker(host: Host): Checker {
  let kept: ReadonlyMap<string, History> = new Map();
  const blocks = newBlockMemory();
  return {
    check: (source) => {
      for (const history of kept.values()) for (const each of history) each?.parts();
      const resolved = resolve(source, host);
      const readings: Reading[] = [];
      const model: Model = { ...resolved.model, host: watched(host, readings) };
      const now = new Map<string, History>();
      const checked = check(model, { memo: memoOf(model, { before: kept, now, readings, host, blocks }) });
      for (const [place, history] of kept) if (!now.has(place)) remember(place, undefined, history, now);
      kept = now;
      const diagnostics = withoutConsequences([...resolved.diagnostics, ...checked.diagnostics]);
      return { model, diagnostics, nets: checked.nets };
    },
  };
}

function watched(host: Host, readings: Reading[]): Host {
  const read = (path: string): string | undefined => {
    const text = host.read(path);
    readings.push([path, text]);
    return text;
  };
  const { list, exists } = host;
  return {
    read,
    ...(list ? { list: list.bind(host) } : {}),
    ...(exists ? { exists: exists.bind(host) } : {}),
  };
}

interface Memory {
  readonly before: ReadonlyMap<string, History>;
  readonly now: Map<string, History>;
  readonly readings: Reading[];
  readonly host: Host;
  readonly blocks: BlockMemory;
}

function memoOf(model: Model, memory: Memory): Memo {
  const signatures = signaturesOf(model, memory.blocks.texts);
  const reachedBy = new Map<Declaration, () => Reached>();
  return {
    blocks: memory.blocks,
    outcome: (of, declaration, compute) => {
      const key = signatures.of(declaration);
      // Circular, or declared twice: evaluated each time.
      if (key === undefined) return compute();
      const reached = reachedBy.get(declaration) ?? once(() => reachedFrom(declaration, model));
      reachedBy.set(declaration, reached);
      const place = `${of} ${idOf(declaration)}`;
      const history = memory.before.get(place) ?? [];
      const known = history.find((kept) => kept?.key === key);
      const recalled = known && recall(known, reached(), memory);
      const outcome = recalled ?? compute();
      const kept = recalled ? known : keep(key, outcome, declaration, reached, memory);
      const others = history.filter((other) => other?.key !== key);
      remember(place, kept, others, memory.now);
      return outcome;
    },
  };
}

function remember(place: string, kept: Kept | undefined, before: History, into: Map<string, History>): void {
  const history = [kept, ...before].slice(0, longestHistory);
  if (history.some((each) => each !== undefined)) into.set(place, history);
}

/** Undefined for what may come out otherwise although its text is the same. */
function keep(
  key: number,
  { facts, found, spent }: Outcome,
  declaration: NetDeclaration,
  reached: () => Reached,
  memory: Memory,
): Kept | undefined {
  const parts = once(() => reached().parts);
  // A message that points outside of what the net is made of would move with text that is not in the key.
  if (!spent || !(liesWithin(found, [partOf(declaration)]) || liesWithin(found, parts()))) return undefined;
  const told = found.map((each) => ('code' in each ? each : idOf(each)));
  return { key, parts, readings: [...memory.readings], facts, found: told, spent };
}

function recall(known: Kept, reached: Reached, memory: Memory): Outcome | undefined {
  if (known.readings.some(([path, text]) => memory.host.read(path) !== text)) return undefined;
  memory.readings.push(...known.readings);
  const nets = new Map(reached.declarations.map((declaration) => [idOf(declaration), declaration]));
  const move = mover(known.parts(), reached.parts);
  const { facts, found, spent } = known;
  return {
    spent,
    facts: facts && moveFacts(facts, move),
    found: found.map((each): Found => {
      if (typeof each !== 'string') return moveDiagnostic(each, move);
      return nets.get(each) as NetDeclaration;
    }),
  };
}

// ---- What an outcome follows from

interface Reached {
  /** The declaration, and all that its text names, and theirs. */
  readonly declarations: readonly Declaration[];
  /** Where they stand, and the settings of the files that they are in. */
  readonly parts: readonly Part[];
}

function reachedFrom(declaration: Declaration, model: Model): Reached {
  const declarations = new Set([declaration]);
  const modules = new Set<Module>();
  // The set grows while it is walked.
  for (const each of declarations) {
    if ('module' in each && each.module) modules.add(each.module);
    for (const { to } of model.mentions.get(each) ?? []) declarations.add(to);
  }
  const parts = [...[...declarations].map(partOf), ...[...modules].flatMap(settingsOf)];
  return { declarations: [...declarations], parts };
}

/** What `make` gives, made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let waiting: (() => T) | undefined = make;
  let made: T | undefined;
  return () => {
    if (waiting) made = waiting();
    waiting = undefined;
    return made as T;
  };
}

// ---- Places

/** Moves spans from the parts where they were to the same parts now. */
function mover(from: readonly Part[], to: readonly Part[]): (span: Span) => Span {
  const moved = new Map<Span, Span>();
  return (span) => {
    const known = moved.get(span);
    if (known) return known;
    const at = from.findIndex((part) => isWithin(span, part));
    const [before, now] = [from[at], to[at]];
    const by = before && now ? now.start - before.start : 0;
    const result = { source: now?.source ?? span.source, start: span.start + by, end: span.end + by };
    moved.set(span, result);
    return result;
  };
}

function isWithin({ source, start, end }: Span, part: Part): boolean {
  return source.path === part.source.path && start >= part.start && end <= part.end;
}

function liesWithin(found: Outcome['found'], parts: readonly Part[]): boolean {
  return found.every((each) => {
    if (!('code' in each)) return true;
    const spans = [each.span, ...each.labels.map(({ span }) => span)];
    for (const { edits } of each.fixes) for (const { span } of edits) spans.push(span);
    return spans.every((span) => parts.some((part) => isWithin(span, part)));
  });
}
