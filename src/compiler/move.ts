/** Diagnostics and graphs whose text stands somewhere else now: copies with every span moved. */
import type { Span } from './1-parse/source.ts';
import type { Costs, NetFacts, NodeCost } from './3-check/index.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { internal } from './diagnostics/internal.ts';
import { topological, type Graph, type Node } from './ir/graph.ts';

type Move = (span: Span) => Span;

export function moveDiagnostic(diagnostic: Diagnostic, move: Move): Diagnostic {
  return {
    ...diagnostic,
    span: move(diagnostic.span),
    labels: diagnostic.labels.map((label) => ({ ...label, span: move(label.span) })),
    fixes: diagnostic.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, span: move(edit.span) })),
    })),
  };
}

/** The same facts about copies of the nodes, made when somebody asks for more than the totals. */
export function moveFacts(facts: NetFacts, move: Move): NetFacts {
  let known: NetFacts | undefined;
  const moved = (): NetFacts => (known ??= copyFacts(facts, move));
  return {
    get graph() {
      return moved().graph;
    },
    costs: {
      ...totalsOf(facts.costs),
      get nodes() {
        return moved().costs.nodes;
      },
    },
    inputs: facts.inputs,
    get values() {
      return moved().values;
    },
  };
}

function totalsOf({ params, trainable, macs, weightBytes }: Costs): Omit<Costs, 'nodes'> {
  return { params, trainable, macs, weightBytes };
}

function copyFacts({ graph, costs, inputs, values }: NetFacts, move: Move): NetFacts {
  const copies = copyNodes(graph, [...values.values()], move);
  const copyOf = (node: Node): Node => copies.get(node) ?? internal('a node outside of its graph');
  const nodes = new Map<Node, NodeCost>();
  for (const [node, cost] of costs.nodes) nodes.set(copyOf(node), cost);
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.map((input) => ({ ...input, node: copyOf(input.node) })),
      outputs: graph.outputs.map((output) => ({ ...output, nodes: output.nodes.map(copyOf) })),
    },
    costs: { ...totalsOf(costs), nodes },
    inputs,
    values: new Map([...values].map(([name, node]) => [name, copyOf(node)])),
  };
}

function copyNodes(graph: Graph, values: readonly Node[], move: Move): ReadonlyMap<Node, Node> {
  const copies = new Map<Node, Node>();
  for (const node of topological({ inputs: graph.inputs, outputs: [...graph.outputs, { nodes: values }] }))
    copies.set(node, {
      ...node,
      inputs: node.inputs.map((input) => copies.get(input) ?? internal('an input after its user')),
      span: node.span && move(node.span),
    });
  return copies;
}
