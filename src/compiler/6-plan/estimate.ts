/** What the cost model says of a whole graph, without planning its memory. */
import type { Graph } from '../ir/graph.ts';
import { blockCopy } from './access.ts';
import { lowerGraph } from './lower.ts';
import type { Engine } from './plan.ts';

/** Nanoseconds of an inference in one thread, on the reference machine of docs/performance.md. Copies of blocks count as done in place. */
export function estimatedNs(graph: Graph, engine: Engine): number {
  const lowered = lowerGraph(graph, engine, { precise: false, threads: 1, fromNs: Infinity });
  const costs = [...lowered.values()].flatMap(({ lowering, choices }) =>
    choices.map(({ cost }, i) => {
      const kernel = lowering.kernels[i];
      return kernel && blockCopy(kernel) ? 0 : cost;
    }),
  );
  return costs.reduce((sum, cost) => sum + cost, 0);
}
