/** A graph whose static values are computed once, for many programs of the same net. */
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { isStatic, mapNodes } from '../compiler/ir/rewrite.ts';
import type { Tensor } from '../compiler/ir/type.ts';
import { paramNode } from '../compiler/ops/build.ts';
import { evaluateNode, type WeightSource } from '../compiler/ops/evaluate.ts';

/** The graph with a weight in place of everything that is computed from weights alone, and the source of all its weights. */
export function settled(
  graph: Graph,
  weights: WeightSource,
): { readonly graph: Graph; readonly weights: WeightSource } {
  const origins = new Map<Node, Node>();
  const values = new Map<Node, Tensor>();
  const settledGraph = mapNodes(graph, (node, original) => {
    if (node.op === 'param' || node.op === 'const' || !isStatic(original)) return node;
    const { type, path, span } = node;
    const weight = { name: `value${origins.size}`, trainable: false, init: { kind: 'zeros' }, type } as const;
    const made = paramNode(weight, { path, span });
    origins.set(made, original);
    return made;
  });
  const valueOf = (node: Node): Tensor => {
    const origin = origins.get(node);
    return origin ? evaluateNode(origin, weights) : weights(node);
  };
  return {
    graph: settledGraph,
    weights: (node) => {
      const value = values.get(node) ?? valueOf(node);
      values.set(node, value);
      return value;
    },
  };
}
