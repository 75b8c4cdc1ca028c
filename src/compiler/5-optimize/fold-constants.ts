/**
 * Static nodes that depend on no weight are computed now. Nodes over weights stay: they are static subgraphs, computed once when
 * weights are bound. Large results stay uncomputed too, so that a plan does not carry megabytes that a few numbers make.
 */
import { internal } from '../diagnostics/internal.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { mapNodes } from '../ir/rewrite.ts';
import { shapeOf, sizeOf } from '../ir/type.ts';
import { constNode } from '../ops/build.ts';
import { evaluateNode, type Memo } from '../ops/evaluate.ts';
import type { Pass } from './pass.ts';

/** Most elements of a folded constant: 256 KB. */
const largest = 65_536;

export const foldConstants: Pass = {
  name: 'fold-constants',
  doc: 'Computes what depends on no input and no weight.',
  training: true,
  run: (graph) => {
    const constants = knownNodes(graph);
    const memo: Memo = new Map();
    return mapNodes(graph, (node, original) => {
      if (node.op === 'const' || !constants.has(original)) return node;
      if (sizeOf(shapeOf(node.type)) > largest) return node;
      const value = evaluateNode(original, () => internal('a constant reads a weight'), memo);
      return constNode({ shape: shapeOf(node.type), data: value.data }, node.type, {
        path: node.path,
        span: node.span,
      });
    });
  },
};

/** Nodes all of whose leaves are constants. */
function knownNodes(graph: Graph): ReadonlySet<Node> {
  const known = new Set<Node>();
  for (const node of topological(graph)) {
    const computed = node.inputs.length > 0 && node.inputs.every((input) => known.has(input));
    if (node.op === 'const' || computed) known.add(node);
  }
  return known;
}
