/**
 * A pass of the optimiser: a list of local rules applied until none matches, or a function of the whole graph. Every pass keeps what
 * the graph computes (up to rounding) and leaves a graph that `verify` accepts.
 */
import type { Attrs, Graph, Node } from '../ir/graph.ts';
import { rewrite, type Rule } from '../ir/rewrite.ts';
import { makeNode } from '../ops/build.ts';

export type Pass = {
  /** kebab-case; what `--dump after:<name>` says. */
  readonly name: string;
  readonly doc: string;
  /** False for a pass that is only right at inference (dropout, batch-norm statistics). */
  readonly training: boolean;
} & ({ readonly rules: readonly Rule[] } | { readonly run: (graph: Graph) => Graph });

/** The graph after the pass; the same object where nothing changed. */
export function applyPass(pass: Pass, graph: Graph): Graph {
  return 'rules' in pass ? rewrite(graph, pass.rules) : pass.run(graph);
}

/** A node without a path, made for the sake of `at`, whose place in the source it takes. */
export function derive(at: Node, op: string, inputs: readonly Node[], attrs: Attrs = {}): Node {
  return makeNode(op, inputs, attrs, { path: '', span: at.span });
}
