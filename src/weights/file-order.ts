/**
 * In which order a file keeps each weight of a net (docs/language.md §6, `layout`). Ours is PyTorch's for kernels, and Keras'
 * for what follows a flatten: positions first, channels last. `torch` permutes the layers behind a flatten, `keras` the kernels.
 */
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { channelsOf, shapeOf, sizeOf, type TensorType } from '../compiler/ir/type.ts';
import { concreteDim } from '../compiler/ir/dim.ts';
import { channelsLast, fromKeras, shapeToKeras, type KernelRole } from './layout.ts';

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
  return (param) => {
    const shape = shapeOf(param.type);
    const user = users.get(param);
    if (layout === 'keras') return kerasOrder(param, shape, user);
    const same: FileOrder = { shape, alias: undefined, toOurs: (data) => data };
    const flattened = layout === 'torch' && user ? flattenedInput(user) : undefined;
    return flattened ? { ...same, toOurs: torchFlatten(param, user, flattened) } : same;
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
  if (user.op !== 'conv') return 'plain';
  return shape[1] === 1 && inputChannels(user) > 1 ? 'depthwise' : 'conv';
}

function inputChannels(user: Node): number {
  const input = user.inputs[0];
  return input ? concreteDim(channelsOf(input.type)) : 1;
}

/** The feature map that `user` reads flattened, through layers that keep positions (activations, dropout, bn), or undefined. */
function flattenedInput(user: Node): TensorType | undefined {
  let node = user.inputs[0];
  while (node && node.op !== 'flatten') {
    const input: Node | undefined = node.inputs[0];
    const others = node.inputs.slice(1).every((other) => other.op === 'param' || other.op === 'const');
    const keeps =
      node.op !== 'dense' && others && input && String(input.type.dims) === String(node.type.dims);
    node = keeps ? input : undefined;
  }
  const map = node?.inputs[0]?.type;
  return map && map.dims.length > 1 ? map : undefined;
}

/** PyTorch flattens channels first: the input axis of a dense layer and every per-feature vector run in that order. */
function torchFlatten(param: Node, user: Node | undefined, map: TensorType): (data: Floats) => Floats {
  const shape = shapeOf(param.type);
  const features = sizeOf(shapeOf(map));
  const axis = user?.op === 'dense' ? 1 : 0;
  if (shape[axis] !== features || shape.length !== axis + 1) return (data) => data;
  const channels = concreteDim(channelsOf(map));
  const sizes = {
    outer: axis === 1 ? (shape[0] ?? 1) : 1,
    positions: features / channels,
    channels,
    inner: 1,
  };
  return (data) => channelsLast(data, sizes);
}
