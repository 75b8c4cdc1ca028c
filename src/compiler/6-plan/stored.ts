/**
 * The weights file: which bytes of it become which block of the weights region, and how. `Expansion` in plan.ts says why no block ever
 * overwrites what is still to be read.
 */
import { storedRuns } from './algorithms/index.ts';
import { aligned } from './arena.ts';
import type { Expansion, PackedWeight, Plan, StoredRun, WeightsType } from './plan.ts';
import type { StaticPlace, StaticWeight } from './statics.ts';

/** Whole vectors of floats are moved. */
const vectorFloats = 4;

/** The plan's blocks of weights, its file and its expansions. `weights` are in the order of memory. */
export function storeWeights(
  weights: readonly StaticWeight[],
  bases: Readonly<Record<StaticPlace['region'] | 'arena', number>>,
  type: WeightsType,
): Pick<Plan, 'weights' | 'file' | 'expansions'> {
  let end = 0;
  const blocks = weights.map((weight): PackedWeight => {
    const { nodes, place, layout } = weight;
    const runs = type === 'f32' ? [allFloats(aligned(place.bytes) / 4)] : runsOf(weight);
    const stored = {
      offset: end,
      bytes: runs.reduce((sum, run) => sum + run.count * runBytes(run), 0),
      runs,
    };
    end += stored.bytes;
    return { nodes, offset: bases[place.region] + place.offset, bytes: place.bytes, stored, layout };
  });
  const file = { offset: bases.arena - end, bytes: end, type };
  return {
    weights: blocks,
    file,
    expansions: blocks.flatMap((block) => expansionsOf(block, file.offset + block.stored.offset)),
  };
}

/**
 * Floats keep the alignment of memory, so that final blocks need not move. Blocks with integers are packed tightly: read more slowly
 * than floats are written, they must all be behind the writing, to the last one. What is plain (vectors, and what a loop nest or no kernel at all
 * reads) is as good as nothing of the file and stays in floats, as does what the algorithm says.
 */
function runsOf({ place, layout }: StaticWeight): readonly StoredRun[] {
  const all = Math.ceil(place.bytes / 4 / vectorFloats) * vectorFloats;
  return storedRuns(layout) ?? [allFloats(all)];
}

function allFloats(floats: number): StoredRun {
  return { count: 1, floats, scales: 0, integers: 0 };
}

function runBytes({ floats, scales, integers }: StoredRun): number {
  return 4 * floats + 2 * scales + 2 * integers;
}

/** From the file into the block's place, run by run. */
function expansionsOf({ offset, stored }: PackedWeight, file: number): readonly Expansion[] {
  let [from, to] = [file, offset];
  return stored.runs.flatMap((run) => {
    const expansion = expansionOf(run, from, to);
    from += run.count * runBytes(run);
    to += 4 * run.count * (run.floats + run.integers);
    return expansion;
  });
}

function expansionOf(run: StoredRun, from: number, to: number): readonly Expansion[] {
  const { count, floats, scales, integers } = run;
  const place = { from, to, bytes: count * runBytes(run) };
  if (integers === 0) return from === to ? [] : [{ kind: 'copy', ...place }];
  return [{ kind: 'scale', ...place, count, floats: 4 * floats, scales: 2 * scales, integers: 2 * integers }];
}
