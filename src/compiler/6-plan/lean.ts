/**
 * Algorithms whose code must pay: kilobytes that only a few layers would use, for a little of their time, are left out. What that is depends
 * on the net as a whole.
 */
import type { Choice } from './algorithms/algorithm.ts';
import type { Engine } from './plan.ts';

/**
 * Part of the estimated time of a net that such an algorithm must save, its margin taken off: it makes a program of 40 to 120 kB 4 to 10 kB
 * larger. Pages download programs with 128-bit vectors; wide ones run in Node.
 */
const leastSaved = { narrow: 0.0125, wide: 0.005 };

/** A kernel's cheapest choice, and the cheapest without such algorithms. */
export interface Alternatives {
  readonly best: Choice;
  readonly lean: Choice;
}

/** Whether the choices of a net are better lean. */
export function isLean(choices: readonly Alternatives[], { wide }: Engine): boolean {
  const saved = choices.reduce((sum, { best, lean }) => sum + lean.cost - best.cost, 0);
  const whole = choices.reduce((sum, { lean }) => sum + lean.cost, 0);
  return saved < whole * (wide ? leastSaved.wide : leastSaved.narrow);
}
