/**
 * Layers whose scratch memory would be the larger part of the fullest steps take less of it, as long as the whole net loses next to nothing by the
 * cost model. What a layer may take follows from what is alive beside it: scratch memory is free where activations leave it the room.
 */
import { bytesOf, sizeOf } from '../ir/type.ts';
import type { Node } from '../ir/graph.ts';
import type { Choice } from './algorithms/algorithm.ts';
import { algorithms } from './algorithms/index.ts';
import { aligned } from './arena.ts';
import type { Layout } from './layout.ts';
import type { LoweredNode } from './lower.ts';
import type { Engine } from './plan.ts';
import type { Work } from './program.ts';

/** The arena should be at most so many times as large as the largest set of live activations; then more is tried. */
const shares: readonly number[] = [1.3, 1.4, 1.5, 1.75, 2, 3];
/** Smaller arenas are no matter: the program and its engine take more. */
const fairBytes = 1024 * 1024;
/** Part of the estimated time of the net that smaller memory may cost. */
const mostCost = 0.01;

/** The lowered nodes with smaller choices; undefined where the layout has room for all, or nothing smaller is worth it. */
export function slimmed(
  layout: Layout,
  lowered: ReadonlyMap<Node, LoweredNode>,
  engine: Engine,
): ReadonlyMap<Node, LoweredNode> | undefined {
  const { works } = layout.placement;
  const total = works.reduce((sum, { choice }) => sum + choice.cost, 0);
  const [bare, alive] = [
    aliveBytes(layout, bareBytes),
    aliveBytes(layout, ({ block }) => aligned(block.bytes)),
  ];
  const largest = bare.reduce((a, b) => Math.max(a, b), 0);
  for (const share of shares) {
    const limit = Math.max(share * largest, fairBytes);
    if (layout.arena.bytes <= limit) return undefined;
    const smaller = works.map((work, step) => smallerChoice(work, limit - (alive[step] ?? 0), engine));
    const added = works.reduce(
      (sum, { choice }, i) => sum + (smaller[i]?.cost ?? choice.cost) - choice.cost,
      0,
    );
    const fits = works.every(
      ({ choice }, i) => (alive[i] ?? 0) + (smaller[i] ?? choice).scratchBytes <= limit,
    );
    if (fits && added <= mostCost * total) return withChoices(lowered, works, smaller);
  }
  return undefined;
}

type Root = Layout['roots'][number];

/** A root's elements without borders. */
function bareBytes({ root }: Root): number {
  return sizeOf(root.shape) * bytesOf(root.dtype);
}

/** Per step, the sum over the roots that are alive in it. */
function aliveBytes({ roots, placement }: Layout, bytes: (root: Root) => number): readonly number[] {
  const change = placement.works.map(() => 0);
  const add = (step: number, more: number): void => {
    const at = Math.max(0, step);
    if (at < change.length) change[at] = (change[at] ?? 0) + more;
  };
  for (const root of roots) {
    add(root.block.first, bytes(root));
    add(root.block.last + 1, -bytes(root));
  }
  let alive = 0;
  return change.map((more) => (alive += more));
}

/** The cheapest choice of the same algorithm that takes at most `bytes`; undefined where the work's own does, or none. */
function smallerChoice({ kernel, choice, cut }: Work, bytes: number, engine: Engine): Choice | undefined {
  if (cut || choice.scratchBytes <= bytes) return undefined;
  const algorithm = algorithms.find(({ name }) => name === choice.algorithm);
  const [best] = algorithm?.variants?.(kernel, engine, Math.floor(bytes / 128) * 128) ?? [];
  return best;
}

/** Kernels are objects of their lowering: a work's is found again by identity. */
function withChoices(
  lowered: ReadonlyMap<Node, LoweredNode>,
  works: readonly Work[],
  smaller: readonly (Choice | undefined)[],
): ReadonlyMap<Node, LoweredNode> {
  const byKernel = new Map(works.flatMap(({ kernel }, i) => (smaller[i] ? [[kernel, smaller[i]]] : [])));
  return new Map(
    [...lowered].map(([node, part]) => [
      node,
      {
        ...part,
        choices: part.choices.map((choice, i) => {
          const kernel = part.lowering.kernels[i];
          return (kernel && byKernel.get(kernel)) ?? choice;
        }),
      },
    ]),
  );
}
