/**
 * The interpreter: computes a graph with the operators' own naive loops. The oracle of every target, and what folds constants. Iterative,
 * so that depth is no limit; every node is computed once.
 */
import { internal } from '../diagnostics/internal.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../ir/type.ts';
import { inputRoles } from './build.ts';
import { opDef } from './index.ts';
import * as read from './shared/attrs.ts';
import { mapElements } from './shared/map-elements.ts';

/** Gives the data of a `param` node, in the layout of its type. */
export type WeightSource = (param: Node) => Tensor;

/** Results of nodes computed so far. */
export type Memo = Map<Node, Tensor>;

/** The outputs by name, each with one tensor per node. Every input needs a tensor of its shape. */
export function evaluate(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  weights: WeightSource,
): Record<string, readonly Tensor[]> {
  const memo: Memo = new Map();
  for (const node of topological(graph)) memo.set(node, compute(node, memo, { inputs, weights }));
  return Object.fromEntries(
    graph.outputs.map((output) => [output.name, output.nodes.map((node) => resultOf(node, memo))]),
  );
}

/** The value of a static node (all of whose leaves are weights and constants); `memo` keeps what it computes on the way. */
export function evaluateNode(node: Node, weights: WeightSource, memo: Memo = new Map()): Tensor {
  const pending = [node];
  for (let top = pending.at(-1); top; top = pending.at(-1)) {
    const missing = top.inputs.filter((input) => !memo.has(input));
    if (missing.length > 0) pending.push(...missing);
    else {
      if (!memo.has(top)) memo.set(top, compute(top, memo, { inputs: {}, weights }));
      pending.pop();
    }
  }
  return resultOf(node, memo);
}

interface Leaves {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly weights: WeightSource;
}

function compute(node: Node, memo: Memo, leaves: Leaves): Tensor {
  if (node.op === 'input') return inputOf(node, leaves);
  if (node.op === 'param') return fitting(node, leaves.weights(node));
  const value = computed(node, memo);
  return node.type.dtype === 'u8' ? { ...value, data: value.data.map(toByte) } : value;
}

/** What a byte holds of a number: truncated and saturated to 0…127; 0 for NaN. */
function toByte(value: number): number {
  return Math.max(0, Math.min(127, Math.trunc(value) || 0));
}

/** From the values of its inputs, with its epilogue. */
function computed(node: Node, memo: Memo): Tensor {
  const { data, weights, epilogue } = inputRoles(node);
  const operands = [...data, ...weights];
  const types = { inputs: operands.map((input) => input.type), output: node.type };
  const value = opDef(node.op).eval(
    node.attrs,
    operands.map((input) => resultOf(input, memo)),
    types,
  );
  if (!('epilogue' in node.attrs)) return value;
  return mapElements(
    read.scalar(node.attrs, 'epilogue'),
    [value, ...epilogue.map((e) => resultOf(e, memo))],
    {
      inputs: [node.type, ...epilogue.map((e) => e.type)],
      output: node.type,
    },
    node.op === 'qconv' ? 'single' : undefined,
  );
}

function inputOf(node: Node, { inputs }: Leaves): Tensor {
  const name = read.text(node.attrs, 'name');
  const value = inputs[name] ?? internal(`the input ${name} was not given`);
  return fitting(node, value);
}

function fitting(node: Node, value: Tensor): Tensor {
  const expected = sizeOf(shapeOf(node.type));
  if (value.data.length === expected) return value;
  return internal(
    `${read.text(node.attrs, 'name')} has ${value.data.length} elements instead of ${expected}`,
  );
}

function resultOf(node: Node, memo: Memo): Tensor {
  return memo.get(node) ?? internal(`${node.op} at '${node.path}' was used before it was computed`);
}
