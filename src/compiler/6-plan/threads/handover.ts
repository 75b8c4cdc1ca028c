/**
 * Bytes that change hands: what a thread writes where another one has written, or several have read, before. Runs follow each other, so what
 * is first in a run comes after what was last.
 */
import { aligned, type Block, type Placed } from '../arena.ts';
import type { Owner, Owners, Tenure } from './owners.ts';

/** A block and who has it at the ends of its life. */
export interface OwnedBlock extends Block {
  readonly tenure: Tenure;
}

/** Such a block with a place. */
export interface OwnedPlace extends Placed {
  readonly block: OwnedBlock;
  /** Where something changes: beginning, end, and where owners do. */
  readonly bounds: readonly number[];
}

/** The block at a place. */
export function placedAt(block: OwnedBlock, start: number): OwnedPlace {
  const end = start + aligned(block.bytes);
  return { block, start, end, bounds: [start, end, ...edgesOf(block).map((edge) => start + edge)] };
}

/** Bytes that change hands in a run: of each block those of the thread that has most of them, because the others wait for it. */
export function foreignBytes(
  blocks: readonly OwnedBlock[],
  offsets: readonly number[],
  threads: number,
): number {
  const placed = blocks.map((block, i) => placedAt(block, offsets[i] ?? 0));
  return placed.reduce((sum, one) => {
    const taken = createTakings(threads);
    stretchesOf(one, before(one.block, placed), (bytes, at, previous = one) =>
      taken.add(bytes, leftAt(previous, at), bornAt(one, at)),
    );
    return sum + taken.most();
  }, 0);
}

/** Bytes that one more block lets change hands, among others that are never alive with it. */
export function addedHandover(one: OwnedPlace, { earlier, later }: Neighbours, threads: number): number {
  const taken = createTakings(threads);
  let after = 0;
  stretchesOf(one, earlier, (bytes, at, previous) => {
    taken.add(bytes, leftAt(previous ?? one, at), bornAt(one, at));
    const next = previous && later.find((other) => covers(other, at));
    if (!next) return;
    const born = bornAt(next, at);
    after += bytes * (changing(leftAt(one, at), born) - changing(leftAt(previous, at), born));
  });
  return taken.most() + after;
}

interface Takings {
  /** Counts bytes that `born` writes where `left` was. */
  readonly add: (bytes: number, left: Owner, born: Owner) => void;
  /** The bytes of the thread that takes most from others. */
  readonly most: () => number;
}

function createTakings(threads: number): Takings {
  const sums = Array.from({ length: threads }, () => 0);
  return {
    add: (bytes, left, born) => {
      for (const thread of sums.keys()) {
        if (left === thread) continue;
        if (born === thread) sums[thread] = (sums[thread] ?? 0) + bytes;
        else if (born === 'several') sums[thread] = (sums[thread] ?? 0) + bytes / threads;
      }
    },
    most: () => Math.max(...sums),
  };
}

/** Blocks in the order in which they were there before a block, and in which they come after it. */
export interface Neighbours {
  readonly earlier: readonly OwnedPlace[];
  readonly later: readonly OwnedPlace[];
}

/** Those of `placed` that are never alive with the block. */
export function neighboursOf(block: OwnedBlock, placed: readonly OwnedPlace[]): Neighbours {
  const earlier = before(block, placed);
  const ahead = (other: OwnedPlace): number => around(other.block.first - block.last);
  return { earlier, later: [...earlier].sort((a, b) => ahead(a) - ahead(b)) };
}

function before(block: OwnedBlock, placed: readonly OwnedPlace[]): readonly OwnedPlace[] {
  const back = (other: OwnedPlace): number => around(block.first - other.block.last);
  return placed
    .filter((other) => other.block.last < block.first || block.last < other.block.first)
    .sort((a, b) => back(a) - back(b));
}

/** Steps until something, in this run or in the next one. */
function around(steps: number): number {
  return steps > 0 ? steps : steps + Number.MAX_SAFE_INTEGER / 2;
}

/** Calls `visit` for stretches of the block with one owner and one previous block (undefined: none but itself). */
function stretchesOf(
  one: OwnedPlace,
  earlier: readonly OwnedPlace[],
  visit: (bytes: number, at: number, previous: OwnedPlace | undefined) => void,
): void {
  const near = earlier.filter((other) => other.start < one.end && one.start < other.end);
  const bounds = [...one.bounds];
  for (const other of near)
    for (const at of other.bounds) if (one.start < at && at < one.end) bounds.push(at);
  bounds.sort((a, b) => a - b);
  for (const [i, from] of bounds.entries()) {
    const bytes = (bounds[i + 1] ?? from) - from;
    if (bytes > 0)
      visit(
        bytes,
        from,
        near.find((other) => covers(other, from)),
      );
  }
}

/** Where owners change within the block. */
function edgesOf({ tenure: { born, left } }: OwnedBlock): readonly number[] {
  return [...born.slice(0, -1), ...left.slice(0, -1)].map(({ to }) => to);
}

/**
 * Where owners of one block should change when those of another do: at its own edges, and in the middle of what several have, so that two threads
 * take half of it each.
 */
export function jointsOf(block: OwnedBlock): readonly number[] {
  const { left } = block.tenure;
  const middles = left.flatMap(({ to, owner }, i) =>
    owner === 'several' ? [(to + (left[i - 1]?.to ?? 0)) / 2] : [],
  );
  return [...new Set([...edgesOf(block), ...middles])];
}

function covers({ start, end }: OwnedPlace, byte: number): boolean {
  return start <= byte && byte < end;
}

function bornAt({ block, start }: OwnedPlace, byte: number): Owner {
  return ownerAt(block.tenure.born, byte - start);
}

function leftAt({ block, start }: OwnedPlace, byte: number): Owner {
  return ownerAt(block.tenure.left, byte - start);
}

function ownerAt(owners: Owners, byte: number): Owner {
  return (owners.find(({ to }) => byte < to) ?? owners.at(-1))?.owner ?? 0;
}

/** Part of the bytes that change hands; of what lies mixed, a thread's own is counted as half. */
function changing(left: Owner, born: Owner): number {
  if (left === 'several') return 1;
  if (born === 'several') return 0.5;
  return left === born ? 0 : 1;
}
