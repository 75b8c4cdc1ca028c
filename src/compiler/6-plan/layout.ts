/**
 * Memory for one schedule: lifetimes of the roots in steps, and an arena that holds them and the scratch memory of the steps. Everything
 * here is relative to the arena's start.
 */
import { internal } from '../diagnostics/internal.ts';
import { accessOf } from './access.ts';
import { planArena, type Arena, type Block } from './arena.ts';
import { bytesOf } from '../ir/type.ts';
import { rootSize } from './geometry.ts';
import { place, valueAt, type Placement } from './placement.ts';
import type { Engine } from './plan.ts';
import type { Program, Value, Work } from './program.ts';
import type { OwnedBlock } from './threads/handover.ts';
import { keepOwners } from './threads/keep-owners.ts';
import { byParts, ownedBy, tenures } from './threads/owners.ts';
import { partsScratch, scratchPlaces } from './threads/parts.ts';

/** What needs room in the arena. */
interface Room {
  readonly program: Program;
  readonly placement: Placement;
  /** Every value that has memory, roots before what shares them. */
  readonly values: readonly Value[];
  readonly rootBlocks: readonly { readonly root: Value; readonly block: Block }[];
  readonly scratchBlocks: ScratchBlocks;
}

export interface Layout extends Room {
  readonly roots: readonly { readonly root: Value; readonly block: Block; readonly offset: number }[];
  /** Per work; undefined where the step needs none. */
  readonly scratch: readonly ({ readonly offset: number; readonly bytes: number } | undefined)[];
  /** In the scratch memory of works that are cut: where that of each part begins. */
  readonly places: readonly number[];
  readonly arena: Arena;
}

/** Places the program's values. */
export function layOut(program: Program, engine: Engine): Layout {
  const placement = place(program);
  const { works, sharing } = placement;
  const named = valuesOf(program, placement);
  const roots = [...new Set(named.map(sharing.rootOf))];
  const lives = lifetimes(program, placement);
  const rootBlocks = roots.map((root) => {
    const life = lives.get(root) ?? internal(`${root.label} has no lifetime`);
    return { root, block: { bytes: bytesOf(root.dtype) * rootSize(root, sharing), ...life } };
  });
  const scratch = scratchBlocks(works, engine);
  const values = [...roots, ...named.filter((value) => sharing.shareOf(value))];
  const room = { program, placement, values, rootBlocks, scratchBlocks: scratch };
  return settled(room, planArena([...rootBlocks.map(({ block }) => block), ...scratch.blocks]));
}

/** Part of the lower bound that an arena may have more where it keeps owners: with no more, it gains two thirds of that; with more, nothing. */
const ownersShare = 0.1;

/** The same with places where threads write what they have written before, as far as that is possible. */
export function withOwners(layout: Layout): Layout {
  const { arena, placement } = layout;
  const threads = Math.max(1, ...placement.works.map(({ cut }) => cut?.ranges.length ?? 1));
  if (threads === 1) return layout;
  const limit = arena.lowerBound * (1 + ownersShare);
  return settled(layout, keepOwners(ownedBlocks(layout), arena, { limit, threads }));
}

/** The blocks of an arena in its order, with those who write them. */
export function ownedBlocks({ placement, rootBlocks, scratchBlocks }: Room): readonly OwnedBlock[] {
  const { works, sharing } = placement;
  const bytes = new Map(rootBlocks.map(({ root, block }) => [root, block.bytes]));
  const held = tenures(works, sharing, bytes);
  const { blocks, places, ofParts } = scratchBlocks;
  return [
    ...rootBlocks.map(({ root, block }) => ({
      ...block,
      tenure: held.get(root) ?? internal(`${root.label} has no owner`),
    })),
    ...blocks.map((block, i) => ({
      ...block,
      tenure: i === ofParts ? byParts(places, block.bytes) : ownedBy(0, block.bytes),
    })),
  ];
}

function settled(room: Room, arena: Arena): Layout {
  const { rootBlocks, scratchBlocks } = room;
  const offsetOf = (block: number): number => arena.offsets[rootBlocks.length + block] ?? 0;
  return {
    ...room,
    roots: rootBlocks.map((one, i) => ({ ...one, offset: arena.offsets[i] ?? 0 })),
    scratch: scratchBlocks.of.map((block) =>
      block === undefined
        ? undefined
        : { offset: offsetOf(block), bytes: scratchBlocks.blocks[block]?.bytes ?? 0 },
    ),
    places: scratchBlocks.places,
    arena,
  };
}

interface ScratchBlocks {
  /** In the block of all works that are cut: where that of each part begins. */
  readonly places: readonly number[];
  /** The block of all works that are cut, if any are. */
  readonly ofParts: number | undefined;
  readonly blocks: readonly Block[];
  /** Per work: which block it uses, if any. */
  readonly of: readonly (number | undefined)[];
}

/** A block per work that needs one, and one for all that are cut. */
function scratchBlocks(works: readonly Work[], engine: Engine): ScratchBlocks {
  const parts = works.map(({ kernel, choice, cut }) =>
    cut ? partsScratch(kernel, choice, engine, cut) : undefined,
  );
  const { places, bytes } = scratchPlaces(parts.flatMap((part) => (part ? [part] : [])));
  const blocks: Block[] = bytes > 0 ? [{ bytes, first: 0, last: works.length }] : [];
  const of = works.map(({ choice }, step) => {
    const part = parts[step];
    if (part) return part.some((own) => own > 0) ? 0 : undefined;
    if (choice.scratchBytes === 0) return undefined;
    return blocks.push({ bytes: choice.scratchBytes, first: step, last: step }) - 1;
  });
  return { ofParts: bytes > 0 ? 0 : undefined, blocks, of, places };
}

/** Inputs, then everything that a work names, each once. */
function valuesOf(program: Program, { works, sharing, outputs }: Placement): readonly Value[] {
  const values = new Set<Value>(program.inputs.map(({ value }) => value));
  for (const value of works.flatMap(named)) values.add(value);
  for (const { values: kept } of outputs) for (const value of kept) values.add(value);
  for (const value of [...values]) values.add(sharing.rootOf(value));
  return [...values];
}

/** The dynamic values among the operands of the work's node. */
function named(work: Work): readonly Value[] {
  return work.operands.flatMap((_, operand) => valueAt(work, operand) ?? []);
}

/** Those that the work's own kernel reads or writes. */
function touched(work: Work): readonly Value[] {
  const { reads, write } = accessOf(work.kernel);
  return [...reads, write].flatMap((operand) => valueAt(work, operand) ?? []);
}

/** Per root, the steps in which its memory holds something: inputs until they have been read, outputs from their first write on. */
function lifetimes(
  program: Program,
  { works, sharing, kept }: Placement,
): ReadonlyMap<Value, { readonly first: number; readonly last: number }> {
  const lives = new Map<Value, { first: number; last: number }>();
  const end = works.length;
  const extend = (value: Value, first: number, last: number): void => {
    const root = sharing.rootOf(value);
    const life = lives.get(root) ?? { first, last };
    lives.set(root, { first: Math.min(life.first, first), last: Math.max(life.last, last) });
  };
  for (const { value } of program.inputs) extend(value, -1, -1);
  for (const [step, work] of works.entries()) for (const value of touched(work)) extend(value, step, step);
  // A temporary that no kernel uses still has an address.
  for (const [step, work] of works.entries())
    for (const value of named(work)) if (!lives.has(sharing.rootOf(value))) extend(value, step, step);
  for (const root of kept) extend(root, lives.get(root)?.first ?? 0, end);
  return lives;
}
