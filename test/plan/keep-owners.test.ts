/** Places that keep owners: no overlap, no more memory than allowed, fewer bytes that change hands. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planArena } from '../../src/compiler/6-plan/arena.ts';
import { foreignBytes, type OwnedBlock } from '../../src/compiler/6-plan/threads/handover.ts';
import { keepOwners } from '../../src/compiler/6-plan/threads/keep-owners.ts';
import { byParts, ownedBy, type Owner, type Owners } from '../../src/compiler/6-plan/threads/owners.ts';

/** A map of which each of two threads has written a half. */
function halved(bytes: number, first: number, last = first + 1): OwnedBlock {
  return { bytes, first, last, tenure: byParts([0, bytes / 2], bytes) };
}

function foreign(
  blocks: readonly OwnedBlock[],
  limit: number,
): { readonly bytes: number; readonly foreign: number } {
  const { bytes, offsets } = keepOwners(blocks, planArena(blocks), { limit, threads: 2 });
  return { bytes, foreign: foreignBytes(blocks, offsets, 2) };
}

describe('bytes that change hands', () => {
  const [early, late] = [halved(1024, 0), halved(512, 5)];
  it.each([
    // The second thread's half of the later map where the first one was, and in the next run the other way round.
    [0, 256 + 256],
    [256, 0],
    [512, 256 + 256],
    [1024, 0],
  ])('halves of 1024 bytes and of 512, %d bytes behind: %d', (offset, bytes) => {
    expect(foreignBytes([early, late], [0, offset], 2)).toBe(bytes);
  });

  it('what several have read changes hands, whoever writes it: each thread waits for its own half', () => {
    const read = { ...early, tenure: { born: early.tenure.born, left: ownedBy('several', 1024).left } };
    expect(foreignBytes([read], [0], 2)).toBe(512);
  });

  it('what both write mixed changes hands by half, where one of them was', () => {
    const mixed = { ...early, tenure: ownedBy('several', 1024) };
    expect(foreignBytes([mixed, { ...halved(1024, 5), tenure: ownedBy(0, 1024) }], [0, 0], 2)).toBe(
      512 + 1024,
    );
  });

  it('where nothing else has been, a block follows itself', () => {
    const turned = { born: byParts([0, 512], 1024).born, left: ownedBy(0, 1024).left };
    expect(foreignBytes([{ ...early, tenure: turned }], [0], 2)).toBe(512);
  });
});

describe('maps that shrink from layer to layer', () => {
  const chain = Array.from({ length: 10 }, (_, i) => halved(64 * 2 * (64 - 6 * i), i));

  it('lie around the middle of earlier ones, in no more memory', () => {
    const arena = planArena(chain);
    expect(arena.bytes).toBe(arena.lowerBound);
    expect(foreignBytes(chain, arena.offsets, 2)).toBeGreaterThan(0);
    expect(foreign(chain, 0)).toEqual({ bytes: arena.bytes, foreign: 0 });
  });
});

const owners = (bytes: number): fc.Arbitrary<Owners> =>
  fc
    .tuple(
      fc.nat(bytes - 1),
      fc.constantFrom<Owner[]>(0, 1, 2, 'several'),
      fc.constantFrom<Owner[]>(0, 1, 'several'),
    )
    .map(([at, a, b]) => [...(at > 0 ? [{ to: at, owner: a }] : []), { to: bytes, owner: b }]);
const blocks: fc.Arbitrary<OwnedBlock[]> = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 1, max: 5000 }), first: fc.nat(20), length: fc.nat(8) })
    .chain(({ bytes, first, length }) =>
      fc
        .record({ born: owners(bytes), left: owners(bytes) })
        .map((tenure) => ({ bytes, first, last: first + length, tenure })),
    ),
  { minLength: 1, maxLength: 16 },
);

describe('any blocks', () => {
  it('never overlap while both are alive, stay within the limit, and change hands no more than before', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 30 }), (all, percent) => {
        const arena = planArena(all);
        const limit = arena.lowerBound * (1 + percent / 100);
        const { offsets, bytes } = keepOwners(all, arena, { limit, threads: 3 });
        expect(bytes).toBeLessThanOrEqual(Math.max(limit, arena.bytes));
        expect(foreignBytes(all, offsets, 3)).toBeLessThanOrEqual(foreignBytes(all, arena.offsets, 3));
        for (const [i, a] of all.entries()) {
          const from = offsets[i] ?? NaN;
          expect(from % 64).toBe(0);
          expect(from + a.bytes).toBeLessThanOrEqual(bytes);
          for (const [j, b] of all.entries()) {
            const other = offsets[j] ?? NaN;
            const together = i !== j && a.first <= b.last && b.first <= a.last;
            if (together) expect(from + a.bytes <= other || other + b.bytes <= from).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('have the same places each time', () => {
    const all = fc.sample(blocks, { seed: 7, numRuns: 1 })[0] as OwnedBlock[];
    const arena = planArena(all);
    const options = { limit: 2 * arena.bytes, threads: 2 };
    expect(keepOwners(all, arena, options)).toEqual(keepOwners(all, arena, options));
  });
});
