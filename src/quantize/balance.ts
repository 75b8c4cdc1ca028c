/**
 * How far channels go towards steps of their own. What small steps of a channel save of its rounding, they cost in the layer that reads it: its
 * weights are multiplied by the channel's share and rounded in steps of the largest. The least expected noise decides (weight
 * equalisation, Nagel et al., arXiv:1906.04721, takes the geometric mean instead).
 */
import { mostByte } from '../compiler/5-optimize/quantize/index.ts';
import type { Tensor } from '../compiler/ir/type.ts';

export interface Balance {
  /** Of a channel whose share is one. */
  readonly step: number;
  /** Mean square of each channel. */
  readonly squares: readonly number[];
  /** Weights [out, channels, …] of the layers that read them. */
  readonly weights: readonly Tensor[];
}

const exponents = [1, 0.75, 0.5, 0.25, 0];

/** `needs` (the shares that channels want for themselves) to the power with the least noise; as they are where no weight is concerned. */
export function balancedShares(needs: readonly number[], balance: Balance): readonly number[] {
  const candidates = exponents.map((exponent) => needs.map((need) => need ** exponent));
  const noises = candidates.map((shares) =>
    balance.weights.reduce((sum, weight) => sum + relativeNoise(weight, shares, balance), 0),
  );
  return candidates[noises.indexOf(Math.min(...noises))] ?? needs;
}

/** Σ over output channels of the expected squared error over the expected square: steps err by a twelfth of their square. */
function relativeNoise(
  { shape: [outC = 1], data }: Tensor,
  shares: readonly number[],
  { step, squares }: Balance,
): number {
  const channels = shares.length;
  const taps = data.length / outC / channels;
  const inSteps = squares.reduce((sum, square, i) => sum + square / (shares[i] ?? 1) ** 2, 0) * taps;
  let noise = 0;
  for (let o = 0; o < outC; o++) {
    let [rounding, signal, most] = [0, 0, 0];
    for (let i = 0; i < channels; i++) {
      let power = 0;
      for (let tap = 0; tap < taps; tap++) {
        const weight = data[(o * channels + i) * taps + tap]!;
        power += weight * weight;
        most = Math.max(most, Math.abs(weight) * shares[i]!);
      }
      rounding += power * (step * shares[i]!) ** 2;
      signal += power * squares[i]!;
    }
    if (signal > 0) noise += (rounding + (most / mostByte) ** 2 * inSteps) / (12 * signal);
  }
  return noise;
}
