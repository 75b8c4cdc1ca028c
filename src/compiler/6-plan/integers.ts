/**
 * Weights in 16 bits for the weights file: each filter (a slice along the first axis) is integers from −32767 to 32767 times one scale. All bits
 * of an integer are mantissa, so that weights err by about a sixth of what halves (IEEE binary16) cost. A scale has eight significant bits,
 * the upper half of an f32: integer · scale is an f32 to the last bit.
 */
import type { Tensor } from '../ir/type.ts';

/** A weight as whole numbers and the scales of its filters: number · scale is within a step of what was given. */
export interface IntegerFilters {
  readonly integers: Tensor;
  readonly scales: Float32Array;
}

const mostInteger = 32767;
/** The least normal f32: smaller scales would be slow to multiply by, and inexact. */
const leastScale = 2 ** -126;
/** Of 2¹¹²: integers times a greater scale might be infinite. Infinity and NaN (as it is stored) are above. */
const mostScaleWord = (112 + 127) << 7;

/** A filter of few numbers is rounded with so many scales, each a little coarser than the one before, and the best is taken. */
const fewNumbers = 64;
const scalesTried = 16;

/**
 * The filters of `weight` in integers. Rounding keeps the sum of a filter within half a step, because inputs have means: errors of the
 * taps would add up in all outputs alike. A filter with NaN or infinity has it as its scale.
 */
export function toIntegers({ shape, data }: Tensor): IntegerFilters {
  const filters = shape[0] ?? 1;
  const length = data.length / Math.max(1, filters);
  const integers = new Float32Array(data.length);
  const tries = length <= fewNumbers ? scalesTried : 1;
  const scales = Float32Array.from({ length: filters }, (_, filter) => {
    const [from, to] = [filter * length, (filter + 1) * length];
    const { integers: best, scale } = bestRounding(data.subarray(from, to), tries);
    integers.set(best, from);
    return scale;
  });
  return { integers: { shape, data: integers }, scales };
}

/** A scale as the weights file holds it. */
export function scaleWord(scale: number): number {
  return wordOf(scale) >>> 16;
}

/** Whether integers times the scale of a word (of a filter without NaN and infinity, and numbers up to 2¹²⁷) are numbers. */
export function wordHoldsNumbers(word: number): boolean {
  return word <= mostScaleWord;
}

interface Rounding {
  readonly integers: Float32Array;
  readonly scale: number;
  /** Squared error of a sum of products with the filter, up to a factor, for inputs whose mean is as large as their deviation. */
  readonly error: number;
}

function bestRounding(values: Float32Array, tries: number): Rounding {
  let scale = Math.max(leastScale, leastOver(largestOf(values) / mostInteger));
  if (!Number.isFinite(scale)) return { integers: new Float32Array(values.length), scale, error: NaN };
  let best = rounded(values, scale);
  for (let i = 1; i < tries; i++) {
    scale = leastOver(scale * (1 + 2 ** -8));
    const other = rounded(values, scale);
    if (other.error < best.error) best = other;
  }
  return best;
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The least number of eight significant bits that is not below `value`. */
function leastOver(value: number): number {
  return Number.isFinite(value) ? floatOf((wordOf(value) + 0xffff) & 0xffff0000) : value;
}

/** The integers nearest to `values` / `scale`, but some that are nearly as near to their other neighbour moved there, for the sum. */
function rounded(values: Float32Array, scale: number): Rounding {
  const integers = new Float32Array(values.length);
  const rests = new Float32Array(values.length);
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const exact = values[i]! / scale;
    const integer = Math.round(exact);
    integers[i] = integer;
    rests[i] = exact - integer;
    lost += exact - integer;
  }
  const moved = Math.round(lost);
  if (moved !== 0) moveNearest(integers, rests, moved);
  const squares = rests.reduce((sum, rest) => sum + rest * rest, (lost - moved) ** 2);
  return { integers, scale, error: squares * scale ** 2 };
}

/** Bins of rests, for finding the largest without sorting. */
const bins = 256;

/** Moves |`moved`| integers by one in its direction: those whose rests are the largest in it, to within a bin. */
function moveNearest(integers: Float32Array, rests: Float32Array, moved: number): void {
  const step = Math.sign(moved);
  const binOf = (rest: number): number => Math.floor((step * rest + 0.5) * (bins - 1));
  const counts = new Uint32Array(bins);
  for (const rest of rests) counts[binOf(rest)]!++;
  let left = Math.abs(moved);
  let bin = bins - 1;
  while (bin > 0 && counts[bin]! < left) left -= counts[bin--]!;
  for (let i = 0; i < rests.length; i++) {
    const own = binOf(rests[i]!);
    if (own < bin || (own === bin && left-- <= 0)) continue;
    integers[i]! += step;
    rests[i]! -= step;
  }
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function wordOf(value: number): number {
  float[0] = value;
  return word[0]!;
}

function floatOf(bits: number): number {
  word[0] = bits;
  return float[0]!;
}
