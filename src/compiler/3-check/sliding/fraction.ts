/** Distances between neighbouring places of a map, in pixels of the input: fractions, as upsampling brings them closer than a pixel. */
import { gcd } from '../../ir/gcd.ts';

export interface Fraction {
  readonly over: number;
  readonly under: number;
}

export const one: Fraction = { over: 1, under: 1 };

/** `over / under` in lowest terms. */
export function fraction(over: number, under = 1): Fraction {
  const divisor = gcd(over, under);
  return { over: over / divisor, under: under / divisor };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.over, a.under * b.under);
}

export function sameFraction(a: Fraction, b: Fraction): boolean {
  return a.over === b.over && a.under === b.under;
}

/** How many steps of `step` make `whole`. */
export function stepsIn(whole: number, step: Fraction): number {
  return (whole * step.under) / step.over;
}

/** The smallest whole number of which every fraction is a part. */
export function commonMultiple(fractions: readonly Fraction[]): number {
  return fractions.reduce((multiple, { over }) => (multiple / gcd(multiple, over)) * over, 1);
}
