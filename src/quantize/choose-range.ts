/**
 * The range that bytes should cover, from what a value was seen to hold. The whole of it would spend steps on a few outliers; the range
 * with the least expected squared error gives up some of them: an error of a twelfth of a step's square inside, the distance to the end
 * outside. (Banner et al., arXiv:1810.05723, derive it for known distributions; here it is searched over a histogram.)
 */
import { mostByte, type Range } from '../compiler/5-optimize/quantize/index.ts';

/** How often values fell into each of equal parts of [lo, hi]. Zeros count apart: they are exact in any range. */
export interface Histogram {
  readonly range: Range;
  readonly counts: Float64Array;
}

export function createHistogram(range: Range, parts = 2048): Histogram {
  return { range, counts: new Float64Array(parts) };
}

/** Counts the values (every `step`-th from `first` on), which lie in the histogram's range. */
export function addToHistogram(
  { range: [lo, hi], counts }: Histogram,
  values: Float32Array,
  { first = 0, step = 1 }: { readonly first?: number; readonly step?: number } = {},
): void {
  const bins = counts.length;
  const scale = hi > lo ? bins / (hi - lo) : 0;
  for (let i = first; i < values.length; i += step) {
    const value = values[i]!;
    if (value !== 0) counts[Math.min(bins - 1, Math.floor((value - lo) * scale))]! += 1;
  }
}

/** Parts of each side that are tried, from the whole to a tenth. */
const shares = Array.from({ length: 19 }, (_, i) => 1 - i / 20);

/** The range within the histogram's (and zero) with the least expected squared error. */
export function bestRange(histogram: Histogram): Range {
  const [lo, hi] = [Math.min(0, histogram.range[0]), Math.max(0, histogram.range[1])];
  let best: { readonly range: Range; readonly error: number } | undefined;
  for (const low of lo < 0 ? shares : [1])
    for (const high of hi > 0 ? shares : [1]) {
      const range: Range = [lo * low, hi * high];
      const error = squaredError(histogram, range);
      if (!best || error < best.error) best = { range, error };
    }
  return best?.range ?? [lo, hi];
}

/** Parts cut off at an end. */
const trims = Array.from({ length: 13 }, (_, i) => i / 40);

/** The same for values that need no step at zero: any range within the histogram's. */
export function bestFreeRange(histogram: Histogram): Range {
  const [lo, hi] = histogram.range;
  const ranges = trims.flatMap((low) =>
    trims.map((high): Range => [lo + (hi - lo) * low, hi - (hi - lo) * high]),
  );
  const errors = ranges.map((range) => squaredError(histogram, range));
  return ranges[errors.indexOf(Math.min(...errors))] ?? [lo, hi];
}

function squaredError({ range, counts }: Histogram, [lo, hi]: Range): number {
  const step = (hi - lo) / mostByte;
  const inside = (step * step) / 12;
  const bins = counts.length;
  const width = (range[1] - range[0]) / bins;
  let error = 0;
  for (let i = 0; i < bins; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    const value = range[0] + (i + 0.5) * width;
    const beyond = value < lo ? lo - value : value > hi ? value - hi : 0;
    error += count * (inside + beyond * beyond);
  }
  return error;
}
