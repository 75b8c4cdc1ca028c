/**
 * Which values share memory, as it is being decided: the bookkeeping of `placement.ts`. A value either is a *root* with memory of its own
 * or shares another's; following the shares leads to its root. A root may get a halo unless something needs it dense.
 */
import type { Value } from './program.ts';

/** Zero border per spatial axis, [begin, end] in pixels. */
export type Halo = readonly (readonly [number, number])[];

/** How a value shares another's memory. */
export type Share =
  /** The same elements in another shape; the other is dense. */
  | { readonly kind: 'view'; readonly of: Value }
  /** The block of the other that begins at `at`. */
  | { readonly kind: 'part'; readonly of: Value; readonly at: readonly number[] }
  /** The same place, later. */
  | { readonly kind: 'same'; readonly of: Value };

export interface Sharing {
  readonly shareOf: (value: Value) => Share | undefined;
  readonly share: (value: Value, share: Share) => void;
  readonly rootOf: (value: Value) => Value;
  /** The values that are parts or views of `value`, of their parts, and so on; not those that overwrite it. */
  readonly partsOf: (value: Value) => readonly Value[];
  /** Demands row-major memory without a halo. */
  readonly makeDense: (value: Value) => void;
  readonly isDense: (value: Value) => boolean;
  /** Demands a border of zeros around the value; `fill` is the byte that zero is made of where that is not 0. */
  readonly needHalo: (value: Value, halo: Halo, fill?: number) => void;
  /** The border that the value and everything in its memory needs; empty for none. */
  readonly haloOf: (value: Value) => Halo;
  /** The byte that the border is made of. */
  readonly fillOf: (value: Value) => number;
  /** Whether the memory of `value` can have this border around the value. */
  readonly accepts: (value: Value, halo: Halo) => boolean;
}

/** Nothing shared yet. Halos are kept for each value together with all that share it, so that asking costs nothing. */
export function createSharing(): Sharing {
  const shares = new Map<Value, Share>();
  const parts = new Map<Value, Value[]>();
  const dense = new Set<Value>();
  const halos = new Map<Value, Halo>();
  const fills = new Map<Value, number>();
  const rootOf = (value: Value): Value => {
    let root = value;
    for (let share = shares.get(root); share; share = shares.get(root)) root = share.of;
    return root;
  };
  const needHalo = (value: Value, halo: Halo, fill = 0): void => {
    for (let at: Value | undefined = value; at; at = shares.get(at)?.of) {
      halos.set(at, widest([halos.get(at) ?? [], halo]));
      if (fill !== 0) fills.set(at, fill);
    }
  };
  const accepts = (value: Value, halo: Halo): boolean => {
    if (isEmpty(halo)) return true;
    const share = shares.get(value);
    if (dense.has(value) || share?.kind === 'view') return false;
    if (share?.kind === 'part' && !spans(value, share, halo)) return false;
    return share ? accepts(share.of, halo) : true;
  };
  const partsOf = (value: Value): readonly Value[] =>
    (parts.get(value) ?? []).flatMap((part) => [part, ...partsOf(part)]);
  return {
    shareOf: (value) => shares.get(value),
    share: (value, share) => {
      shares.set(value, share);
      // What is part of a value that overwrites another is part of the other's memory from then on.
      const added = share.kind === 'same' ? (parts.get(value) ?? []) : [value];
      parts.set(share.of, [...(parts.get(share.of) ?? []), ...added]);
      needHalo(share.of, halos.get(value) ?? [], fills.get(value));
    },
    rootOf,
    partsOf,
    makeDense: (value) => void dense.add(value),
    isDense: (value) => dense.has(value),
    needHalo,
    haloOf: (value) => halos.get(value) ?? [],
    fillOf: (value) => fills.get(value) ?? 0,
    accepts,
  };
}

/** A border around a part is the whole's border only on axes that the part spans. */
export function spans(value: Value, part: { readonly of: Value }, halo: Halo): boolean {
  return halo.every(([begin, end], axis) => begin + end === 0 || value.shape[axis] === part.of.shape[axis]);
}

export function isEmpty(halo: Halo): boolean {
  return halo.every(([begin, end]) => begin + end === 0);
}

/** The least border that covers all of them. */
function widest(halos: readonly Halo[]): Halo {
  const rank = Math.max(0, ...halos.map((halo) => halo.length));
  const merged = Array.from({ length: rank }, (_, axis): readonly [number, number] => [
    Math.max(0, ...halos.map((halo) => halo[axis]?.[0] ?? 0)),
    Math.max(0, ...halos.map((halo) => halo[axis]?.[1] ?? 0)),
  ]);
  return isEmpty(merged) ? [] : merged;
}
