/**
 * Orders of execution. Every topological order is right; they differ in how much memory is alive at once where the net has branches. The
 * planner lays out each candidate and keeps the one with the smallest arena; ties go to the order as written.
 */
import type { Graph, Node } from '../ir/graph.ts';
import { usersOf } from '../ir/rewrite.ts';
import { shapeOf, sizeOf } from '../ir/type.ts';
import { dynamicNodes } from './lower.ts';

/** Candidate orders of the dynamic nodes. A net without branches has one. */
export function schedules(graph: Graph): readonly (readonly Node[])[] {
  const written = dynamicNodes(graph);
  const users = usersOf(graph);
  const branches = written.some((node) => (users.get(node)?.length ?? 0) > 1);
  return branches ? [written, frugal(graph, written, users)] : [written];
}

/** Of the nodes that are ready, always the one that adds least to the live memory; the earliest written among equals. */
function frugal(
  graph: Graph,
  written: readonly Node[],
  users: ReadonlyMap<Node, readonly Node[]>,
): readonly Node[] {
  const scheduled = new Set(written);
  const rank = new Map(written.map((node, i) => [node, i]));
  const outputs = new Set(graph.outputs.flatMap((output) => output.nodes));
  const dynamicInputs = (node: Node): readonly Node[] =>
    [...new Set(node.inputs)].filter((i) => scheduled.has(i));
  const waiting = new Map(written.map((node) => [node, dynamicInputs(node).length]));
  const unread = new Map(written.map((node) => [node, users.get(node)?.length ?? 0]));
  const cost = (node: Node): number => {
    const freed = dynamicInputs(node).filter((input) => unread.get(input) === 1 && !outputs.has(input));
    return freed.reduce((sum, input) => sum - sizeOf(shapeOf(input.type)), sizeOf(shapeOf(node.type)));
  };
  const ready = written.filter((node) => waiting.get(node) === 0);
  const order: Node[] = [];
  while (ready.length > 0) {
    const next = cheapest(ready, cost, rank);
    ready.splice(ready.indexOf(next), 1);
    order.push(next);
    for (const input of dynamicInputs(next)) unread.set(input, (unread.get(input) ?? 0) - 1);
    for (const user of users.get(next) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return order;
}

function cheapest(
  ready: readonly Node[],
  cost: (node: Node) => number,
  rank: ReadonlyMap<Node, number>,
): Node {
  const rated = ready.map((node) => ({ node, cost: cost(node), rank: rank.get(node) ?? 0 }));
  return rated.reduce((a, b) => (b.cost < a.cost || (b.cost === a.cost && b.rank < a.rank) ? b : a)).node;
}
