/**
 * Rewriting graphs: bottom-up, memoised by node, with an explicit order instead of recursion, so that chains of 10 000 layers are
 * fine. A sweep visits every node once, its inputs already rewritten, and applies rules to it until none matches; sweeps repeat until
 * nothing changes. Sharing is kept: a node that two others use is rewritten once.
 */
import { internal } from '../diagnostics/internal.ts';
import { topological, type Graph, type Node } from './graph.ts';
import { printType } from './type-text.ts';
import { sameType } from './type.ts';

/** One local change. `apply` gives a node of the same type that computes the same, or undefined where the rule does not match. */
export interface Rule {
  /** `before → after`, for people. */
  readonly name: string;
  readonly apply: (node: Node, context: RewriteContext) => Node | undefined;
}

export interface RewriteContext {
  /** At most how many nodes and outputs use `node`. Exact for nodes of the graph; Infinity for one that a rule has just made inside. */
  readonly uses: (node: Node) => number;
}

/** Applies `rules` everywhere until none matches any more. */
export function rewrite(graph: Graph, rules: readonly Rule[]): Graph {
  let current = graph;
  for (let sweep = 0; sweep < 100; sweep++) {
    const next = sweepOnce(current, rules);
    if (next === current) return current;
    current = next;
  }
  return internal(`the rules do not settle: ${rules.map((rule) => rule.name).join('; ')}`);
}

function sweepOnce(graph: Graph, rules: readonly Rule[]): Graph {
  const uses = countUses(graph);
  const context: RewriteContext = { uses: (node) => uses.get(node) ?? Infinity };
  return mapNodes(graph, (node, original) => {
    const result = settle(node, rules, context);
    // The replacement inherits the users of the original, on top of those that it may have had itself.
    if (result !== original) uses.set(result, (uses.get(result) ?? 0) + (uses.get(original) ?? 0));
    return result;
  });
}

/** Applies rules at one place until none matches. */
function settle(node: Node, rules: readonly Rule[], context: RewriteContext): Node {
  let current = node;
  for (let round = 0; round < 1000; round++) {
    const next = firstMatch(current, rules, context);
    if (!next) return current;
    current = next;
  }
  return internal(
    `the rules do not settle at ${node.path || node.op}: ${rules.map((rule) => rule.name).join('; ')}`,
  );
}

function firstMatch(node: Node, rules: readonly Rule[], context: RewriteContext): Node | undefined {
  for (const rule of rules) {
    const next = rule.apply(node, context);
    if (!next || next === node) continue;
    if (sameType(next.type, node.type)) return next;
    internal(
      `${rule.name} turns ${printType(node.type)} into ${printType(next.type)} at ${node.path || node.op}`,
    );
  }
  return undefined;
}

/**
 * The graph with every node replaced by `transform(node, original)`, inputs first; `node` is the original with its inputs replaced
 * already (the very same object where none changed). The graph itself comes back where nothing changed.
 */
export function mapNodes(graph: Graph, transform: (node: Node, original: Node) => Node): Graph {
  const memo = new Map<Node, Node>();
  const of = (node: Node): Node => memo.get(node) ?? internal(`${node.op} comes after its user`);
  let changed = false;
  for (const original of topological(graph)) {
    const result = transform(withInputs(original, original.inputs.map(of)), original);
    changed ||= result !== original;
    memo.set(original, result);
  }
  if (!changed) return graph;
  return {
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, node: of(input.node) })),
    outputs: graph.outputs.map((output) => ({ ...output, nodes: output.nodes.map(of) })),
  };
}

/** `node` with other inputs of the same types; itself where they are the same. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs };
}

/** The nodes that use each node, each once, in topological order; outputs are not nodes and do not count. */
export function usersOf(graph: Graph): ReadonlyMap<Node, readonly Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of topological(graph)) {
    users.set(node, []);
    for (const input of new Set(node.inputs)) users.get(input)?.push(node);
  }
  return users;
}

/** Number of nodes that use each node, plus the graph outputs it is. */
function countUses(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const [node, users] of usersOf(graph)) uses.set(node, users.length);
  for (const node of graph.outputs.flatMap((output) => output.nodes))
    uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

/**
 * A function of nodes that follows from its values at the inputs. Values are remembered per node (nodes never change), and an explicit
 * stack replaces recursion.
 */
export function foldNodes<T>(step: (node: Node, inputs: readonly T[]) => T): (node: Node) => T {
  const known = new WeakMap<Node, { readonly value: T }>();
  return (root) => {
    const pending = known.has(root) ? [] : [root];
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const missing = node.inputs.filter((input) => !known.has(input));
      pending.push(...missing);
      if (missing.length > 0) continue;
      known.set(node, {
        value: step(
          node,
          node.inputs.map((input) => (known.get(input) as { value: T }).value),
        ),
      });
      pending.pop();
    }
    return (known.get(root) as { value: T }).value;
  };
}

/** True for a node all of whose leaves are weights and constants: it is computed once, when weights are bound. */
export const isStatic = foldNodes<boolean>(
  ({ op }, inputs) => op === 'param' || op === 'const' || (inputs.length > 0 && inputs.every(Boolean)),
);

/** Length of the longest way from a leaf: what is computed late is high. */
export const heightOf = foldNodes<number>((_, inputs) =>
  inputs.reduce((most, height) => Math.max(most, height + 1), 0),
);
