/**
 * In which order a file keeps each weight of a net (docs/language.md §6, `layout`). Ours is PyTorch's for kernels, and Keras'
 * for what follows a flatten: positions first, channels last. `torch` permutes the layers around a flatten, `keras` the kernels.
 */
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { channelsOf, featureMap, shapeOf, type TensorType } from '../compiler/ir/type.ts';
import { concreteDim } from '../compiler/ir/dim.ts';
import { fromKeras, shapeToKeras, type KernelRole } from './layout.ts';
import { featureOrder, torchOrders, type FeatureOrder } from './torch-order.ts';

export type Layout = 'cnnc' | 'torch' | 'keras';

type Floats = Float32Array<ArrayBuffer>;

/** How one param lies in the file. */
export interface FileOrder {
  readonly shape: readonly number[];
  /** The weight's own name in the file's framework where it differs: `kernel`, `gamma`. */
  readonly alias: string | undefined;
  readonly toOurs: (data: Floats) => Floats;
}

/** A map from the params of `graph` to their order in a file of that layout. */
export function fileOrder(graph: Graph, layout: Layout): (param: Node) => FileOrder {
  const users = consumers(graph);
  const orders = layout === 'torch' ? torchOrders(graph) : undefined;
  return (param) => {
    const shape = shapeOf(param.type);
    const user = users.get(param);
    if (layout === 'keras') return kerasOrder(param, shape, user);
    const same: FileOrder = { shape, alias: undefined, toOurs: (data) => data };
    const toOurs = orders && user && torchOrder(param, user, orders);
    return toOurs ? { ...same, toOurs } : same;
  };
}

/** The node that each param feeds (the first one, where an instance is shared). */
function consumers(graph: Graph): ReadonlyMap<Node, Node> {
  const users = new Map<Node, Node>();
  for (const node of topological(graph))
    for (const input of node.inputs) if (input.op === 'param' && !users.has(input)) users.set(input, node);
  return users;
}

const kerasNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bn: { weight: 'gamma', bias: 'beta', running_mean: 'moving_mean', running_var: 'moving_variance' },
  ln: { weight: 'gamma', bias: 'beta' },
  prelu: { weight: 'alpha' },
  embedding: { weight: 'embeddings' },
};

function kerasOrder(param: Node, shape: readonly number[], user: Node | undefined): FileOrder {
  const name = String(param.attrs['name']);
  const role = name === 'weight' && user ? roleOf(user, shape) : 'plain';
  const alias =
    kerasNames[user?.op ?? '']?.[name] ??
    (role === 'depthwise' ? 'depthwise_kernel' : name === 'weight' ? 'kernel' : undefined);
  const multiplier = role === 'depthwise' && user ? (shape[0] ?? 1) / inputChannels(user) : 1;
  const inFile = shapeToKeras(role, shape, multiplier);
  return { shape: inFile, alias, toOurs: (data) => fromKeras(role, inFile, data) };
}

/** A grouped convolution whose groups are its channels is Keras' depthwise one. */
function roleOf(user: Node, shape: readonly number[]): KernelRole {
  if (user.op === 'dwconv') return 'depthwise';
  if (user.op === 'deconv' || user.op === 'dense') return user.op;
  if (unfoldedInput(user)) return 'dense';
  if (user.op !== 'conv') return 'plain';
  return shape[1] === 1 && inputChannels(user) > 1 ? 'depthwise' : 'conv';
}

function inputChannels(user: Node): number {
  const input = user.inputs[0];
  return input ? concreteDim(channelsOf(input.type)) : 1;
}

/** The feature map of one window that a dense layer of a net made to slide reads: its weight becomes a kernel [O, spatial…, I]. */
function unfoldedInput({ op, attrs }: Node): TensorType | undefined {
  const { axes, dims } = attrs as { readonly axes?: readonly string[]; readonly dims?: readonly number[] };
  if (op !== 'reshape' || !dims || axes?.[0] !== 'O' || axes.at(-1) !== 'I') return undefined;
  return featureMap(dims.slice(1, -1), dims.at(-1) ?? 1);
}

/** Rows of a dense layer are the features that it writes, columns those that it reads; a per-feature vector has those that it reads. */
function torchOrder(
  param: Node,
  user: Node,
  orders: ReadonlyMap<Node, FeatureOrder>,
): FileOrder['toOurs'] | undefined {
  const shape = shapeOf(param.type);
  const map = unfoldedInput(user);
  const read = map ? featureOrder(map) : user.inputs[0] && orders.get(user.inputs[0]);
  if (roleOf(user, shape) !== 'dense')
    return shape.length === 1 ? reordered(shape, undefined, read) : undefined;
  const written = orders.get(user);
  return shape.length === 1 ? reordered(shape, undefined, written) : reordered(shape, written, read);
}

/** result[y][x] = data[rows[y]][columns[x]], of a matrix or one row. */
function reordered(
  shape: readonly number[],
  rows: FeatureOrder | undefined,
  columns: FeatureOrder | undefined,
): FileOrder['toOurs'] | undefined {
  const width = shape.at(-1) ?? 1;
  if (!rows && columns?.length !== width) return undefined;
  return (data) => {
    const out = new Float32Array(data.length);
    for (let y = 0; y * width < data.length; y++) {
      const from = (rows?.[y] ?? y) * width;
      for (let x = 0; x < width; x++) out[y * width + x] = data[from + (columns?.[x] ?? x)] ?? 0;
    }
    return out;
  };
}
