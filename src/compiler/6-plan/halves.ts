/** IEEE binary16 for the weights file: f32 rounded to nearest, ties to even; infinities, NaN payloads' upper bits and subnormals kept. */

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

/** Whether any of `halves` is infinite: a weight was beyond ±65504. */
export function hasOverflow(halves: Uint16Array): boolean {
  return halves.some((half) => (half & 0x7fff) === 0x7c00);
}
