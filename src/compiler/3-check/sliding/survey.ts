/**
 * Looks a net over before it slides: how far apart the places of each map lie in the input, which windows they can show, and where a
 * window alone is padded. Distances after Araujo, Norris & Sim, "Computing receptive fields of convolutional neural networks", 2019.
 */
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { spatialRank } from '../../ir/type.ts';
import { commonMultiple, one, times, type Fraction } from './fraction.ts';
import { stepOf, type Ends, type Step } from './step.ts';

export interface Survey {
  /** Pixels of the input between neighbours, per axis, of every map that depends on the input. */
  readonly jumps: ReadonlyMap<Node, readonly Fraction[]>;
  /** How far a window moves at least, so that all maps show it: the common multiple of all distances. */
  readonly stride: readonly number[];
  /** Layers that see padding around a window, and neighbours in the larger image. */
  readonly padded: readonly Node[];
  /** The window for which the same layers without padding make maps of the same sizes; or the layer that keeps them from being left out. */
  readonly unpadded: readonly number[] | Node;
}

/** Per axis what all padding before a map adds to the window, in pixels of the input; or the layer that makes it unequal. */
type Border = readonly Ends[] | Node;

/** `grows`: along which axes the larger input is larger. */
export function survey(
  graph: Graph,
  { input, window, grows }: { input: Node; window: readonly number[]; grows: readonly boolean[] },
): Survey {
  const jumps = new Map<Node, readonly Fraction[]>([[input, window.map(() => one)]]);
  const borders = new Map<Node, Border>([[input, window.map((): Ends => [0, 0])]]);
  const padded: Node[] = [];
  const read: Border[] = [];
  for (const node of topological(graph)) {
    const maps = node.inputs.filter((map) => jumps.has(map));
    const [first] = maps;
    const jump = first && jumps.get(first);
    if (!first || !jump) continue;
    const border = joined(
      maps.map((map) => borders.get(map) ?? first),
      node,
    );
    if (spatialRank(node.type) !== window.length) {
      read.push(border);
      continue;
    }
    const step = stepOf(node);
    if (!step) continue;
    jumps.set(
      node,
      jump.map((distance, i) => times(distance, step.distance[i] ?? one)),
    );
    borders.set(node, widened(border, step, { node, jump }));
    if (step.pads.some(([begin, end], i) => grows[i] && (begin > 0 || end > 0))) padded.push(node);
  }
  for (const node of graph.outputs.flatMap(({ nodes }) => nodes)) {
    const border = borders.get(node);
    if (border) read.push(border);
  }
  const all = joined(read, input);
  const unpadded = isNode(all) ? all : window.map((n, i) => n + (all[i]?.[0] ?? 0) + (all[i]?.[1] ?? 0));
  const stride = window.map((_, i) => commonMultiple([...jumps.values()].map((jump) => jump[i] ?? one)));
  return { jumps, stride, padded, unpadded };
}

function isNode(border: Border): border is Node {
  return !Array.isArray(border);
}

/** Of maps that meet in `node`: without padding they would differ in size where their borders do. */
function joined(borders: readonly Border[], node: Node): Border {
  const [first = [], ...others] = borders;
  const unequal = borders.find(isNode);
  if (unequal || isNode(first)) return unequal ?? first;
  const fit = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  return fit ? first : node;
}

function widened(
  border: Border,
  { pads, optional }: Step,
  { node, jump }: { readonly node: Node; readonly jump: readonly Fraction[] },
): Border {
  if (isNode(border) || pads.every(([begin, end]) => begin === 0 && end === 0)) return border;
  if (!optional || jump.some(({ under }) => under > 1)) return node;
  return border.map(([begin, end], i): Ends => {
    const [pad, pixels] = [pads[i] ?? [0, 0], jump[i]?.over ?? 1];
    return [begin + pad[0] * pixels, end + pad[1] * pixels];
  });
}
