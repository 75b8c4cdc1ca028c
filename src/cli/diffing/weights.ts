/**
 * Whether weights that were saved for one version of a net fit another, and which `moved` lines make them fit. A layer counts as
 * renamed where one that is gone and one that is new hold weights of the same names and shapes.
 */
import { nearestNames } from '../../compiler/diagnostics/nearest.ts';
import { nameBefore } from '../../compiler/ir/weight-paths.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { shapeOf } from '../../compiler/ir/type.ts';
import { paramPath } from '../../compiler/ops/build.ts';
import { paramsOf } from '../../weights/bind.ts';

export interface Move {
  readonly from: string;
  readonly to: string;
}

export interface Weight {
  readonly path: string;
  readonly shape: readonly number[];
}

export interface WeightsDiff {
  /** Weights of the new version. */
  readonly total: number;
  /** How many of them saved weights fill as they are (with the `moved` lines that are there already). */
  readonly fit: number;
  /** How many with the proposed `moved` lines too. */
  readonly fitMoved: number;
  readonly reshaped: readonly {
    readonly path: string;
    readonly from: readonly number[];
    readonly to: readonly number[];
  }[];
  /** Without those that are probably renamed. */
  readonly added: readonly Weight[];
  readonly gone: readonly Weight[];
  /** Lines to write into the new file: `moved stem.conv -> stem.conv7`. */
  readonly moves: readonly Move[];
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Compares the weights of two graphs; `moved` are the renames that the new file has already. */
export function diffWeights(before: Graph, after: Graph, moved: readonly Move[]): WeightsDiff {
  const [old, now] = [weightsOf(before), weightsOf(after)];
  const known = new Map([...now.keys()].map((path) => [path, oldPath(path, old, moved)]));
  const used = new Set(known.values());
  const missing = [...now].filter(([path]) => known.get(path) === undefined);
  const left = [...old].filter(([path]) => !used.has(path));
  const moves = renamed(new Map(left), new Map(missing));
  const isMoved = (path: string): boolean => moves.some(({ to }) => isUnder(path, to));
  const reshaped = [...now].flatMap(([path, to]) => {
    const from = old.get(known.get(path) ?? '');
    return from && String(from) !== String(to) ? [{ path, from, to }] : [];
  });
  const added = missing.filter(([path]) => !isMoved(path)).map(asWeight);
  const gone = left.filter(([path]) => !moves.some(({ from }) => isUnder(path, from))).map(asWeight);
  const fit = now.size - missing.length - reshaped.length;
  return {
    total: now.size,
    fit,
    fitMoved: fit + missing.length - added.length,
    reshaped,
    added,
    gone,
    moves,
  };
}

const asWeight = ([path, shape]: readonly [string, readonly number[]]): Weight => ({ path, shape });

function weightsOf(graph: Graph): Shapes {
  return new Map(paramsOf(graph).map((param) => [paramPath(param), shapeOf(param.type)]));
}

/** Where the old file has what the new net calls `path`. */
function oldPath(path: string, old: Shapes, moved: readonly Move[]): string | undefined {
  const candidates = [path, ...moved.map((move) => nameBefore(path, move))];
  return candidates.find((candidate) => candidate !== undefined && old.has(candidate));
}

/** Layers that are gone paired with new ones, as few and as short renames as say it. */
function renamed(gone: Shapes, added: Shapes): readonly Move[] {
  const [from, to] = [layersOf(gone), layersOf(added)];
  const free = new Set(from.keys());
  const moves: Move[] = [];
  for (const [layer, signature] of to) {
    const same = [...free].filter((candidate) => from.get(candidate) === signature);
    const [near] = nearestNames(layer, same);
    const found = near ?? sameEnd(layer, same) ?? (isOnly(signature, from, to) ? same[0] : undefined);
    if (found === undefined) continue;
    free.delete(found);
    moves.push({ from: found, to: layer });
  }
  return shortest(moves, gone, added);
}

/** `weight 64x3x7x7, bias 64` by layer. */
function layersOf(weights: Shapes): ReadonlyMap<string, string> {
  const layers = new Map<string, string>();
  for (const [path, shape] of weights) {
    const cut = path.lastIndexOf('.');
    const layer = path.slice(0, cut);
    layers.set(layer, `${layers.get(layer) ?? ''}${path.slice(cut + 1)} ${shape.join('x')}, `);
  }
  return layers;
}

/** The candidate that ends as the layer does: the block around it was renamed. */
function sameEnd(layer: string, candidates: readonly string[]): string | undefined {
  const end = (path: string): string => path.slice(path.indexOf('.') + 1);
  const same = candidates.filter((candidate) => end(candidate) === end(layer));
  return same.length === 1 ? same[0] : undefined;
}

/** As many are gone as are new, so their order tells which is which. */
function isOnly(
  signature: string,
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): boolean {
  const count = (layers: ReadonlyMap<string, string>): number =>
    [...layers.values()].filter((one) => one === signature).length;
  return count(from) === count(to);
}

/** `stage[0].conv1 -> stages[0].conv1` and its neighbours become `stage[0] -> stages[0]` where that says the same. */
function shortest(moves: readonly Move[], gone: Shapes, added: Shapes): readonly Move[] {
  const result: Move[] = [];
  for (const move of moves) {
    if (result.some(({ from, to }) => isUnder(move.to, to) && isUnder(move.from, from))) continue;
    result.push(widest(move, gone, added));
  }
  return result;
}

function widest(move: Move, gone: Shapes, added: Shapes): Move {
  const [from, to] = [move.from.split('.'), move.to.split('.')];
  let best = move;
  while (from.length > 1 && to.length > 1 && from.at(-1) === to.at(-1)) {
    from.pop();
    to.pop();
    const wider = { from: from.join('.'), to: to.join('.') };
    if (!saysTheSame(wider, gone, added)) break;
    best = wider;
  }
  return best;
}

/** Every new weight under `to` is one that is gone under `from`, of its shape, and the other way round. */
function saysTheSame({ from, to }: Move, gone: Shapes, added: Shapes): boolean {
  const under = (weights: Shapes, prefix: string): readonly string[] =>
    [...weights]
      .filter(([path]) => isUnder(path, prefix))
      .map(([path, shape]) => `${path.slice(prefix.length)} ${shape.join('x')}`)
      .sort();
  return String(under(gone, from)) === String(under(added, to));
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}
