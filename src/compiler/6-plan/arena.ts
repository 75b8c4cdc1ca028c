/**
 * Offsets for memory blocks whose lifetimes are all known: offline dynamic storage allocation. Blocks are placed one after another, each
 * into the smallest gap that holds it among the blocks alive with it (best fit); the order decides the quality, so several are tried
 * (by size as in TensorFlow Lite, by size × time, by begin), and where none is near the lower bound, reproducible variations of the best.
 * Pisarchyk & Lee, "Efficient memory management for deep neural net inference", arXiv:2001.03288.
 */

/** A block that is alive in the steps [first, last], both included. */
export interface Block {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Arena {
  /** One per block; multiples of 64. */
  readonly offsets: readonly number[];
  readonly bytes: number;
  /** The most bytes alive in any step: no arena can be smaller. */
  readonly lowerBound: number;
}

/** A block that has a place. */
export interface Placed {
  readonly start: number;
  readonly end: number;
  readonly block: Block;
}

export const alignment = 64;

/** Rounds up to the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** An arena for `blocks`: no two that are alive at once overlap. */
export function planArena(blocks: readonly Block[]): Arena {
  const lowerBound = mostAlive(blocks);
  const indices = blocks.map((_, i) => i);
  let best: { readonly order: readonly number[]; readonly fit: Fit } | undefined;
  for (const key of orders) {
    const order = [...indices].sort((a, b) => key(blocks[b] as Block) - key(blocks[a] as Block) || a - b);
    best = better(best, order, blocks);
  }
  const tries = Math.min(400, Math.floor(2e7 / (blocks.length ** 2 + 1)));
  const random = lcg(blocks.length);
  for (let i = 0; best && i < tries && best.fit.bytes > lowerBound; i++)
    best = better(best, promoted(best.order, topmost(best.fit, blocks), random), blocks);
  return { offsets: best?.fit.offsets ?? [], bytes: best?.fit.bytes ?? 0, lowerBound };
}

const orders: readonly ((block: Block) => number)[] = [
  (block) => block.bytes,
  (block) => block.bytes * (block.last - block.first + 1),
  (block) => block.last - block.first,
  (block) => -block.first,
];

interface Fit {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

function better(
  best: { readonly order: readonly number[]; readonly fit: Fit } | undefined,
  order: readonly number[],
  blocks: readonly Block[],
): { readonly order: readonly number[]; readonly fit: Fit } {
  const fit = bestFit(blocks, order);
  // Equally good orders are taken, so that the search does not stand still on a plateau.
  return best && best.fit.bytes < fit.bytes ? best : { order, fit };
}

/** Places the blocks in `order`. */
function bestFit(blocks: readonly Block[], order: readonly number[]): Fit {
  const offsets = blocks.map(() => 0);
  const shelf = createShelf(blocks);
  let bytes = 0;
  for (const index of order) {
    const block = blocks[index] as Block;
    const size = aligned(block.bytes);
    const start = smallestGap(shelf.near(block), block, size);
    offsets[index] = start;
    bytes = Math.max(bytes, start + size);
    shelf.add({ start, end: start + size, block });
  }
  return { offsets, bytes };
}

interface Shelf {
  readonly add: (one: Placed) => void;
  /** All that are alive with the block, and others, in the order of their places. */
  readonly near: (block: Block) => readonly Placed[];
}

/** Placed blocks, all of them and those alive in each era: blocks mostly live in one, and a chain's have few neighbours among thousands. */
function createShelf(blocks: readonly Block[]): Shelf {
  const begin = blocks.reduce((least, { first }) => Math.min(least, first), Infinity);
  const end = blocks.reduce((most, { last }) => Math.max(most, last), -Infinity);
  const length = Math.ceil((end - begin + 1) / Math.sqrt(blocks.length));
  const eraOf = (step: number): number => Math.floor((step - begin) / length);
  const eras = Array.from({ length: eraOf(end) + 1 }, (): Placed[] => []);
  const all: Placed[] = [];
  return {
    add: (one) => {
      insert(all, one);
      for (const era of eras.slice(eraOf(one.block.first), eraOf(one.block.last) + 1)) insert(era, one);
    },
    near: ({ first, last }) => (eraOf(first) === eraOf(last) ? (eras[eraOf(first)] ?? all) : all),
  };
}

/** Puts a block among others in the order of their places, behind those at the same one. */
export function insert<P extends Placed>(placed: P[], one: P): void {
  let [from, to] = [0, placed.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((placed[middle]?.start ?? 0) > one.start) to = middle;
    else from = middle + 1;
  }
  placed.splice(from, 0, one);
}

/** Start of the smallest gap that holds `size` bytes throughout the block's life; after everything alive where none does. */
function smallestGap(placed: readonly Placed[], block: Block, size: number): number {
  return gapsFor(placed, block, size).reduce((a, b) => (b.to - b.from < a.to - a.from ? b : a)).from;
}

/** Bytes from ≤ n < to; the last gap has no end. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The gaps of at least `size` bytes between the blocks alive with `block`, of blocks in the order of their places. */
export function gapsFor(placed: readonly Placed[], block: Block, size: number): readonly Gap[] {
  const gaps: Gap[] = [];
  let end = 0;
  for (const other of placed) {
    if (other.block.last < block.first || block.last < other.block.first) continue;
    if (other.start - end >= size) gaps.push({ from: end, to: other.start });
    end = Math.max(end, other.end);
  }
  gaps.push({ from: end, to: Infinity });
  return gaps;
}

/** Sum of the blocks alive in the fullest step. */
function mostAlive(blocks: readonly Block[]): number {
  const change = new Map<number, number>();
  const add = (step: number, bytes: number): void => void change.set(step, (change.get(step) ?? 0) + bytes);
  for (const { bytes, first, last } of blocks) {
    add(first, aligned(bytes));
    add(last + 1, -aligned(bytes));
  }
  let alive = 0;
  let most = 0;
  for (const step of [...change.keys()].sort((a, b) => a - b)) {
    alive += change.get(step) ?? 0;
    most = Math.max(most, alive);
  }
  return most;
}

/** The block that decides the size of the arena. */
function topmost({ offsets, bytes }: Fit, blocks: readonly Block[]): number {
  return blocks.findIndex((block, i) => (offsets[i] ?? 0) + aligned(block.bytes) === bytes);
}

/** The order with the topmost block placed earlier, and at times another one moved as well. */
function promoted(order: readonly number[], top: number, random: () => number): readonly number[] {
  const moves = random() < 0.5 ? [top] : [top, order[Math.floor(random() * order.length)] ?? top];
  return moves.reduce<readonly number[]>((current, block) => {
    const others = current.filter((other) => other !== block);
    const limit = block === top ? Math.max(1, current.indexOf(block)) : current.length;
    const at = Math.floor(random() * limit);
    return [...others.slice(0, at), block, ...others.slice(at)];
  }, order);
}

/** A linear congruential generator (Numerical Recipes' constants): plans must not depend on chance. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
