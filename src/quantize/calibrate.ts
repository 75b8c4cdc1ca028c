/**
 * Calibration: the net runs in floats over example inputs, once to find between which numbers each value lies, once more to count how
 * often it is where; then each value's range is chosen.
 */
import { mostByte, type Range, type Ranges, type ValueRange } from '../compiler/5-optimize/quantize/index.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import { balancedShares } from './balance.ts';
import { addToHistogram, bestFreeRange, bestRange, createHistogram } from './choose-range.ts';

export type Inputs = Readonly<Record<string, Tensor>>;

/** The values to calibrate, by name, for one example: their last axis is the channels. */
export type Observe = (inputs: Inputs) => Readonly<Record<string, Float32Array>>;

/** What is to be found out of a value. */
export interface Wanted {
  readonly channels: number;
  /** Where channels may have steps of their own. */
  readonly shares?: Shared | undefined;
}

export interface Shared {
  /** Names of the values in the same steps, this one among them. */
  readonly members: readonly string[];
  /** Weights [out, channels, …] that multiply the channels before they are rounded. */
  readonly mixing: () => readonly Tensor[];
  /** Whether channels may begin at places of their own. */
  readonly mayHaveOrigins: boolean;
}

/** A value that is no number on an example: nothing can be made of it. */
export interface NotFinite {
  readonly value: string;
  /** Number of the example. */
  readonly example: number;
}

/** Means of more channels than that (a flattened map) are not kept. */
const mostMeans = 4096;

/** The ranges over all examples (at least one). */
export function calibrate(
  examples: readonly Inputs[],
  observe: Observe,
  wanted: (value: string) => Wanted,
): Ranges['values'] | NotFinite {
  const seen = new Map<string, Seen>();
  for (const [example, inputs] of examples.entries())
    for (const [value, data] of Object.entries(observe(inputs))) {
      const known = seen.get(value) ?? createSeen(wanted(value));
      seen.set(value, known);
      if (!look(known, data)) return { value, example };
    }
  const counted = new Map([...seen].map(([value, known]) => [value, createCounts(known)]));
  for (const inputs of examples)
    for (const [value, data] of Object.entries(observe(inputs))) counted.get(value)?.add(data);
  const found = new Map([...counted].map(([value, { result }]) => [value, result()]));
  return Object.fromEntries(
    [...found].map(([value, known]) => [value, withShares(known, wanted(value), found)]),
  );
}

/** What the first pass finds of a value, by channel. */
interface Seen {
  readonly wanted: Wanted;
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  /** Elements per channel. */
  count: number;
}

function createSeen(wanted: Wanted): Seen {
  const { channels } = wanted;
  return {
    wanted,
    least: new Float64Array(channels).fill(Infinity),
    most: new Float64Array(channels).fill(-Infinity),
    sums: new Float64Array(channels),
    squares: new Float64Array(channels),
    count: 0,
  };
}

/** False where a value is no number. */
function look(seen: Seen, data: Float32Array): boolean {
  const { least, most, sums, squares, wanted } = seen;
  let finite = 0;
  for (let first = 0; first < data.length; first += wanted.channels)
    for (let c = 0; c < wanted.channels; c++) {
      const value = data[first + c]!;
      if (value < least[c]!) least[c] = value;
      if (value > most[c]!) most[c] = value;
      sums[c]! += value;
      squares[c]! += value * value;
      finite += value - value;
    }
  seen.count += data.length / wanted.channels;
  return finite === 0;
}

/** What is known of a value after the second pass. */
interface Found {
  readonly range: Range;
  readonly means: readonly number[] | undefined;
  /** Mean squares of the channels. */
  readonly squares: readonly number[];
  /** The range that each channel wants; empty where all have the same steps. */
  readonly own: readonly Range[];
}

/** The second pass over a value. */
interface Counts {
  readonly add: (data: Float32Array) => void;
  readonly result: () => Found;
}

function createCounts({ wanted, least, most, sums, squares, count }: Seen): Counts {
  const { channels } = wanted;
  const extent: Range = [least.reduce((a, b) => Math.min(a, b)), most.reduce((a, b) => Math.max(a, b))];
  const whole = createHistogram(extent);
  const bestOwn = wanted.shares?.mayHaveOrigins && extent[0] < 0 ? bestFreeRange : bestRange;
  const own = wanted.shares ? Array.from(least, (lo, c) => createHistogram([lo, most[c]!], channelBins)) : [];
  return {
    add: (data) => {
      addToHistogram(whole, data);
      own.forEach((histogram, c) => addToHistogram(histogram, data, { first: c, step: channels }));
    },
    result: () => ({
      range: bestRange(whole),
      means: channels > mostMeans ? undefined : Array.from(sums, (sum) => sum / count),
      squares: Array.from(squares, (square) => square / count),
      own: own.map(bestOwn),
    }),
  };
}

/** Parts into which the values of a single channel are sorted. */
const channelBins = 256;

/** The value with the shares of its channels in the range of all that have the same steps. */
function withShares(
  { range, means, squares, own }: Found,
  { shares }: Wanted,
  found: ReadonlyMap<string, Found>,
): ValueRange {
  if (!shares) return { range, means };
  const [least, most] = shares.members
    .map((name) => found.get(name)?.range ?? range)
    .reduce((a, b) => [Math.min(a[0], b[0]), Math.max(a[1], b[1])]);
  const isFree = shares.mayHaveOrigins && least < 0;
  const needs = own.map(([lo, hi]) => {
    const reach = Math.max(least < 0 ? lo / least : 0, most > 0 ? hi / most : 0);
    return Math.min(1, Math.max(leastShare, isFree ? (hi - lo) / (most - least) : reach));
  });
  const room = isFree ? 1 + margin : 1;
  const width = (most - least) * room;
  const chosen = balancedShares(needs, { step: width / mostByte, squares, weights: shares.mixing() });
  if (!isFree) return { range, means, shares: chosen.every((share) => share === 1) ? undefined : chosen };
  const origins = own.map(([lo, hi], c) => (lo + hi - (chosen[c] ?? 1) * width) / 2);
  return { range: [least * room, most * room], means, shares: chosen, origins };
}

/**
 * Part of their range that channels with origins get beside it. What bounds them are the examples alone, no activation and no zero, and
 * other inputs go beyond. (Of 0, 0.15 and 0.3 what left least noise in MobileNet-v2 over three photos, each compared with ranges of the
 * other two; one that differs most decides, two alone prefer 0.)
 */
const margin = 0.15;

/** Channels that (nearly) never have a value get steps that are not absurdly small. */
const leastShare = 0.01;
