/**
 * What a graph costs: parameters, trainable ones, multiply-accumulates. A weight shared by several layers counts once, with
 * the first that uses it; multiplications count wherever they happen.
 */
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { shapeOf, sizeOf, type TensorType } from '../ir/type.ts';
import { dataInputs } from '../ops/build.ts';
import { opDef } from '../ops/index.ts';

export interface NodeCost {
  readonly params: number;
  readonly trainable: number;
  readonly macs: number;
}

export interface Costs {
  /** All numbers that a weights file holds for the net. */
  readonly params: number;
  readonly trainable: number;
  /** Multiply-accumulates of one inference of one sample. */
  readonly macs: number;
  /** Bytes of the weights as f32. */
  readonly weightBytes: number;
  /** Per layer (nodes that are no leaves), in topological order. */
  readonly nodes: ReadonlyMap<Node, NodeCost>;
}

const leaves: ReadonlySet<string> = new Set(['input', 'param', 'const']);

export function costs(graph: Graph): Costs {
  const total = { params: 0, trainable: 0, macs: 0 };
  eachCost(graph, (_, cost) => {
    total.params += cost.params;
    total.trainable += cost.trainable;
    total.macs += cost.macs;
  });
  let nodes: Map<Node, NodeCost> | undefined;
  return {
    ...total,
    weightBytes: total.params * 4,
    // Most who ask for costs want the totals.
    get nodes() {
      if (!nodes) {
        const made = new Map<Node, NodeCost>();
        eachCost(graph, (node, cost) => made.set(node, cost));
        nodes = made;
      }
      return nodes;
    },
  };
}

function eachCost(graph: Graph, tell: (node: Node, cost: NodeCost) => void): void {
  const counted = new Set<Node>();
  const nodes = topological(graph);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    if (!leaves.has(node.op)) tell(node, costOf(node, counted));
  }
}

function costOf(node: Node, counted: Set<Node>): NodeCost {
  const cost = { params: 0, trainable: 0, macs: macsOf(node) };
  for (let i = 0; i < node.inputs.length; i++) {
    const input = node.inputs[i] as Node;
    if (input.op !== 'param' || counted.has(input)) continue;
    counted.add(input);
    const size = numbersIn(input.type);
    cost.params += size;
    if (input.attrs.trainable === true) cost.trainable += size;
  }
  return cost;
}

const sizes = new WeakMap<TensorType, number>();

/** Types are shared by equal layers, and so is what is counted of them. */
function numbersIn(type: TensorType): number {
  const known = sizes.get(type);
  if (known !== undefined) return known;
  const size = sizeOf(shapeOf(type));
  sizes.set(type, size);
  return size;
}

/** What a layer was counted with. It holds on to no graph. */
interface Counted {
  readonly op: string;
  readonly type: TensorType;
  readonly inputs: readonly TensorType[];
  readonly macs: number;
}

/** The last layer with these attributes: equal layers on equal values share them, and types (3-check/memo/layers.ts). */
const counts = new WeakMap<Node['attrs'], Counted>();

function isAlike({ op, type, inputs }: Counted, node: Node): boolean {
  if (op !== node.op || type !== node.type || inputs.length !== node.inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i] !== node.inputs[i]?.type) return false;
  return true;
}

/** Static nodes are computed once, when weights are bound: they cost nothing per inference, but none exists before optimising. */
function macsOf(node: Node): number {
  const known = counts.get(node.attrs);
  if (known && isAlike(known, node)) return known.macs;
  const data = dataInputs(node).map((input) => input.type);
  const { macs } = opDef(node.op).cost(node.attrs, data, node.type);
  const { op, type } = node;
  counts.set(node.attrs, { op, type, inputs: node.inputs.map((input) => input.type), macs });
  return macs;
}
