/**
 * Small code for locals, when a function is complete: a value that is read where it was just written stays on the stack, and locals of one
 * type that are never alive together share a number, so that most fit a byte. Engines turn locals into values anyway: nothing changes but
 * the size of the module, and the frames of baseline code.
 */
import type { Expr, Item, Mark, Slot, ValueType } from './expr.ts';

/** Code without nested expressions. */
export type FlatItem = number | Slot | Mark;

const [getLocal, setLocal, teeLocal] = [0x20, 0x21, 0x22];

/** The code of nested expressions in its order. */
export function flatten(items: readonly Item[]): FlatItem[] {
  const out: FlatItem[] = [];
  const add = (item: Item): void => {
    if (isExpr(item)) item.code.forEach(add);
    else out.push(item);
  };
  items.forEach(add);
  return out;
}

function isExpr(item: Item): item is Expr {
  return typeof item !== 'number' && item.kind === 'expr';
}

function isSlot(item: FlatItem | undefined): item is Slot {
  return typeof item === 'object' && item.kind === 'slot';
}

/** set x, get x → tee x, or nothing at all where x is not read anywhere else. */
export function keepOnStack(code: readonly FlatItem[]): FlatItem[] {
  const reads = new Map<Slot, number>();
  code.forEach((item, i) => {
    if (isSlot(item) && code[i - 1] === getLocal) reads.set(item, (reads.get(item) ?? 0) + 1);
  });
  const out: FlatItem[] = [];
  for (let i = 0; i < code.length; i++) {
    const slot = code[i + 1];
    const isRead = code[i] === setLocal && isSlot(slot) && code[i + 2] === getLocal && code[i + 3] === slot;
    if (!isRead) out.push(code[i] as FlatItem);
    else {
      if ((reads.get(slot) ?? 0) > 1) out.push(teeLocal, slot);
      i += 3;
    }
  }
  return out;
}

/** From the first place where a local counts to the last one, both included. */
interface Life {
  readonly slot: Slot;
  readonly first: number;
  last: number;
}

/** A block, loop or branch of the code, by its places. */
interface Region {
  readonly loop: boolean;
  readonly first: number;
  last: number;
  readonly outer: Region | undefined;
}

export interface Numbering {
  /** Of every slot in the code. */
  readonly numberOf: ReadonlyMap<Slot, number>;
  /** How many locals there are of each type, parameters aside; numbered in this order. */
  readonly counts: readonly { readonly type: ValueType; readonly count: number }[];
}

/** Numbers for all locals of `code`, parameters first. */
export function numberLocals(code: readonly FlatItem[], params: readonly Slot[]): Numbering {
  const numberOf = new Map(params.map((slot, i) => [slot, i]));
  const lives = livesOf(code, new Set(params));
  let start = params.length;
  const counts = (['i32', 'f32', 'v128'] as const).map((type) => {
    // Where the life ends that has each number.
    const ends: number[] = [];
    for (const { slot, first, last } of lives.filter((life) => life.slot.type === type)) {
      const free = ends.findIndex((end) => end < first);
      const number = free < 0 ? ends.length : free;
      ends[number] = last;
      numberOf.set(slot, start + number);
    }
    start += ends.length;
    return { type, count: ends.length };
  });
  return { numberOf, counts };
}

/** Lives in the order of their beginnings. */
function livesOf(code: readonly FlatItem[], params: ReadonlySet<Slot>): readonly Life[] {
  const root: Region = { loop: false, first: 0, last: code.length, outer: undefined };
  const lives = new Map<Slot, Life & { readonly home: Region }>();
  const late: (() => void)[] = [];
  let region = root;
  code.forEach((item, i) => {
    if (typeof item === 'number') return;
    if (item.kind === 'open') region = { loop: item.loop, first: i, last: code.length, outer: region };
    else if (item.kind === 'close') {
      region.last = i;
      region = region.outer ?? root;
    } else if (!params.has(item)) {
      const here = region;
      const known = lives.get(item);
      if (!known) lives.set(item, begin(item, i, code[i - 1] === getLocal ? undefined : here, root));
      else late.push(() => extend(lives, known.slot, here, i, root));
    }
  });
  late.forEach((note) => note());
  return [...lives.values()].sort((a, b) => a.first - b.first);
}

/** A local that is read before it is written has been zero from the start. */
function begin(
  slot: Slot,
  at: number,
  home: Region | undefined,
  root: Region,
): Life & { readonly home: Region } {
  return home ? { slot, first: at, last: at, home } : { slot, first: 0, last: root.last, home: root };
}

/**
 * The life reaches `at`; where that is in a loop that it did not begin in, to the end of the loop. Outside of the region where it is
 * first written the local may still be zero.
 */
function extend(
  lives: Map<Slot, Life & { readonly home: Region }>,
  slot: Slot,
  region: Region,
  at: number,
  root: Region,
): void {
  const life = lives.get(slot);
  if (!life) return;
  life.last = Math.max(life.last, at);
  for (let inner: Region = region; inner !== life.home; inner = inner.outer) {
    if (!inner.outer) return void lives.set(slot, begin(slot, 0, undefined, root));
    if (inner.loop) life.last = Math.max(life.last, inner.last);
  }
}
