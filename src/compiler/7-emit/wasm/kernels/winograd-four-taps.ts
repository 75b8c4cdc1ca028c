/**
 * F(4, 4) of one line at the points 1, −1, 2, −2, ½, −½ and infinity, see 6-plan/algorithms/winograd-matrices.ts: the two points of a pair share
 * the even and the odd part of everything.
 */
import { f32x4 } from '../assembler/index.ts';
import type { V128 } from '../assembler/index.ts';
import type { LineTransform } from './winograd-lines.ts';

type Apply = LineTransform['apply'];
type Seven = readonly [V128, V128, V128, V128, V128, V128, V128];

/** Bᵀ d: seven inputs to seven positions. Of the pair ±a these are (x ± a) (x² − b²) (x² − c²), where b and c are the other points. */
const input: Apply = ({ f, constants }, d) => {
  const [d0, d1, d2, d3, d4, d5, d6] = d as Seven;
  // (x² − b²) (x² − c²) of three values two places apart.
  const quartic = (low: V128, middle: V128, high: V128, a: number): V128 => {
    const [sum, product] = [21 / 4 - a * a, 1 / (a * a)];
    const ends = product === 1 ? f32x4.add(low, high) : f.fma(low, constants.f32(product), high);
    return f.let(f.fnma(middle, constants.f32(sum), ends));
  };
  const pair = (a: number): readonly V128[] => {
    const [odd, even] = [quartic(d1, d3, d5, a), quartic(d0, d2, d4, a)];
    if (a === 1) return [f32x4.add(odd, even), f32x4.sub(odd, even)];
    return [f.fma(even, constants.f32(a), odd), f.fnma(even, constants.f32(a), odd)];
  };
  const infinity = f.fma(f32x4.sub(d2, d4), constants.f32(21 / 4), f32x4.sub(d6, d0));
  return [...pair(1), ...pair(2), ...pair(1 / 2), infinity].map((value) => f.let(value));
};

/** Aᵀ m: seven products to four outputs. */
const output: Apply = ({ f, constants }, m) => {
  const [m0, m1, m2, m3, m4, m5, m6] = m as Seven;
  const [sum1, odd1] = [f.let(f32x4.add(m0, m1)), f.let(f32x4.sub(m0, m1))];
  const [sum2, odd2] = [f.let(f32x4.add(m2, m3)), f.let(f32x4.sub(m2, m3))];
  const [sum3, odd3] = [f.let(f32x4.add(m4, m5)), f.let(f32x4.sub(m4, m5))];
  const power = (one: V128, two: V128, half: V128, scale: number): V128 =>
    f.fma(half, constants.f32(1 / scale), f.fma(two, constants.f32(scale), one));
  return [
    f32x4.add(f32x4.add(sum1, sum2), sum3),
    power(odd1, odd2, odd3, 2),
    power(sum1, sum2, sum3, 4),
    f32x4.add(power(odd1, odd2, odd3, 8), m6),
  ].map((value) => f.let(value));
};

/** G g: four taps to seven positions. Rows of ±a are [1, ±a, a², ±a³] over what the point's polynomial is there. */
const kernel: Apply = ({ f, constants }, g) => {
  const [g0, g1, g2, g3] = g as readonly [V128, V128, V128, V128];
  const pair = (a: number, divisor: number): readonly V128[] => {
    const term = (power: number): V128 => constants.f32(a ** power / divisor);
    const even = f.let(f.fma(g2, term(2), f32x4.mul(g0, term(0))));
    const odd = f.let(f.fma(g3, term(3), f32x4.mul(g1, term(1))));
    return [f32x4.add(odd, even), f32x4.sub(odd, even)];
  };
  return [...[...pair(1, -9 / 2), ...pair(2, 45), ...pair(1 / 2, 45 / 16)].map((value) => f.let(value)), g3];
};

export const fourTaps: Readonly<Record<'input' | 'output' | 'kernel', Apply>> = { input, output, kernel };
