/** A graph with some layers replaced, as an edit of its text would make it, to try whether it then slides. */
import { topological, type Attrs, type Graph, type Node } from '../../ir/graph.ts';
import { dataInputs } from '../../ops/build.ts';
import { opDef } from '../../ops/index.ts';
import { isProblem } from '../../ops/op.ts';

/** What stands in the place of a layer over `input`: another value, or the layer with other attributes. */
export type Replacement = (input: Node) => Node | { readonly input: Node; readonly attrs: Attrs };

export type Replacements = ReadonlyMap<Node, Replacement>;

/** Its input stands for a layer that is left out, or that does the same as one at every place would. */
export const standsFor: Replacement = (input) => input;

/** Undefined where a layer does not fit what it would get. Weights stay as they are: only where values lie is looked at. */
export function rebuilt(graph: Graph, replacements: Replacements): Graph | undefined {
  const now = new Map<Node, Node>();
  for (const node of topological(graph)) {
    const inputs = node.inputs.map((input) => now.get(input) ?? input);
    const [first] = inputs;
    const replacement = first && replacements.get(node)?.(first);
    if (replacement && 'op' in replacement) {
      now.set(node, replacement);
      continue;
    }
    if (!replacement && inputs.every((input, i) => input === node.inputs[i])) {
      now.set(node, node);
      continue;
    }
    const { attrs } = replacement ?? node;
    const data = inputs.slice(0, dataInputs(node).length).map((input) => input.type);
    const type = opDef(node.op).type(attrs, data);
    if (isProblem(type)) return undefined;
    now.set(node, { ...node, inputs, attrs, type });
  }
  const outputs = graph.outputs.map((out) => ({
    ...out,
    nodes: out.nodes.map((node) => now.get(node) ?? node),
  }));
  return { ...graph, outputs };
}
