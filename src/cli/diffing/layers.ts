/** What changes between the layers of two versions of a net, in the order of computation. */
import { summarize, type LayerSummary } from '../../compiler/index.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import type { Move } from './weights.ts';
import { showCount } from '../../compiler/diagnostics/count.ts';

/** A property with its value before and after, as text. */
export interface Change {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

export type LayerDiff =
  | { readonly kind: 'added'; readonly path: string; readonly layer: LayerSummary }
  | { readonly kind: 'gone'; readonly path: string; readonly layer: LayerSummary }
  | {
      readonly kind: 'changed';
      readonly path: string;
      /** Its path before, where it was renamed. */
      readonly before: string;
      readonly changes: readonly Change[];
      /** The layer itself is written otherwise; else its shape or what it sees follows from layers before it. */
      readonly own: boolean;
    };

export interface Figures {
  readonly layers: number;
  readonly params: number;
  readonly trainable: number;
  readonly macs: number;
  readonly receptiveField: string;
}

/** Layers that are not the same in both, and both versions' figures. */
export function diffLayers(
  before: Graph,
  after: Graph,
  moves: readonly Move[],
): { readonly layers: readonly LayerDiff[]; readonly before: Figures; readonly after: Figures } {
  const [old, now] = [summarize(before), summarize(after)];
  const indexOf = new Map(old.layers.map(({ path }, i) => [path, i]));
  const renames = [...moves, ...moves.map(blocksOf)];
  const matched = now.layers.map(
    ({ path }) => indexOf.get(path) ?? indexOf.get(movedFrom(path, renames, indexOf) ?? ''),
  );
  const kept = new Set(matched);
  const layers: LayerDiff[] = [];
  let next = 0;
  const goneUpTo = (end: number): void => {
    for (; next < end; next++) {
      const layer = old.layers[next];
      if (layer && !kept.has(next)) layers.push({ kind: 'gone', path: layer.path, layer });
    }
  };
  now.layers.forEach((layer, i) => {
    const found = matched[i];
    const was = found === undefined ? undefined : old.layers[found];
    if (found !== undefined) goneUpTo(found);
    if (!was) return layers.push({ kind: 'added', path: layer.path, layer });
    const changes = changesOf(was, layer, renames);
    if (changes.length === 0 && was.path === layer.path) return;
    return layers.push({
      kind: 'changed',
      path: layer.path,
      before: was.path,
      changes,
      own: changes.some(isOwn),
    });
  });
  goneUpTo(old.layers.length);
  return { layers, before: figuresOf(old), after: figuresOf(now) };
}

const following: ReadonlySet<string> = new Set([
  'output',
  'multiplications',
  'receptive field',
  'connected to',
]);

const isOwn = ({ what }: Change): boolean => !following.has(what);

/** `stem.bn -> stem0.bn`: then `stem` is probably `stem0`, for the layers without weights. */
function blocksOf({ from, to }: Move): Move {
  const [before, after] = [from.split('.'), to.split('.')];
  while (before.length > 1 && after.length > 1 && before.at(-1) === after.at(-1)) {
    before.pop();
    after.pop();
  }
  return { from: before.join('.'), to: after.join('.') };
}

/** The path before a rename of the layer or of a block around it; of several, one that was there. */
function movedFrom(
  path: string,
  moves: readonly Move[],
  known?: ReadonlyMap<string, unknown>,
): string | undefined {
  const before = moves
    .filter(({ to }) => path === to || path.startsWith(`${to}.`))
    .map(({ from, to }) => from + path.slice(to.length));
  return before.find((old) => known?.has(old)) ?? before[0];
}

function changesOf(was: LayerSummary, is: LayerSummary, moves: readonly Move[]): readonly Change[] {
  const inputs = is.inputs.map((path) =>
    was.inputs.includes(path) ? path : (movedFrom(path, moves) ?? path),
  );
  const pairs: readonly (readonly [string, string, string])[] = [
    ['kind', was.op, is.op],
    ['output', was.output, is.output],
    ['parameters', showCount(was.params), showCount(is.params)],
    ['multiplications', showCount(was.macs), showCount(is.macs)],
    ['receptive field', field(was), field(is)],
    ['connected to', was.inputs.join(', '), inputs.join(', ')],
    ...optionPairs(was, is),
  ];
  return pairs.filter(([, from, to]) => from !== to).map(([what, from, to]) => ({ what, from, to }));
}

/** Options such as stride and pad. Those that only repeat the output's shape would say it twice. */
function optionPairs(was: LayerSummary, is: LayerSummary): readonly (readonly [string, string, string])[] {
  if (was.op !== is.op) return [];
  const names = new Set([...Object.keys(was.node.attrs), ...Object.keys(is.node.attrs)]);
  return [...names]
    .filter((name) => !['channels', 'units', 'name', 'value', 'init'].includes(name))
    .map((name) => [name, option(was.node.attrs[name]), option(is.node.attrs[name])] as const);
}

/** `3x3`, `1..1 x 1..1` as people write it. */
function option(value: unknown): string {
  if (value === undefined) return 'none';
  if (!Array.isArray(value)) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const parts = (value as readonly unknown[]).map((part) =>
    Array.isArray(part) ? (part[0] === part[1] ? String(part[0]) : `(${part.join(', ')})`) : String(part),
  );
  return parts.join('x');
}

function figuresOf({ layers, costs }: ReturnType<typeof summarize>): Figures {
  const { params, trainable, macs } = costs;
  const widest = layers.reduce<LayerSummary | undefined>(
    (best, layer) => (area(layer) >= area(best) ? layer : best),
    undefined,
  );
  return { layers: layers.length, params, trainable, macs, receptiveField: widest ? field(widest) : '' };
}

/** Of layers that do not see everything. */
function area(layer: LayerSummary | undefined): number {
  if (!layer || layer.receptiveField === 'all') return 0;
  return layer.receptiveField.reduce((a, b) => a * b, 1);
}

const field = ({ receptiveField }: LayerSummary): string =>
  receptiveField === 'all' ? 'all' : receptiveField.join('x');
