/**
 * A classifier made to slide: the same weights at a larger input, in one pass, instead of once per window (Sermanet et al. 2013,
 * "OverFeat", §3.5; Long, Shelhamer & Darrell 2015, "Fully convolutional networks", §3.1). Dense layers become convolutions whose
 * kernel is the map that was flattened; global pools become pools of that size. Output place (i, j) is what the network gives for the
 * window that starts at (i, j) · stride. Weight names and shapes on disk stay as they are.
 */
import {
  topological,
  type Attrs,
  type Graph,
  type GraphInput,
  type Node,
  type OutputKind,
} from '../ir/graph.ts';
import { channelsOf, featureMap, shapeOf, spatialDims } from '../ir/type.ts';
import { opDef } from '../ops/index.ts';
import { canonicalAttrs, inputRoles, makeNode, type Origin } from '../ops/build.ts';
import { isProblem } from '../ops/op.ts';
import { internal } from '../diagnostics/internal.ts';

export interface Sliding {
  readonly graph: Graph;
  /** Spatial size of one window (the original input) and how far it moves per output place, per axis. */
  readonly window: readonly number[];
  readonly stride: readonly number[];
  /** Output places per axis. */
  readonly places: readonly number[];
  /** Layers whose padding a window of its own would fill with zeros and the larger image fills with neighbours: results differ there. */
  readonly inexact: readonly Node[];
}

/** What keeps a network from sliding, and the node that does. */
export interface CannotSlide {
  readonly node: Node;
  readonly reason: string;
}

/** What stands for a node of the original: `flattened` is the map [spatial…] that a flatten before it gave up. */
interface Place {
  readonly node: Node;
  readonly flattened: readonly number[] | undefined;
}

/** `graph` (of one input with spatial axes) at the larger `sizes`, one per spatial axis of the input. */
export function convolutional(graph: Graph, sizes: readonly number[]): Sliding | CannotSlide {
  const [input, second] = graph.inputs;
  if (!input) return internal('a net without inputs');
  if (second) return { node: second.node, reason: 'the net has more than one input' };
  const problem = sizesProblem(shapeOf(input.node.type).slice(0, -1), sizes);
  if (problem) return { node: input.node, reason: problem };
  const places = new Map<Node, Place>();
  for (const node of topological(graph)) {
    const slid = node === input.node ? enlarged(node, sizes) : slide(node, places);
    if ('reason' in slid) return slid;
    places.set(node, slid);
  }
  return assemble(graph, input, places);
}

export function isSliding(result: Sliding | CannotSlide): result is Sliding {
  return 'graph' in result;
}

function sizesProblem(window: readonly number[], sizes: readonly number[]): string | undefined {
  if (window.length === 0) return 'its input has no spatial axes to slide along';
  if (sizes.length !== window.length)
    return `its input has ${window.length} spatial axes, and ${sizes.length} sizes are given`;
  return sizes.some((size, i) => size < (window[i] ?? 0))
    ? `${sizes.join('x')} is smaller than its window ${window.join('x')}`
    : undefined;
}

function enlarged(node: Node, sizes: readonly number[]): Place {
  const type = featureMap(sizes, channelsOf(node.type), node.type.dtype);
  return { node: { ...node, type }, flattened: undefined };
}

function slide(node: Node, places: ReadonlyMap<Node, Place>): Place | CannotSlide {
  const inputs = node.inputs.map((input) => places.get(input) ?? internal('nodes come in order'));
  if (inputs.every((place, i) => place.node === node.inputs[i])) return { node, flattened: undefined };
  const [first] = inputs;
  if (!first) return internal(`${node.op} without data`);
  if (node.op === 'flatten') return { node: first.node, flattened: first.flattened ?? windowOf(node) };
  if (node.op === 'dense') return slideDense(node, first);
  if (node.op === 'gap' || node.op === 'gmp') return slideGlobalPool(node, first);
  return rebuild(node, inputs);
}

/** Spatial sizes of the original value that the node reads. */
function windowOf(node: Node): readonly number[] {
  const [source] = node.inputs;
  return source ? spatialDims(source.type).map(Number) : [];
}

/** dense over a flattened [h, w, c] → conv with kernel h x w; dense over a vector → conv 1x1. */
function slideDense(node: Node, source: Place): Place {
  const rank = spatialDims(source.node.type).length;
  const kernel = source.flattened ?? Array<number>(rank).fill(1);
  const [weight, ...bias] = inputRoles(node).weights;
  if (!weight) return internal('dense without a weight');
  const origin = { path: node.path, span: node.span };
  const options = { channels: node.attrs.units ?? 0, kernel, bias: bias.length > 0 };
  const attrs = canonicalAttrs(opDef('conv'), options, [source.node.type]);
  if (isProblem(attrs)) return internal(`conv in place of dense: ${attrs.code}`);
  const folded = asKernel(weight, kernel, { channels: Number(channelsOf(source.node.type)), origin });
  return { node: makeNode('conv', [source.node, folded, ...bias], attrs, origin), flattened: undefined };
}

/** Static: [O, h·w·c] as flatten orders it (channels last) → [O, c, h, w]. */
function asKernel(
  weight: Node,
  kernel: readonly number[],
  { channels, origin }: { readonly channels: number; readonly origin: Origin },
): Node {
  const spatial = featureMap(kernel, channels).axes.slice(0, -1);
  const dims = [Number(weight.type.dims[0]), ...kernel, channels];
  const unfolded = makeNode('reshape', [weight], { dims, axes: ['O', ...spatial, 'I'] }, origin);
  return makeNode('transpose', [unfolded], { axes: ['O', 'I', ...spatial] }, origin);
}

function slideGlobalPool(node: Node, source: Place): Place {
  const kernel = windowOf(node);
  if (kernel.length === 0) return source;
  const op = node.op === 'gap' ? 'avgpool' : 'maxpool';
  const attrs = canonicalAttrs(opDef(op), { kernel, stride: 1 }, [source.node.type]);
  if (isProblem(attrs)) return internal(`${op} in place of ${node.op}: ${attrs.code}`);
  const pooled = makeNode(op, [source.node], attrs, { path: node.path, span: node.span });
  return { node: pooled, flattened: undefined };
}

/** Layers that mean the same at every size (besides element-wise ones); others would mix places of different windows. */
const sizeless: ReadonlySet<string> = new Set(
  'conv dwconv maxpool avgpool bn lrn dropout identity concat prelu softmax log_softmax'.split(' '),
);

function rebuild(node: Node, inputs: readonly Place[]): Place | CannotSlide {
  const def = opDef(node.op);
  const perPlace = ['activation', 'elementwise', 'merge'].includes(def.category);
  if (!perPlace && !sizeless.has(node.op))
    return { node, reason: `${node.op} looks at the whole image, not at one window` };
  const flattened = inputs.find((place) => place.flattened)?.flattened;
  if (flattened && (inputs.length > 1 || node.op.endsWith('softmax')))
    return { node, reason: `${node.op} comes between flatten and dense` };
  const nodes = inputs.map((place) => place.node);
  const data = nodes.slice(0, inputRoles(node).data.length);
  const type = def.type(
    node.attrs,
    data.map((input) => input.type),
  );
  if (isProblem(type)) return { node, reason: 'its values have different sizes there' };
  return { node: makeNode(node.op, nodes, node.attrs, { path: node.path, span: node.span }), flattened };
}

function assemble(graph: Graph, input: GraphInput, places: ReadonlyMap<Node, Place>): Sliding | CannotSlide {
  const slid = (node: Node): Node => places.get(node)?.node ?? internal('every output is reachable');
  const outputs = graph.outputs.flatMap((output) => output.nodes);
  const flat = outputs.find((node) => places.get(node)?.flattened);
  if (flat) return { node: flat, reason: 'an output is flattened, so its places cannot be told apart' };
  const output = outputs[0] ?? internal('a net without outputs');
  const window = shapeOf(input.node.type).slice(0, -1);
  return {
    graph: {
      name: graph.name,
      inputs: [{ ...input, node: slid(input.node) }],
      outputs: graph.outputs.map((o) => ({ ...o, output: perPlace(o.output), nodes: o.nodes.map(slid) })),
    },
    window,
    stride: totalStride(output, window.length),
    places: spatialDims(slid(output).type).map(Number),
    inexact: topological(graph).filter(hasPadding),
  };
}

/** A class per place is a mask; other meanings of one window are plain numbers per place. */
function perPlace(output: OutputKind): OutputKind {
  if (output.kind === 'label') return { ...output, kind: 'mask' };
  return ['tensor', 'mask', 'image', 'detect'].includes(output.kind) ? output : { kind: 'tensor' };
}

/** Product of the strides on one way from the output to the input (they agree on all ways, else merges would not fit). */
function totalStride(output: Node, rank: number): readonly number[] {
  const stride = Array<number>(rank).fill(1);
  for (let node: Node | undefined = output; node && node.op !== 'input'; node = node.inputs[0]) {
    const own = node.attrs.stride;
    if (Array.isArray(own)) own.forEach((step, i) => (stride[i] = (stride[i] ?? 1) * Number(step)));
  }
  return stride;
}

function hasPadding(node: Node): boolean {
  const { pad, kernel }: Attrs = node.attrs;
  if (pad === 'same') return Array.isArray(kernel) && kernel.some((k) => k !== 1);
  return Array.isArray(pad) && pad.some((ends) => Array.isArray(ends) && ends.some((n) => n !== 0));
}
