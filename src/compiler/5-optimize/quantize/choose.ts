/**
 * Which values of a graph become bytes: what quantised layers read, the results of quantised layers, and what only moves or compares such
 * values in between (pools of maxima, concatenations, reshapes). Values that are moved without arithmetic share their steps: they form classes.
 */
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { nameNodes } from '../../ir/print.ts';
import { affineIn } from '../../ir/scalar-affine.ts';
import { isScalar } from '../../ir/scalar-build.ts';
import { isStatic, usersOf } from '../../ir/rewrite.ts';
import { inputRoles } from '../../ops/build.ts';
import { concreteWindow, windowAttrs } from '../../ops/shared/window.ts';
import { hull, type Precision, type Precisions, type Ranges, type ValueRange } from './range.ts';

export interface Chosen {
  /** Whether the node becomes a quantised layer. */
  readonly isLayer: (node: Node) => boolean;
  /** Whether that layer reads two digits. */
  readonly isFine: (node: Node) => boolean;
  /** Whether the node moves bytes. */
  readonly moves: (node: Node) => boolean;
  /**
   * Whether the layer gives real numbers although others read it in bytes: what linear layers add to their sums collects no noise, and two
   * digits are made of them.
   */
  readonly keepsNumbers: (node: Node) => boolean;
  /** The nodes whose values become bytes, with the node that stands for their class. */
  readonly bytes: ReadonlyMap<Node, Node>;
  /** The nodes whose values are read in two digits. */
  readonly fine: ReadonlySet<Node>;
}

/** The first layers of a deep net stay in floats: all that follows amplifies their errors, and they are a small part of the work. */
const floatLayers = { first: 3, ofAtLeast: 20 };

/** The precision of layers where nobody measured what they need. */
export function usualPrecisions(graph: Graph): Precisions {
  const names = [...quantizableLayers(graph).keys()];
  if (names.length < floatLayers.ofAtLeast) return {};
  return Object.fromEntries(names.slice(0, floatLayers.first).map((name) => [name, 'floats']));
}

/** The layers that have an integer form, by name, in order. */
export function quantizableLayers(graph: Graph): ReadonlyMap<string, Node> {
  const nodes = topological(graph);
  const names = nameNodes(nodes);
  return new Map(nodes.filter(couldBeLayer).map((node) => [names.get(node) ?? '', node]));
}

/** Decides for the whole (optimised) graph. */
export function chooseBytes(graph: Graph, layers: Precisions = usualPrecisions(graph)): Chosen {
  const users = usersOf(graph);
  const precisions = new Map<Node, Precision>(
    [...quantizableLayers(graph)].map(([name, node]) => [node, layers[name] ?? 'bytes']),
  );
  const isFine = (node: Node): boolean => precisions.get(node) === 'fine';
  const isLayer = (node: Node): boolean => isFine(node) || precisions.get(node) === 'bytes';
  const wanted = new Set<Node>();
  const reads = (user: Node, node: Node): boolean => {
    if (isLayer(user))
      return (user.inputs[0] === node && !isFine(user)) || (isLayer(node) && user.inputs.includes(node, 1));
    return moving(user) && wanted.has(user);
  };
  for (const node of topological(graph).toReversed())
    if (!isStatic(node) && (users.get(node) ?? []).some((user) => reads(user, node))) wanted.add(node);
  const moves = (node: Node): boolean => moving(node) && wanted.has(node);
  const keepsNumbers = (node: Node): boolean =>
    isLayer(node) &&
    (isSum(node) ||
      (users.get(node) ?? []).some(
        (user) => (isLayer(user) && addsLinearly(user, node)) || (isFine(user) && user.inputs[0] === node),
      ));
  const fine = new Set([...precisions.keys()].filter(isFine).map((layer) => layer.inputs[0] ?? layer));
  return { isLayer, isFine, moves, keepsNumbers, bytes: classesOf(wanted, moves), fine };
}

/** Convolutions and dense layers with static weights; grouped ones only where every channel is a group. */
function couldBeLayer(node: Node): boolean {
  if (!['conv', 'dwconv', 'dense'].includes(node.op) || isStatic(node)) return false;
  const { data, weights } = inputRoles(node);
  const [x] = data;
  if (!x || !weights.every(isStatic)) return false;
  const [inC, outC] = [x.type.dims.at(-1), node.type.dims.at(-1)];
  if (node.op === 'dwconv') return inC === outC;
  const groups = node.attrs['groups'] ?? 1;
  return groups === 1 || (groups === inC && inC === outC);
}

/** Whether `user` adds the value to its sums and applies no activation after: the residuals of linear bottlenecks. */
function addsLinearly(user: Node, node: Node): boolean {
  return inputRoles(user).epilogue.includes(node) && isLinear(user);
}

/** Whether the layer ends a chain of such sums. */
function isSum(layer: Node): boolean {
  return inputRoles(layer).epilogue.some(({ type }) => type.axes.length > 1) && isLinear(layer);
}

/** Whether what follows the layer's sums is affine in them. */
function isLinear(layer: Node): boolean {
  const expr = layer.attrs['epilogue'];
  return expr === undefined || (isScalar(expr) && affineIn(expr, 0) !== undefined);
}

const movers: ReadonlySet<string> = new Set(['maxpool', 'concat', 'flatten', 'reshape']);

function moving(node: Node): boolean {
  return movers.has(node.op) && node.attrs['epilogue'] === undefined && !node.inputs.some(isStatic);
}

/** Union-find over nodes that move bytes and what they read. */
function classesOf(wanted: ReadonlySet<Node>, moves: (node: Node) => boolean): ReadonlyMap<Node, Node> {
  const parent = new Map<Node, Node>([...wanted].map((node) => [node, node]));
  const find = (node: Node): Node => {
    let root = node;
    for (let up = parent.get(root); up && up !== root; up = parent.get(root)) root = up;
    return root;
  };
  for (const node of wanted)
    if (moves(node)) for (const input of node.inputs) parent.set(find(input), find(node));
  return new Map([...wanted].map((node) => [node, find(node)]));
}

/** The nodes whose ranges `quantize` must know, by their names in the text form of the graph. */
export function valuesToCalibrate(graph: Graph, layers?: Precisions): ReadonlyMap<string, Node> {
  const names = nameNodes(topological(graph));
  const { bytes, fine } = chooseBytes(graph, layers);
  return new Map([...new Set([...bytes.keys(), ...fine])].map((node) => [names.get(node) ?? '', node]));
}

/** A value whose channels may have steps of their own. */
export interface ShareGroup {
  /** Names of all values in the same steps: the layer's, and what max pools make of it. */
  readonly members: readonly string[];
  /** Layers whose weights take the differences up. (The scales of depthwise layers absorb them exactly.) */
  readonly mixing: readonly Node[];
  /** Whether channels may have origins of their own, too. */
  readonly mayHaveOrigins: boolean;
}

/**
 * By the name of the layer that computes them, the values whose channels may have steps of their own: layers read them as their input, not
 * as an operand, and nothing moves them across channels.
 */
export function valuesWithShares(graph: Graph, layers?: Precisions): ReadonlyMap<string, ShareGroup> {
  const { isLayer, isFine, moves, keepsNumbers, bytes } = chooseBytes(graph, layers);
  const names = nameNodes(topological(graph));
  const users = usersOf(graph);
  const groups = new Map<string, ShareGroup>();
  const classes = Map.groupBy(topological(graph), (node) => bytes.get(node));
  classes.delete(undefined);
  for (const members of classes.values()) {
    const [source, ...pools] = members;
    if (!source || isStatic(source) || moves(source)) continue;
    if (source.type.axes.length < 2 || !pools.every(({ op }) => op === 'maxpool')) continue;
    const inNumbers = !isLayer(source) || keepsNumbers(source);
    if (inputRoles(source).epilogue.length > 0 && !inNumbers) continue;
    const readers = new Set(members.flatMap((node) => users.get(node) ?? []).filter(isLayer));
    const isOperand = [...readers].some(({ inputs }) => members.some((node) => inputs.includes(node, 1)));
    if (isOperand && !(inNumbers && pools.length === 0)) continue;
    groups.set(names.get(source) ?? '', {
      members: members.map((node) => names.get(node) ?? ''),
      mixing: [...readers].filter((reader) => !isDepthwise(reader) && !isFine(reader)),
      mayHaveOrigins: (inNumbers || isLinear(source)) && [...readers].every(readsWhole),
    });
  }
  return groups;
}

/** Every output reads every channel, none of them padding: what origins add to the sum is one number per output. */
function readsWhole(layer: Node): boolean {
  if (isDepthwise(layer)) return false;
  if (layer.op === 'dense') return true;
  const x = layer.inputs[0] ?? layer;
  return concreteWindow(windowAttrs(layer.attrs), x.type, layer.type)
    .pads.flat()
    .every((pad) => pad <= 0);
}

/** Every channel of the output reads one channel of the input. */
export function isDepthwise(layer: Node): boolean {
  return layer.op === 'dwconv' || Number(layer.attrs['groups'] ?? 1) > 1;
}

/** What is wrong with ranges for this graph: names that it lacks or has too many, and ranges that are none. */
export interface RangeFaults {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  readonly broken: readonly string[];
}

export function rangeFaults(graph: Graph, { values, layers = usualPrecisions(graph) }: Ranges): RangeFaults {
  const known = quantizableLayers(graph);
  const wanted = valuesToCalibrate(graph, layers);
  const shareable = valuesWithShares(graph, layers);
  const broken = Object.entries(values).filter(([name, value]) => {
    const channels = Number(wanted.get(name)?.type.dims.at(-1));
    const { shares, origins } = value;
    if (origins !== undefined && !shareable.get(name)?.mayHaveOrigins) return true;
    return isBroken(value, channels) || (shares !== undefined && !shareable.has(name));
  });
  const unfit = Object.entries(layers).filter(([name, precision]) => {
    const layer = known.get(name);
    return layer && precision === 'fine' && !mayBeFine(layer);
  });
  return {
    missing: [...wanted.keys()].filter((name) => !(name in values)),
    unknown: [
      ...Object.keys(values).filter((name) => !wanted.has(name)),
      ...Object.keys(layers).filter((name) => !known.has(name)),
    ],
    broken: [...broken, ...unfit].map(([name]) => name),
  };
}

/** What of the ranges a net with layers of these precisions is quantised by; they have all that it needs. */
export function rangesWith(graph: Graph, values: Ranges['values'], layers: Precisions): Ranges {
  const wanted = valuesToCalibrate(graph, layers);
  const shareable = valuesWithShares(graph, layers);
  const kept = Object.entries(values).filter(([name]) => wanted.has(name));
  const fitting = (name: string, value: ValueRange): ValueRange => {
    const group = shareable.get(name);
    const fits = value.origins ? group?.mayHaveOrigins : group;
    return fits ? value : { ...value, shares: undefined, origins: undefined };
  };
  return { values: Object.fromEntries(kept.map(([name, value]) => [name, fitting(name, value)])), layers };
}

/** Whether there is a layer of two digits for it: every output must read every channel. */
export function mayBeFine(layer: Node): boolean {
  return !isDepthwise(layer);
}

function isBroken({ range: [lo, hi], means, shares, origins }: ValueRange, channels: number): boolean {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo > hi) return true;
  for (const numbers of [means, origins])
    if (numbers && (numbers.length !== channels || !numbers.every(Number.isFinite))) return true;
  return (
    shares !== undefined && (shares.length !== channels || !shares.every((share) => share > 0 && share <= 1))
  );
}

type ClassRange = Omit<ValueRange, 'means'>;

/** The range of each class: everything that its members hold. */
export function classRanges(graph: Graph, ranges: Ranges, { bytes }: Chosen): ReadonlyMap<Node, ClassRange> {
  const names = nameNodes(topological(graph));
  const joined = new Map<Node, ClassRange>();
  for (const [node, root] of bytes) {
    const value = ranges.values[names.get(node) ?? ''];
    const known = joined.get(root);
    if (!value) continue;
    const { shares, origins } = value.shares ? value : (known ?? value);
    joined.set(root, { range: known ? hull(known.range, value.range) : value.range, shares, origins });
  }
  return joined;
}

/** The means of nodes' channels, where the ranges hold them. */
export function meansOf(graph: Graph, { values }: Ranges): (node: Node) => readonly number[] | undefined {
  const names = nameNodes(topological(graph));
  return (node) => values[names.get(node) ?? '']?.means;
}
