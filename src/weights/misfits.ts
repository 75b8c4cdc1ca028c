/** The sentences about weights that do not fit: what is missing, what has another shape, what is left over. */
import type { Span } from '../compiler/1-parse/source.ts';
import type { Diagnostic, Fix } from '../compiler/diagnostics/diagnostic.ts';
import { nearestNames } from '../compiler/diagnostics/nearest.ts';
import { diagnostic } from '../compiler/diagnostics/registry.ts';
import { matchesPath } from '../compiler/ir/weight-paths.ts';
import type { WeightEntry, WeightFile } from './safetensors.ts';

export interface Misfit {
  readonly path: string;
  /** Shape in the file's order. */
  readonly wanted: readonly number[];
  /** The tensor of that name, with another shape. */
  readonly found: WeightEntry | undefined;
}

interface About {
  readonly file: WeightFile;
  readonly net: string;
  readonly at: Span;
}

const shownAtMost = 12;

/** One error that lists them all, or nothing. */
export function misfits(
  wrong: readonly Misfit[],
  about: About & { readonly total: number; readonly used: ReadonlySet<string> },
): readonly Diagnostic[] {
  if (wrong.length === 0) return [];
  const { file, net, at, total } = about;
  const free = [...file.entries.values()].filter(({ name }) => !about.used.has(name));
  const lines = wrong.map((misfit) => ({ misfit, near: misfit.found ? undefined : nearest(misfit, free) }));
  const args = { fit: total - wrong.length, total, net, file: file.path };
  return [
    diagnostic('weights/do-not-fit', args, at, {
      notes: [{ word: 'why', text: listed(lines.map(({ misfit, near }) => describe(misfit, near))) }],
      fixes: renames(lines, at),
    }),
  ];
}

/** A warning about tensors that nothing reads. PyTorch's step counters are no weights. */
export function unusedTensors(
  used: ReadonlySet<string>,
  { file, net, at, except }: About & { readonly except: readonly string[] },
): readonly Diagnostic[] {
  const unused = [...file.entries.values()].filter(
    ({ name }) =>
      !used.has(name) &&
      !name.endsWith('num_batches_tracked') &&
      !except.some((pattern) => matchesPath(pattern, name)),
  );
  if (unused.length === 0) return [];
  const text = listed(unused.map(({ name, shape }) => `${name} ${showShape(shape)}`));
  const args = { count: unused.length, file: file.path, net };
  return [diagnostic('weights/unused', args, at, { notes: [{ word: 'note', text }] })];
}

export function notFinite(entry: WeightEntry, what: string, { file, at }: About): Diagnostic {
  return diagnostic('weights/not-finite', { tensor: entry.name, file: file.path, what }, at);
}

export function notFloats(entry: WeightEntry, { file, at }: About): Diagnostic {
  return diagnostic('weights/not-floats', { tensor: entry.name, file: file.path, dtype: entry.dtype }, at);
}

/** Warnings about patterns of `except` and `moved` that match no weight of the net. */
export function patternsWithoutMatch(
  paths: readonly string[],
  about: About & {
    readonly except?: readonly string[];
    readonly moved?: readonly { readonly to: string }[];
  },
): readonly Diagnostic[] {
  const patterns = [...(about.except ?? []), ...(about.moved ?? []).map(({ to }) => to)];
  return patterns
    .filter((pattern) => !paths.some((path) => matchesPath(pattern, path)))
    .map((pattern) => diagnostic('weights/matches-nothing', { pattern, net: about.net }, about.at));
}

/** `64x3x7x7`, `64`, `one number`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'one number' : shape.join('x');
}

function describe({ path, wanted, found }: Misfit, near: WeightEntry | undefined): string {
  if (found) return `${path} is ${showShape(wanted)} in the net and ${showShape(found.shape)} in the file`;
  const hint = near ? `; the file has ${near.name} ${showShape(near.shape)}` : '';
  return `${path} ${showShape(wanted)} is not in the file${hint}`;
}

/** A free tensor of nearly that name, one of the right shape first. */
function nearest({ path, wanted }: Misfit, free: readonly WeightEntry[]): WeightEntry | undefined {
  const sameShape = free.filter(({ shape }) => String(shape) === String(wanted));
  for (const candidates of [sameShape, free]) {
    const [name] = nearestNames(
      path,
      candidates.map((entry) => entry.name),
    );
    if (name !== undefined) return candidates.find((entry) => entry.name === name);
  }
  return undefined;
}

/** `moved stem.conv -> stem.conv7` for layers whose weights are there under nearly the same path. */
function renames(
  lines: readonly { readonly misfit: Misfit; readonly near: WeightEntry | undefined }[],
  at: Span,
): readonly Fix[] {
  const moves = new Set<string>();
  for (const { misfit, near } of lines) {
    if (!near || String(near.shape) !== String(misfit.wanted)) continue;
    const [from, to] = [near.name, misfit.path].map((name) => name.slice(0, name.lastIndexOf('.')));
    if (from !== to) moves.add(`moved ${from} -> ${to}`);
  }
  const canEdit = at.source.text !== '';
  return [...moves].slice(0, 3).map((title) => ({
    title,
    edits: canEdit ? [{ span: { ...at, start: at.end }, text: `\n${title}` }] : [],
  }));
}

function listed(lines: readonly string[]): string {
  const more = lines.length - shownAtMost;
  return [...lines.slice(0, shownAtMost), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
