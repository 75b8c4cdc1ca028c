/** What a check says, places included, as plain data that can be compared. */
import type { Diagnostic, NetInfo } from '../../src/compiler/index.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { showType } from '../../src/compiler/ir/type.ts';

/** The length of the text tells places in an old text from those in a new one. */
function place(span: Diagnostic['span'] | undefined): string {
  return span === undefined
    ? ''
    : `${span.source.path}:${span.start}-${span.end} of ${span.source.text.length}`;
}

export function told(diagnostics: readonly Diagnostic[], nets: readonly NetInfo[]): unknown {
  return {
    diagnostics: diagnostics.map((d) => ({
      ...d,
      span: place(d.span),
      labels: d.labels.map(({ span, text }) => [place(span), text]),
      fixes: d.fixes.map(({ title, edits }) => [title, edits.map((edit) => [place(edit.span), edit.text])]),
    })),
    nets: nets.map(({ name, complete, exported, facts, variants }) => ({
      name,
      complete,
      exported,
      ...toldFacts(facts),
      variants: variants.map((variant) => ({ name: variant.name, ...toldFacts(variant.facts) })),
    })),
  };
}

function toldFacts(facts: NetInfo['facts']): object {
  if (!facts) return {};
  const { costs, values, graph } = facts;
  return {
    costs: [costs.params, costs.trainable, costs.macs, costs.nodes.size],
    values: [...values].map(([value, node]) => [value, node.path, place(node.span)]),
    outputs: graph.outputs.map((output) => ({ ...output, nodes: output.nodes.map((n) => n.path) })),
    nodes: topological(graph).map(
      (node) => `${node.path} ${node.op} ${showType(node.type)} ${place(node.span)}`,
    ),
  };
}
