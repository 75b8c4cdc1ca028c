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
import { partsScratch, scratchPlaces } from './threads/parts.ts';

export interface Layout {
  readonly program: Program;
  readonly placement: Placement;
  /** Every value that has memory, roots before what shares them. */
  readonly values: readonly Value[];
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
  const values = valuesOf(program, placement);
  const roots = [...new Set(values.map(sharing.rootOf))];
  const lives = lifetimes(program, placement);
  const blocks = roots.map((root): Block => ({
    bytes: bytesOf(root.dtype) * rootSize(root, sharing),
    ...(lives.get(root) ?? internal(`${root.label} has no lifetime`)),
  }));
  const scratch = scratchBlocks(works, engine);
  const arena = planArena([...blocks, ...scratch.blocks]);
  const offsetOf = (block: number): number => arena.offsets[blocks.length + block] ?? 0;
  return {
    program,
    placement,
    values: [...roots, ...values.filter((value) => sharing.shareOf(value))],
    roots: roots.map((root, i) => ({ root, block: blocks[i] as Block, offset: arena.offsets[i] ?? 0 })),
    scratch: scratch.of.map((block) =>
      block === undefined ? undefined : { offset: offsetOf(block), bytes: scratch.blocks[block]?.bytes ?? 0 },
    ),
    places: scratch.places,
    arena,
  };
}

interface ScratchBlocks extends Pick<Layout, 'places'> {
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
  return { blocks, of, places };
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
