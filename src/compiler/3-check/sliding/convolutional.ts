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
} from '../../ir/graph.ts';
import { channelsOf, featureMap, shapeOf, spatialDims } from '../../ir/type.ts';
import { opDef } from '../../ops/index.ts';
import { canonicalAttrs, dataInputs, inputRoles, makeNode, type Origin } from '../../ops/build.ts';
import { isProblem } from '../../ops/op.ts';
import { counted } from '../../diagnostics/count.ts';
import { internal } from '../../diagnostics/internal.ts';
import { sameFraction, stepsIn, type Fraction } from './fraction.ts';
import { stepOf } from './step.ts';
import { survey, type Survey } from './survey.ts';

export interface Sliding {
  readonly graph: Graph;
  /** Spatial size of one window (the original input) and how far it moves per window, per axis. */
  readonly window: readonly number[];
  readonly stride: readonly number[];
  /** Windows per axis: as many places has an output that the original has one vector of. */
  readonly places: readonly number[];
  /** Layers whose padding a window of its own would fill with zeros and the larger image fills with neighbours: results differ there. */
  readonly inexact: readonly Node[];
  /** A window for which the same layers without padding slide exactly; or the layer for which they cannot be without. */
  readonly unpadded: readonly number[] | Node;
  /** What a node of the original has become; undefined for one that was flattened, whose places lie in the map before it. */
  readonly slid: (node: Node) => Node | undefined;
}

/** What keeps a network from sliding, and the node that does. What can be done about it: remedies.ts. */
export interface CannotSlide {
  readonly node: Node;
  readonly cause: Cause;
  readonly reason: string;
}

export type Cause =
  /** The net takes a vector; it takes more than the image. */
  | 'vector'
  | 'inputs'
  /** The sizes of the larger image: too few or many, too small, or some that give maps which do not fit one another. */
  | 'sizes'
  /** A layer over whole maps; one that joins a map with what is made of the whole window; one that joins maps of different strides. */
  | 'whole'
  | 'whole-window'
  | 'strides'
  /** Flattened at an output; or a layer between flatten and dense for which the order of elements matters. */
  | 'flat-output'
  | 'between';

/** What stands for a node of the original. */
interface Place {
  readonly node: Node;
  /** The map [spatial…] of a window that a flatten before it gave up. */
  readonly flattened?: readonly number[];
  /** Pixels between the places of a map; undefined where there is one place for each window, and for what is the same for all. */
  readonly jump?: readonly Fraction[] | undefined;
}

interface Over extends Survey {
  readonly places: ReadonlyMap<Node, Place>;
  readonly windows: readonly number[];
  readonly outputs: ReadonlySet<Node>;
}

/** `graph` (of one input with spatial axes) at the larger `sizes`, one per spatial axis of the input. */
export function convolutional(graph: Graph, sizes: readonly number[]): Sliding | CannotSlide {
  const [input] = graph.inputs;
  if (!input) return internal('a net without inputs');
  const { type } = input.node;
  return slideOver(graph, { ...input.node, type: featureMap(sizes, channelsOf(type), type.dtype) });
}

/** `graph` over a larger value in place of its input. */
export function slideOver(graph: Graph, larger: Node): Sliding | CannotSlide {
  const [input, second] = graph.inputs;
  if (!input) return internal('a net without inputs');
  if (second) return { node: second.node, cause: 'inputs', reason: 'the net has more than one input' };
  const window = shapeOf(input.node.type).slice(0, -1);
  const sizes = spatialDims(larger.type).map(Number);
  const problem = sizesProblem(window, sizes);
  if (problem) return { node: input.node, ...problem };
  const grows = sizes.map((size, i) => size > (window[i] ?? size));
  const surveyed = survey(graph, { input: input.node, window, grows });
  const windows = sizes.map(
    (size, i) => Math.floor((size - (window[i] ?? 0)) / (surveyed.stride[i] ?? 1)) + 1,
  );
  const places = new Map<Node, Place>();
  const outputs = new Set(graph.outputs.flatMap(({ nodes }) => nodes));
  const over: Over = { ...surveyed, places, windows, outputs };
  for (const node of topological(graph)) {
    const slid = node === input.node ? { node: larger } : slide(node, over);
    if ('reason' in slid) return slid;
    places.set(node, { ...slid, jump: slid.jump ?? surveyed.jumps.get(node) });
  }
  return assemble(graph, { input, window }, over);
}

export function isSliding(result: Sliding | CannotSlide): result is Sliding {
  return 'graph' in result;
}

function sizesProblem(
  window: readonly number[],
  sizes: readonly number[],
): Omit<CannotSlide, 'node'> | undefined {
  if (window.length === 0) return { cause: 'vector', reason: 'its input has no spatial axes to slide along' };
  if (sizes.length !== window.length) {
    const axes = counted(window.length, 'spatial axis', 'spatial axes');
    const given = counted(sizes.length, 'size is', 'sizes are');
    return { cause: 'sizes', reason: `its input has ${axes}, and ${given} given` };
  }
  const isSmaller = sizes.some((size, i) => size < (window[i] ?? 0));
  return isSmaller
    ? { cause: 'sizes', reason: `${sizes.join('x')} is smaller than its window ${window.join('x')}` }
    : undefined;
}

function slide(node: Node, over: Over): Place | CannotSlide {
  const inputs = node.inputs.map((input) => over.places.get(input) ?? internal('nodes come in order'));
  if (inputs.every((place, i) => place.node === node.inputs[i] && !place.flattened)) return { node };
  const [first] = inputs;
  if (!first) return internal(`${node.op} without data`);
  const pool = poolOf(node);
  // Of a map without channels (after `argmax`, after a mean over C) no window can be taken.
  if ((node.op === 'flatten' || node.op === 'dense' || pool) && !hasChannels(first.node)) return whole(node);
  if (node.op === 'flatten') return flattened(node, first, over);
  if (node.op === 'dense') return slideDense(node, first, over);
  if (pool) return slideGlobalPool(node, pool, first, over);
  return rebuild(node, inputs, over);
}

const hasChannels = ({ type }: Node): boolean => type.axes.at(-1) === 'C';

/** A map of one place is a vector already; a larger one waits for the layer that reads it. */
function flattened(node: Node, source: Place, over: Over): Place {
  const window = windowOf(node);
  if (window.length === 0) return source;
  if (window.some((n) => n > 1)) return { ...source, flattened: window };
  const dense = source.jump?.every((jump, i) => stepsIn(over.stride[i] ?? 1, jump) === 1);
  if (dense) return { node: firstPlaces(source.node, over.windows, { path: node.path, span: node.span }) };
  return windowed('maxpool', { kernel: window }, { node, inputs: [source.node], source }, over);
}

/** Spatial sizes of the original value that the node reads. */
function windowOf(node: Node): readonly number[] {
  const [source] = node.inputs;
  return source ? spatialDims(source.type).map(Number) : [];
}

/** dense over a flattened [h, w, c] → conv with kernel h x w; dense over a vector → conv 1x1. */
function slideDense(node: Node, source: Place, over: Over): Place {
  const kernel = source.flattened ?? over.stride.map(() => 1);
  const [weight, ...bias] = inputRoles(node).weights;
  if (!weight) return internal('dense without a weight');
  const channels = Number(channelsOf(source.node.type));
  const inputs = [source.node, asKernel(weight, kernel, { channels, span: node.span }), ...bias];
  const options = { channels: node.attrs.units ?? 0, kernel, bias: bias.length > 0 };
  return windowed('conv', options, { node, inputs, source }, over);
}

/** Static: [O, h·w·c] as flatten orders it (channels last) → [O, c, h, w]. */
function asKernel(
  weight: Node,
  kernel: readonly number[],
  { channels, span }: { readonly channels: number; readonly span: Origin['span'] },
): Node {
  const origin = { path: '', span };
  const spatial = featureMap(kernel, channels).axes.slice(0, -1);
  const dims = [Number(weight.type.dims[0]), ...kernel, channels];
  const unfolded = makeNode('reshape', [weight], { dims, axes: ['O', ...spatial, 'I'] }, origin);
  return makeNode('transpose', [unfolded], { axes: ['O', 'I', ...spatial] }, origin);
}

/** The pool that a global one is over a window: `gap`, `gmp`, `mean(H, W)`, `max(H, W)`. */
function poolOf({ op, attrs, inputs: [input] }: Node): 'avgpool' | 'maxpool' | undefined {
  if (op === 'gap' || op === 'mean') {
    return op === 'gap' || isSpatial(attrs.axes, input) ? 'avgpool' : undefined;
  }
  return op === 'gmp' || (op === 'reduce_max' && isSpatial(attrs.axes, input)) ? 'maxpool' : undefined;
}

function isSpatial(axes: Attrs[string] | undefined, input: Node | undefined): boolean {
  const spatial = input?.type.axes.filter((axis) => axis !== 'C') ?? [];
  return Array.isArray(axes) && spatial.length > 0 && [...axes].sort().join() === [...spatial].sort().join();
}

function slideGlobalPool(node: Node, op: 'avgpool' | 'maxpool', source: Place, over: Over): Place {
  const kernel = windowOf(node);
  if (kernel.length === 0) return source;
  return windowed(op, { kernel }, { node, inputs: [source.node], source }, over);
}

function whole(node: Node): CannotSlide {
  return { node, cause: 'whole', reason: `${nameOf(node)} looks at the whole image, not at one window` };
}

/** The layer as it is written. */
export function nameOf({ op }: Node): string {
  return opDef(op).spelling ?? op;
}

/** The layer `op` that reads each window's whole map: one place for each window. */
function windowed(
  op: 'conv' | 'avgpool' | 'maxpool',
  options: Attrs,
  { node, inputs, source }: { readonly node: Node; readonly inputs: readonly Node[]; readonly source: Place },
  { stride: moves, windows }: Over,
): Place {
  const stride = moves.map((move, i) =>
    source.jump ? stepsIn(move, source.jump[i] ?? internal('ranks')) : 1,
  );
  const attrs = canonicalAttrs(opDef(op), { ...options, stride }, [source.node.type]);
  if (isProblem(attrs)) return internal(`${op} in place of ${node.op}: ${attrs.code}`);
  const origin = { path: node.path, span: node.span };
  return { node: firstPlaces(makeNode(op, inputs, attrs, origin), windows, origin) };
}

/** Without the places of windows that reach over the image's end by pixels which they never look at. */
function firstPlaces(node: Node, counts: readonly number[], { path, span }: Origin): Node {
  const surplus = spatialDims(node.type).map((n, i) => Number(n) - (counts[i] ?? 0));
  if (surplus.every((n) => n === 0)) return node;
  const pads = [...surplus, 0].map((n) => [0, n]);
  return makeNode('crop', [node], { pads }, { path: `${path}.windows`, span });
}

function rebuild(node: Node, inputs: readonly Place[], { outputs }: Over): Place | CannotSlide {
  const step = stepOf(node);
  if (!step) return whole(node);
  const data = inputs.slice(0, dataInputs(node).length);
  const mixed = mixes(node, data);
  if (mixed) return { node, ...mixed };
  const flat = inputs.find((place) => place.flattened);
  if (flat && !keepsOrder(node, inputs)) {
    if (outputs.has(node)) return flatOutput(node);
    return { node, cause: 'between', reason: `${nameOf(node)} comes between flatten and dense` };
  }
  const nodes = inputs.map((place) => place.node);
  const types = data.map((place) => place.node.type);
  const type = opDef(step.op).type(step.attrs, types);
  if (isProblem(type)) return { node, cause: 'sizes', reason: refusal(node) };
  const slid = makeNode(step.op, nodes, step.attrs, { path: node.path, span: node.span });
  return flat ? { ...flat, node: slid } : { node: slid };
}

function refusal(node: Node): string {
  return node.op === 'space_to_depth'
    ? 'the blocks of space_to_depth do not divide its map at this size'
    : `the values of ${nameOf(node)} have different sizes there`;
}

/** What each window has one of, and maps that windows share, cannot meet: every window would need a map of its own. */
function mixes(node: Node, data: readonly Place[]): Omit<CannotSlide, 'node'> | undefined {
  const varying = data.filter((place, i) => place.node !== node.inputs[i]);
  const [map, ...others] = varying.filter((place) => place.jump && !place.flattened);
  if (map && others.length + 1 < varying.length)
    return {
      cause: 'whole-window',
      reason: `${nameOf(node)} joins a map with what is made of the whole window, which each window has for itself`,
    };
  const close = others.every(({ jump }) => jump?.every((d, i) => sameFraction(d, map?.jump?.[i] ?? d)));
  if (close) return undefined;
  return { cause: 'strides', reason: `${nameOf(node)} joins maps whose places lie differently far apart` };
}

/** Between flatten and dense: what does the same to every element. */
function keepsOrder(node: Node, inputs: readonly Place[]): boolean {
  const others = inputs.filter((place) => !place.flattened);
  const same = others.every(({ node: other }) => other.type.dims.length === 0);
  return same && inputs.length - others.length === 1 && !node.op.endsWith('softmax');
}

function flatOutput(node: Node): CannotSlide {
  const reason = 'an output is flattened, so its places cannot be told apart';
  return { node, cause: 'flat-output', reason };
}

function assemble(
  graph: Graph,
  { input, window }: { readonly input: GraphInput; readonly window: readonly number[] },
  over: Over,
): Sliding | CannotSlide {
  const slid = (node: Node): Node => over.places.get(node)?.node ?? internal('every output is reachable');
  const outputs = graph.outputs.flatMap((output) => output.nodes);
  const flat = outputs.find((node) => over.places.get(node)?.flattened);
  if (flat) return flatOutput(flat);
  return {
    graph: {
      name: graph.name,
      inputs: [{ ...input, node: slid(input.node) }],
      outputs: graph.outputs.map((o) => ({ ...o, output: perPlace(o.output), nodes: o.nodes.map(slid) })),
    },
    window,
    stride: over.stride,
    places: over.windows,
    inexact: over.padded,
    unpadded: over.unpadded,
    slid: (node) => (over.places.get(node)?.flattened ? undefined : over.places.get(node)?.node),
  };
}

/** A class per place is a mask; other meanings of one window are plain numbers per place. */
function perPlace(output: OutputKind): OutputKind {
  if (output.kind === 'label') return { ...output, kind: 'mask' };
  return ['tensor', 'mask', 'image', 'detect'].includes(output.kind) ? output : { kind: 'tensor' };
}
