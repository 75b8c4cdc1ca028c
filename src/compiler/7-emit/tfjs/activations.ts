/**
 * Activations that ride along: tfjs computes a few of them inside its convolution and matrix kernels, which saves a pass over memory.
 * An activation joins its producer when nothing else reads the producer's value.
 */
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { canFuse } from './ops/index.ts';
import type { FusedActivation } from './ops/emitter.ts';

export interface Fusion {
  /** Per producer: the activation computed with it. */
  readonly activations: ReadonlyMap<Node, FusedActivation>;
  /** Per absorbed activation node: its producer. */
  readonly producers: ReadonlyMap<Node, Node>;
}

export function fuseActivations(graph: Graph): Fusion {
  const nodes = topological(graph);
  const uses = countUses(graph, nodes);
  const activations = new Map<Node, FusedActivation>();
  const producers = new Map<Node, Node>();
  for (const node of nodes) {
    const [producer, ...others] = node.inputs;
    const activation = fusedActivation(node);
    if (!producer || others.length > 0 || !activation) continue;
    if (uses.get(producer) !== 1 || !canFuse(producer)) continue;
    activations.set(producer, activation);
    producers.set(node, producer);
  }
  return { activations, producers };
}

function countUses(graph: Graph, nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const used = [...nodes.flatMap((node) => node.inputs), ...graph.outputs.flatMap((output) => output.nodes)];
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

function fusedActivation({ op, attrs }: Node): FusedActivation | undefined {
  switch (op) {
    case 'relu':
    case 'relu6':
    case 'sigmoid':
      return { activation: op };
    case 'elu':
      return attrs.alpha === 1 ? { activation: op } : undefined;
    case 'leaky_relu':
      return { activation: 'leakyrelu', leakyreluAlpha: Number(attrs.slope ?? attrs.alpha) };
    default:
      return undefined;
  }
}
