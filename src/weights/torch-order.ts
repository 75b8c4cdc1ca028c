/**
 * PyTorch flattens a feature map channels first, we channels last; the same holds for a vector that is reshaped to a map. So the
 * features of such a vector come in another order there, and what writes or reads them by number (dense layers, per-feature norms)
 * has its weights in that order.
 */
import { concreteDim } from '../compiler/ir/dim.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { channelsOf, shapeOf, sizeOf, type TensorType } from '../compiler/ir/type.ts';
import { opDef } from '../compiler/ops/index.ts';

/** Feature i of ours is feature `order[i]` in PyTorch. */
export type FeatureOrder = Int32Array;

/** Channels-first places of the features of a map: (p, c) is p·C + c here and c·P + p there. */
export function featureOrder(map: TensorType): FeatureOrder {
  const features = sizeOf(shapeOf(map));
  const channels = concreteDim(channelsOf(map));
  const positions = features / channels;
  const place = (i: number): number => (i % channels) * positions + Math.floor(i / channels);
  return Int32Array.from({ length: features }, (_, i) => place(i));
}

/** The vectors of the graph whose features are ordered otherwise in PyTorch: behind a flatten, or before a reshape to a map. */
export function torchOrders(graph: Graph): ReadonlyMap<Node, FeatureOrder> {
  const orders = new Map<Node, FeatureOrder>();
  const nodes = topological(graph);
  for (const node of nodes) {
    const order = isVector(node) ? flattened(node, orders) : undefined;
    if (order) orders.set(node, order);
  }
  for (const node of nodes.toReversed()) {
    const order = node.op === 'reshape' && !isVector(node) ? featureOrder(node.type) : orders.get(node);
    if (!order || !(node.op === 'reshape' || keepsFeatures(node))) continue;
    for (const input of node.inputs)
      if (isVector(input) && input.type.dims[0] === order.length && !orders.has(input))
        orders.set(input, order);
  }
  return orders;
}

const isVector = ({ type }: Node): boolean => type.dims.length === 1;

function flattened(node: Node, orders: ReadonlyMap<Node, FeatureOrder>): FeatureOrder | undefined {
  const [input] = node.inputs;
  if (node.op === 'flatten' && input && !isVector(input)) return featureOrder(input.type);
  if (node.op === 'concat') return joined(node.inputs, orders);
  if (!keepsFeatures(node)) return undefined;
  return node.inputs.map((one) => orders.get(one)).find((order) => order?.length === node.type.dims[0]);
}

/** Vectors one after the other; undefined where none of them was flattened. */
function joined(inputs: readonly Node[], orders: ReadonlyMap<Node, FeatureOrder>): FeatureOrder | undefined {
  if (!inputs.some((input) => orders.has(input))) return undefined;
  let begin = 0;
  const parts = inputs.flatMap((input) => {
    const size = sizeOf(shapeOf(input.type));
    const order = orders.get(input) ?? Int32Array.from({ length: size }, (_, i) => i);
    const part = [...order].map((i) => begin + i);
    begin += size;
    return part;
  });
  return Int32Array.from(parts);
}

/** Layers that compute each feature from the same feature of their inputs. */
function keepsFeatures({ op }: Node): boolean {
  return (
    ['bn', 'ln', 'dropout', 'identity', 'flatten'].includes(op) ||
    (op !== 'concat' && ['activation', 'elementwise', 'merge'].includes(opDef(op).category))
  );
}
