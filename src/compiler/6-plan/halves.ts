/** IEEE binary16 for the weights file: f32 rounded to nearest, ties to even; infinities, NaN payloads' upper bits and subnormals kept. */
import type { Tensor } from '../ir/type.ts';

/** f32 bits of the least number that rounds to infinity, of the least normal half, and of infinity. */
const overflow = 0x477ff000;
const leastNormal = 0x38800000;
const infinity = 0x7f800000;
/** Difference of the exponents' biases, 127 − 15, in place. */
const rebias = 0x38000000;

/** The halves nearest to `floats`. */
export function toHalves(floats: Float32Array): Uint16Array {
  const words = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude < leastNormal) half = Math.abs(floats[i]!) * 2 ** 24 + 2 ** 52 - 2 ** 52;
    else if (magnitude < overflow) half = (magnitude - rebias + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    else if (magnitude <= infinity) half = 0x7c00;
    else half = 0x7c00 | ((magnitude >>> 13) & 0x3ff || 0x200);
    halves[i] = ((word >>> 16) & 0x8000) | half;
  }
  return halves;
}

/** The step between neighbouring halves of an f32's exponent (the biased one), up to the largest. */
const steps = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (Math.max(exponent - 127, -14) - 10));
const largest = 65504;

/**
 * Every number of `weight` becomes one of the two halves around it, so that each filter (a slice along the first axis) keeps its sum within
 * half a step of its largest number: what a number loses is added to the next before that is rounded. Errors of the taps would add up
 * in all outputs alike, as inputs have means. Halves, and numbers that no half is near, stay as they are.
 */
export function roundFilters({ shape, data }: Tensor): Tensor {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const rounded = data.slice();
  const filter = data.length / Math.max(1, shape[0] ?? 1);
  let lost = 0;
  for (let i = 0; i < data.length; i++) {
    if (i % filter === 0) lost = 0;
    const value = data[i]!;
    const step = steps[(words[i]! >>> 23) & 0xff]!;
    const below = Math.floor(value / step) * step;
    if (value === below || !(Math.abs(value) <= largest)) continue;
    const half = value + lost - below > step / 2 ? below + step : below;
    lost += value - half;
    rounded[i] = half;
  }
  return { shape, data: rounded };
}

/** Whether any of `halves` is infinite: a weight was beyond ±65504. */
export function hasOverflow(halves: Uint16Array): boolean {
  return halves.some((half) => (half & 0x7fff) === 0x7c00);
}
