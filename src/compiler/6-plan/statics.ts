/**
 * The regions that no step writes: constants (tables of operators and static values that depend on no weight; part of the program) and
 * weights (static values over params, from a file). Each value is stored once per layout that some algorithm wants.
 */
import { internal } from '../diagnostics/internal.ts';
import type { Node } from '../ir/graph.ts';
import { foldNodes } from '../ir/rewrite.ts';
import { shapeOf, sizeOf } from '../ir/type.ts';
import { evaluateNode } from '../ops/evaluate.ts';
import type { PackedBlock } from './algorithms/algorithm.ts';
import { packWeights } from './algorithms/index.ts';
import { aligned } from './arena.ts';
import type { WeightLayout } from './plan.ts';

/** A stored value: its region and the offset from that one's start. */
export interface StaticPlace {
  readonly region: 'weights' | 'constants';
  readonly offset: number;
  readonly bytes: number;
}

/** A block of weights. */
export interface StaticWeight {
  readonly nodes: readonly Node[];
  readonly place: StaticPlace;
  readonly layout: WeightLayout;
}

export interface Statics {
  /** A static node, row-major. */
  readonly plain: (node: Node) => StaticPlace;
  /** The weight and bias of a kernel in an algorithm's layout. */
  readonly packed: (nodes: readonly Node[], block: PackedBlock) => StaticPlace;
  /** A table of an operator. */
  readonly table: (data: Float32Array) => StaticPlace;
  /** What has been stored, in the order of memory. */
  readonly weights: () => readonly StaticWeight[];
  readonly constants: () => readonly { readonly offset: number; readonly data: Float32Array }[];
  readonly bytes: (region: StaticPlace['region']) => number;
}

/** True for a static node that is known without weights. */
const isKnown = foldNodes<boolean>(
  ({ op }, inputs) => op === 'const' || (inputs.length > 0 && inputs.every(Boolean)),
);

/** Empty regions. */
export function createStatics(): Statics {
  const weights: StaticWeight[] = [];
  const constants: { offset: number; data: Float32Array }[] = [];
  const ends = { weights: 0, constants: 0 };
  const places = new Map<string | Float32Array, StaticPlace>();
  const idOf = createIds();

  const reserve = (region: StaticPlace['region'], bytes: number): StaticPlace => {
    const offset = ends[region];
    ends[region] = offset + aligned(bytes);
    return { region, offset, bytes };
  };
  const store = (nodes: readonly Node[], block: PackedBlock): StaticPlace => {
    const { layout, bytes } = block;
    if (!nodes.every(isKnown)) {
      const place = reserve('weights', bytes);
      weights.push({ nodes, place, layout });
      return place;
    }
    const place = reserve('constants', bytes);
    const values = nodes.map((node) => evaluateNode(node, () => internal('a constant reads a weight')));
    constants.push({ offset: place.offset, data: packWeights(layout, values) });
    return place;
  };
  const packed = (nodes: readonly Node[], block: PackedBlock): StaticPlace => {
    const key = `${nodes.map(idOf).join(',')} ${JSON.stringify(block.layout)}`;
    const place = places.get(key) ?? store(nodes, block);
    places.set(key, place);
    return place;
  };
  const table = (data: Float32Array): StaticPlace => {
    const known = places.get(data);
    if (known) return known;
    const place = reserve('constants', data.byteLength);
    constants.push({ offset: place.offset, data });
    places.set(data, place);
    return place;
  };
  return {
    plain: (node) => packed([node], { layout: { kind: 'plain' }, bytes: 4 * sizeOf(shapeOf(node.type)) }),
    packed,
    table,
    weights: () => weights,
    constants: () => constants,
    bytes: (region) => ends[region],
  };
}

function createIds(): (node: Node) => number {
  const ids = new Map<Node, number>();
  return (node) => {
    const id = ids.get(node) ?? ids.size;
    ids.set(node, id);
    return id;
  };
}
