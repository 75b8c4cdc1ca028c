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

/** The strategy with the fewest memory accesses per element. */
export function chooseStrategy(nest: Nest): Strategy {
  let best: { strategy: Strategy; cost: number } = { strategy: { kind: 'single' }, cost: singleCost(nest) };
  nest.loops.forEach(({ reduce, size }, loop) => {
    if (accessesOf(nest).some((access) => access.guards.some((guard) => guard.coefficients[loop]))) return;
    const loads = reduce ? nest.loads : accessesOf(nest);
    const perVector = loads.reduce((sum, access) => sum + accessCost(access, loop), reduce ? 0.5 : 0);
    const cost = (perVector * Math.ceil(size / 4)) / size;
    if (cost <= best.cost) best = { strategy: { kind: reduce ? 'reduce' : 'map', loop }, cost };
  });
  return best.strategy;
}

/** Instructions to load or store four neighbours along the loop. */
function accessCost(access: Access, loop: number): number {
  if (access.tables[loop]) return 8;
  const stride = access.strides[loop] ?? 0;
  if (stride === 0) return 0.25;
  return stride === 4 ? 1 : 4;
}

function singleCost(nest: Nest): number {
  return nest.loads.length + 1;
}
