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
  const sizes = weights.map(({ place }) => storedBytes(place.bytes, type));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const file = { offset: bases.arena - bytes, bytes, type };
  let end = 0;
  const blocks = weights.map(({ nodes, place, layout }, i): PackedWeight => {
    const stored = { offset: end, bytes: sizes[i] ?? 0 };
    end += stored.bytes;
    return { nodes, offset: bases[place.region] + place.offset, bytes: place.bytes, stored, layout };
  });
  const expansions = blocks.flatMap((block) => expansionsOf(block, file.offset + block.stored.offset, type));
  return { weights: blocks, file, expansions };
}

/**
 * Floats keep the alignment of memory, so that final blocks need not move. Halves are packed tightly: read at half the speed at which
 * floats are written, they must all be behind the writing, to the last one.
 */
function storedBytes(bytes: number, type: WeightsType): number {
  const vector = 4 * wideningFloats;
  return type === 'f32' ? aligned(bytes) : (Math.ceil(bytes / vector) * vector) / 2;
}

/** From the file into the block's place. */
function expansionsOf(
  { offset: to, bytes, stored }: PackedWeight,
  from: number,
  type: WeightsType,
): readonly Expansion[] {
  if (type === 'f16') return [{ kind: 'widen', from, to, bytes: stored.bytes }];
  return from === to ? [] : [{ kind: 'copy', from, to, bytes }];
}
