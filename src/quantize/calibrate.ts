/**
 * Calibration: the net runs in floats over example inputs, once to find between which numbers each value lies, once more to count how
 * often it is where; then each value's range is chosen.
 */
import type { Range, Ranges } from '../compiler/5-optimize/quantize/index.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import { addToHistogram, bestRange, createHistogram } from './choose-range.ts';

export type Inputs = Readonly<Record<string, Tensor>>;

/** The values to calibrate, by name, for one example. */
export type Observe = (inputs: Inputs) => Readonly<Record<string, Float32Array>>;

/** A value that is no number on an example: nothing can be made of it. */
export interface NotFinite {
  readonly value: string;
  /** Number of the example. */
  readonly example: number;
}

/** The ranges over all examples (at least one). */
export function calibrate(examples: readonly Inputs[], observe: Observe): Ranges | NotFinite {
  const seen = new Map<string, Range>();
  for (const [example, inputs] of examples.entries())
    for (const [value, data] of Object.entries(observe(inputs))) {
      const range = extent(data, seen.get(value));
      if (!range.every(Number.isFinite)) return { value, example };
      seen.set(value, range);
    }
  const histograms = new Map([...seen].map(([value, range]) => [value, createHistogram(range)]));
  for (const inputs of examples)
    for (const [value, data] of Object.entries(observe(inputs))) {
      const histogram = histograms.get(value);
      if (histogram) addToHistogram(histogram, data);
    }
  return Object.fromEntries([...histograms].map(([value, histogram]) => [value, bestRange(histogram)]));
}

/** The least and the largest value; NaN where any is. */
function extent(data: Float32Array, [lo, hi]: Range = [Infinity, -Infinity]): Range {
  let [least, most, sum] = [lo, hi, 0];
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
    sum += value - value;
  }
  return sum === 0 ? [least, most] : [NaN, NaN];
}
