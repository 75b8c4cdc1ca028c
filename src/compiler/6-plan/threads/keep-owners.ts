/**
 * Places in the arena that keep owners: what a thread writes should lie where it has written before, because a line that another one has in
 * its cache must come out of it first. So a map cut in halves lies around the middle of an earlier one. The search begins with any arena:
 * some blocks are taken out and placed again one by one, each where fewest bytes change hands, and what is no worse is kept.
 * (Large neighbourhood search: Shaw, "Using constraint programming and local search methods to solve vehicle routing problems", 1998.)
 */
import { aligned, alignment, gapsFor, insert, lcg, type Arena } from '../arena.ts';
import {
  addedHandover,
  jointsOf,
  foreignBytes,
  neighboursOf,
  placedAt,
  type OwnedBlock,
  type OwnedPlace,
} from './handover.ts';

/** Variations that are tried, for nets of few blocks. */
const mostTries = 300;

/** Places within `limit` bytes (or as many as `arena` has) where fewer bytes change hands; `arena` itself where none are found. */
export function keepOwners(
  blocks: readonly OwnedBlock[],
  arena: Arena,
  { limit, threads }: { readonly limit: number; readonly threads: number },
): Arena {
  const most = Math.max(arena.bytes, Math.floor(limit / alignment) * alignment);
  const random = lcg(blocks.length);
  let offsets = arena.offsets;
  let cost = foreignBytes(blocks, offsets, threads);
  const consider = (next: readonly number[] | undefined): void => {
    const changed = next ? foreignBytes(blocks, next, threads) : Infinity;
    // Equally good places are taken, so that the search does not stand still on a plateau.
    if (next && changed <= cost) [offsets, cost] = [next, changed];
  };
  for (const order of orders) consider(replaced(blocks, offsets, sorted(blocks, order), { most, threads }));
  const tries = Math.min(mostTries, Math.floor(2.5e5 / (blocks.length ** 2 + 1)));
  for (let i = 0; i < tries; i++)
    consider(replaced(blocks, offsets, some(blocks, random), { most, threads }));
  const bytes = Math.max(...blocks.map((block, i) => (offsets[i] ?? 0) + aligned(block.bytes)));
  return { ...arena, offsets, bytes };
}

const orders: readonly ((block: OwnedBlock) => number)[] = [
  (block) => block.bytes,
  (block) => block.bytes * (block.last - block.first + 1),
  (block) => block.last - block.first,
  (block) => -block.first,
];

function sorted(blocks: readonly OwnedBlock[], key: (block: OwnedBlock) => number): readonly number[] {
  const rank = (index: number): number => key(blocks[index] as OwnedBlock);
  return blocks.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b);
}

/** A few blocks in an order of chance. */
function some(blocks: readonly OwnedBlock[], random: () => number): readonly number[] {
  const share = random();
  const picked = blocks.flatMap((_, i) => (random() < share ? [{ i, at: random() }] : []));
  return picked.sort((a, b) => a.at - b.at).map(({ i }) => i);
}

interface Space {
  /** Bytes that the arena may have. */
  readonly most: number;
  readonly threads: number;
}

/** The offsets after some blocks have been taken out and placed again, in their order; undefined where they do not fit any more. */
function replaced(
  blocks: readonly OwnedBlock[],
  offsets: readonly number[],
  again: readonly number[],
  space: Space,
): readonly number[] | undefined {
  const out = new Set(again);
  const next = [...offsets];
  const placed = blocks
    .flatMap((block, i) => (out.has(i) ? [] : [placedAt(block, offsets[i] ?? 0)]))
    .sort((a, b) => a.start - b.start);
  for (const index of again) {
    const one = bestPlace(placed, blocks[index] as OwnedBlock, space);
    if (one.end > space.most) return undefined;
    next[index] = one.start;
    insert(placed, one);
  }
  return next;
}

/** The place where the block adds fewest bytes that change hands; of such, the one that leaves the smallest piece of a gap. */
function bestPlace(placed: readonly OwnedPlace[], block: OwnedBlock, { most, threads }: Space): OwnedPlace {
  const size = aligned(block.bytes);
  const neighbours = neighboursOf(block, placed);
  const meeting = meetings(block, neighbours.earlier);
  let best: { readonly place: OwnedPlace; readonly added: number; readonly rest: number } | undefined;
  for (const { from, to } of gapsFor(placed, block, size)) {
    const last = Math.max(from, Math.min(to, most) - size);
    for (const start of [from, last, ...meeting.filter((at) => from < at && at < last)]) {
      const place = placedAt(block, start);
      const over = Math.max(0, place.end - most);
      const added = over > 0 ? 1e15 + over : addedHandover(place, neighbours, threads);
      const rest = Math.min(start - from, last - start) + (last - from) / 1024;
      if (!best || added < best.added || (added === best.added && rest < best.rest))
        best = { place, added, rest };
    }
  }
  return best?.place ?? placedAt(block, 0);
}

/** Where the block may begin so that its owners change where they change in others. */
function meetings(block: OwnedBlock, others: readonly OwnedPlace[]): readonly number[] {
  const own = jointsOf(block);
  const starts = others.flatMap(({ start, block: other }) =>
    jointsOf(other).flatMap((edge) =>
      own.map((at) => Math.round((start + edge - at) / alignment) * alignment),
    ),
  );
  return [...new Set(starts)];
}
