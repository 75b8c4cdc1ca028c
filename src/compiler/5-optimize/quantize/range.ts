/**
 * Ranges of values and the bytes that stand for them: 0…127 spread evenly over a range that contains zero, so that zero (padding, ReLU) is
 * exact. Seven bits, because then a product of a byte and a signed byte summed in pairs fits 16 bits: the instruction for sums of four
 * products gives the same bits on every processor.
 */

/** The least and the largest value that a tensor takes, [lo, hi]. */
export type Range = readonly [number, number];

/** What calibration knows of a value. */
export interface ValueRange {
  readonly range: Range;
  /** Per channel the mean over examples and places: what rounding weights costs on average follows from it, and is taken off the bias. */
  readonly means?: readonly number[] | undefined;
  /** Per channel the share of the range that it uses, 0…1 (0 excluded), where channels have steps of their own. */
  readonly shares?: readonly number[] | undefined;
  /** Per channel the number that byte 0 stands for, where channels begin at places of their own. */
  readonly origins?: readonly number[] | undefined;
}

/**
 * How a layer is computed: in floats; on bytes; or on bytes of two digits, which tell sixteen times as many values of its input apart, for
 * twice the products.
 */
export type Precision = 'floats' | 'fine' | 'bytes';

/** The precision of layers; those that it does not name are on bytes. */
export type Precisions = Readonly<Record<string, Exclude<Precision, 'bytes'>>>;

/** What a net is quantised by. Names are those of nodes in the text form of the optimised graph. */
export interface Ranges {
  readonly values: Readonly<Record<string, ValueRange>>;
  /** Absent: as `usualPrecisions` has it. */
  readonly layers?: Precisions | undefined;
}

/** A byte b of channel c stands for (b − zero) · scale · shares[c] + origins[c]. */
export interface Steps {
  readonly scale: number;
  /** 0…127. */
  readonly zero: number;
  /** Absent: all 1. */
  readonly shares?: readonly number[] | undefined;
  /** Absent: all 0. With them zero is 0. */
  readonly origins?: readonly number[] | undefined;
}

/** The largest byte. */
export const mostByte = 127;

/** The steps that cover the range, widened to contain zero; a range of nothing but zero gets steps of one. */
export function stepsOf([lo, hi]: Range): Steps {
  const [least, most] = [Math.min(0, lo), Math.max(0, hi)];
  const scale = (most - least) / mostByte;
  if (!(scale > 0)) return { scale: 1, zero: 0 };
  const zero = Math.round(-least / scale);
  // Zero lies on a step: whichever side rounding has cut off is what the scale must reach again.
  const reach = Math.max(zero > 0 ? -least / zero : 0, zero < mostByte ? most / (mostByte - zero) : 0);
  return { scale: reach, zero };
}

/** The steps of a value with what its channels have of their own: those with origins need none at the number 0. */
export function stepsOfChannels({ range, shares, origins }: Omit<ValueRange, 'means'>): Steps {
  const { scale, zero } = stepsOf(range);
  return origins ? { scale, zero: 0, shares, origins } : { scale, zero, shares };
}

/** Steps of the second digit in one of the first. */
export const digitSteps = 16;

/** The same for values of two digits: zero is low enough that the second digit, which is not negative, stays a byte when it is added. */
export function fineStepsOf([lo, hi]: Range): Steps {
  const most = Math.max(0, hi, (-lo * digitSteps) / (mostByte - digitSteps));
  return stepsOf([lo, most]);
}

/** The range of both. */
export function hull(a: Range, b: Range): Range {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
