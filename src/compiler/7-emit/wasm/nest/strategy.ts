/**
 * Which loop of a nest goes into the four lanes of a vector: one over the output, where neighbours are loaded and stored
 * together, or a reduced one, where four partial results are combined at the end.
 */
import { accessesOf } from './tidy.ts';
import type { Access, Nest } from './nest.ts';

export type Strategy =
  | { readonly kind: 'map'; readonly loop: number }
  | { readonly kind: 'reduce'; readonly loop: number }
  /** One element at a time. */
  | { readonly kind: 'single' };

/** Instructions that combine four partial results into one. */
const horizontal = 8;

/** The strategy with the fewest memory accesses and the like, counted per evaluation of the body. */
export function chooseStrategy(nest: Nest): Strategy {
  let best: { strategy: Strategy; cost: number } = { strategy: { kind: 'single' }, cost: singleCost(nest) };
  nest.loops.forEach(({ reduce }, loop) => {
    if (accessesOf(nest).some((access) => access.guards.some((guard) => guard.coefficients[loop]))) return;
    const cost = reduce ? reduceCost(nest, loop) : mapCost(nest, loop);
    if (cost <= best.cost) best = { strategy: { kind: reduce ? 'reduce' : 'map', loop }, cost };
  });
  return best.strategy;
}

/** Evaluations of the body per output. */
function turnsPerOutput(nest: Nest): number {
  return nest.loops.reduce((product, { size, reduce }) => (reduce ? product * size : product), 1);
}

/** Vectors per element of a loop: a quarter, and more where the last vector is not full. */
function vectorsPerElement(nest: Nest, loop: number): number {
  const size = nest.loops[loop]?.size ?? 1;
  return Math.ceil(size / 4) / size;
}

function mapCost(nest: Nest, loop: number): number {
  const sum = (accesses: readonly Access[]): number => accesses.reduce((s, a) => s + accessCost(a, loop), 0);
  const perOutput = sum([nest.out, ...nest.finishLoads]);
  return (sum(nest.loads) + perOutput / turnsPerOutput(nest)) * vectorsPerElement(nest, loop);
}

function reduceCost(nest: Nest, loop: number): number {
  const inside = nest.loads.reduce((sum, access) => sum + accessCost(access, loop), 0);
  const perOutput = horizontal + 1 + nest.finishLoads.length;
  return inside * vectorsPerElement(nest, loop) + perOutput / turnsPerOutput(nest);
}

function singleCost(nest: Nest): number {
  return nest.loads.length + (1 + nest.finishLoads.length) / turnsPerOutput(nest);
}

/** Instructions to load or store four neighbours along the loop. */
function accessCost(access: Access, loop: number): number {
  if (access.tables[loop]) return 8;
  const stride = access.strides[loop] ?? 0;
  if (stride === 0) return 0.25;
  return stride === access.elementBytes ? 1 : 4;
}
