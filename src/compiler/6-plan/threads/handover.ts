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
}

/** The block at a place. */
export function placedAt(block: OwnedBlock, start: number): OwnedPlace {
  return { block, start, end: start + aligned(block.bytes) };
}

/** Bytes that change hands in a run. */
export function foreignBytes(blocks: readonly OwnedBlock[], offsets: readonly number[]): number {
  const placed = blocks.map((block, i) => placedAt(block, offsets[i] ?? 0));
  return placed.reduce((sum, one) => sum + handoverTo(one, before(one.block, placed)), 0);
}

/** Bytes that one more block lets change hands, among others that are never alive with it. */
export function addedHandover(one: OwnedPlace, { earlier, later }: Neighbours): number {
  let added = 0;
  stretchesOf(one, earlier, (bytes, at, previous) => {
    const next = later.find((other) => covers(other, at)) ?? one;
    const left = ownerAt(one.block.tenure.left, at - one.start);
    const born = ownerAt(one.block.tenure.born, at - one.start);
    if (!previous) added += bytes * changing(left, born);
    else {
      const from = ownerAt(previous.block.tenure.left, at - previous.start);
      const to = ownerAt(next.block.tenure.born, at - next.start);
      added += bytes * (changing(from, born) + changing(left, to) - changing(from, to));
    }
  });
  return added;
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

function handoverTo(one: OwnedPlace, earlier: readonly OwnedPlace[]): number {
  let sum = 0;
  stretchesOf(one, earlier, (bytes, at, previous = one) => {
    const left = ownerAt(previous.block.tenure.left, at - previous.start);
    sum += bytes * changing(left, ownerAt(one.block.tenure.born, at - one.start));
  });
  return sum;
}

/** Calls `visit` for stretches of the block with one owner and one previous block (undefined: none but itself). */
function stretchesOf(
  one: OwnedPlace,
  earlier: readonly OwnedPlace[],
  visit: (bytes: number, at: number, previous: OwnedPlace | undefined) => void,
): void {
  const near = earlier.filter((other) => other.start < one.end && one.start < other.end);
  const bounds = [one.start, one.end];
  for (const { start, end, block } of [...near, one])
    for (const at of [start, end, ...edgesOf(block).map((edge) => start + edge)])
      if (one.start < at && at < one.end) bounds.push(at);
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
export function edgesOf({ tenure: { born, left } }: OwnedBlock): readonly number[] {
  return [...born.slice(0, -1), ...left.slice(0, -1)].map(({ to }) => to);
}

function covers({ start, end }: OwnedPlace, byte: number): boolean {
  return start <= byte && byte < end;
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
