/** What quantisation costs: how far values and outputs are from those in floats, and how often the answer is another one. */
import type { Tensor } from '../compiler/ir/type.ts';

/** Power of a value and of what bytes make wrong of it, summed over examples. */
interface Power {
  signal: number;
  noise: number;
}

export type Values = Readonly<Record<string, Float32Array>>;
export type Outputs = Readonly<Record<string, readonly Tensor[]>>;

export interface ValueNoise {
  readonly name: string;
  /** Signal-to-noise ratio in decibels; Infinity for an exact value. */
  readonly decibels: number;
}

export interface OutputDifference {
  readonly name: string;
  /** Share of examples on which the largest element is the same one, 0..1; undefined for an output of a single element. */
  readonly sameTop: number | undefined;
  /** Largest difference of an element. */
  readonly most: number;
  readonly decibels: number;
}

export interface Comparison {
  readonly add: (
    exact: { readonly values: Values; readonly outputs: Outputs },
    bytes: { readonly values: Values; readonly outputs: Outputs },
  ) => void;
  readonly values: () => readonly ValueNoise[];
  readonly outputs: () => readonly OutputDifference[];
}

/** Collects pairs of results, in floats and in bytes. */
export function createComparison(): Comparison {
  const powers = new Map<string, Power>();
  const outputs = new Map<string, Power & { most: number; same: number; total: number; single: boolean }>();
  const addOutput = (name: string, exact: readonly Tensor[], bytes: readonly Tensor[]): void => {
    const known = outputs.get(name) ?? { signal: 0, noise: 0, most: 0, same: 0, total: 0, single: true };
    exact.forEach(({ data }, i) => {
      const other = bytes[i]?.data ?? data;
      addPower(known, data, other);
      data.forEach((value, k) => (known.most = Math.max(known.most, Math.abs(value - (other[k] ?? NaN)))));
      known.single &&= data.length === 1;
      known.same += largest(data) === largest(other) ? 1 : 0;
      known.total += 1;
    });
    outputs.set(name, known);
  };
  return {
    add: (exact, bytes) => {
      for (const [name, data] of Object.entries(exact.values)) {
        const power = powers.get(name) ?? { signal: 0, noise: 0 };
        addPower(power, data, bytes.values[name] ?? data);
        powers.set(name, power);
      }
      for (const [name, tensors] of Object.entries(exact.outputs))
        addOutput(name, tensors, bytes.outputs[name] ?? []);
    },
    values: () => [...powers].map(([name, power]) => ({ name, decibels: decibels(power) })),
    outputs: () =>
      [...outputs].map(([name, { most, same, total, single, ...power }]) => ({
        name,
        sameTop: single ? undefined : same / total,
        most,
        decibels: decibels(power),
      })),
  };
}

function addPower(power: Power, exact: Float32Array, bytes: Float32Array): void {
  for (let i = 0; i < exact.length; i++) {
    const value = exact[i]!;
    power.signal += value * value;
    power.noise += (value - bytes[i]!) ** 2;
  }
}

function decibels({ signal, noise }: Power): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

function largest(data: Float32Array): number {
  return data.reduce((best, value, i) => (value > (data[best] ?? -Infinity) ? i : best), 0);
}
