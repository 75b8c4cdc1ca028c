/**
 * The weights file: which bytes of it become which block of the weights region, and how. `Expansion` in plan.ts says why no block ever
 * overwrites what is still to be read.
 */
import { aligned } from './arena.ts';
import type { Expansion, PackedWeight, Plan, WeightsType } from './plan.ts';
import type { StaticPlace, StaticWeight } from './statics.ts';

/** Halves are widened so many at a time: a vector of floats. */
const wideningFloats = 4;

/** The plan's blocks of weights, its file and its expansions. `weights` are in the order of memory. */
export function storeWeights(
  weights: readonly StaticWeight[],
  bases: Readonly<Record<StaticPlace['region'] | 'arena', number>>,
  type: WeightsType,
): Pick<Plan, 'weights' | 'file' | 'expansions'> {
  const sizes = weights.map(({ compactBytes }) => storedBytes(compactBytes, type));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const file = { offset: bases.arena - bytes, bytes, type };
  let end = 0;
  const blocks = weights.map(({ nodes, place, layout }, i): PackedWeight => {
    const stored = { offset: end, bytes: sizes[i] ?? 0 };
    end += stored.bytes;
    return { nodes, offset: bases[place.region] + place.offset, bytes: place.bytes, stored, layout };
  });
  const expansions = blocks.flatMap((block, i) =>
    expansionsOf(block, {
      type,
      from: file.offset + block.stored.offset,
      bytes: weights[i]?.compactBytes ?? 0,
    }),
  );
  return { weights: blocks, file, expansions };
}

/**
 * Floats keep the alignment of memory, so that final blocks need not move. Halves are packed tightly: read at half the speed at which
 * floats are written, they must all be behind the writing, to the last one.
 */
function storedBytes(compactBytes: number, type: WeightsType): number {
  const vector = 4 * wideningFloats;
  return type === 'f32' ? aligned(compactBytes) : (Math.ceil(compactBytes / vector) * vector) / 2;
}

/** Into the end of the block's place, and from there into its final form. */
function expansionsOf(
  { offset, bytes, stored, layout }: PackedWeight,
  compact: { readonly type: WeightsType; readonly from: number; readonly bytes: number },
): readonly Expansion[] {
  const { type, from } = compact;
  const to = offset + bytes - compact.bytes;
  const moved = { kind: type === 'f32' ? 'copy' : 'widen', from, to, layout } as const;
  const expands = compact.bytes < bytes && layout.kind === 'winograd';
  return [
    ...(type === 'f32' && from === to
      ? []
      : [{ ...moved, bytes: type === 'f32' ? compact.bytes : stored.bytes }]),
    ...(expands ? [{ kind: 'winograd', from: to, to: offset, bytes: compact.bytes, layout } as const] : []),
  ];
}
