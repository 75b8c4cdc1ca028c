/** Equal computations are done once. Weights are equal only at the same path; which of the equal nodes stays is the first in order. */
import type { Node } from '../ir/graph.ts';
import { createInterner } from '../ir/hash.ts';
import { mapNodes } from '../ir/rewrite.ts';
import type { Pass } from './pass.ts';

export const commonSubexpressions: Pass = {
  name: 'common-subexpressions',
  doc: 'Computes equal values once.',
  training: true,
  run: (graph) => {
    const idOf = createInterner();
    const first = new Map<number, Node>();
    return mapNodes(graph, (node) => {
      const id = idOf(node);
      // Two random masks are never the same mask.
      const kept = node.op === 'dropout' ? node : (first.get(id) ?? node);
      first.set(id, kept);
      return kept;
    });
  },
};
