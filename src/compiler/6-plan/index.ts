/**
 * Phase 6: from the optimised graph to a plan: algorithms, an order of execution, and a place in memory for everything. Candidate orders are
 * laid out completely and the one with the smallest arena wins. The result is data; `verifyPlan` states what it promises.
 */
import { internal } from '../diagnostics/internal.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { bytesOf, shapeOf } from '../ir/type.ts';
import type { Operand, OperandView } from '../ir/kernel.ts';
import { paramPath } from '../ops/build.ts';
import { accessOf } from './access.ts';
import { alignment } from './arena.ts';
import { geometryOf, rowStrides } from './geometry.ts';
import { layOut, withOwners, type Layout } from './layout.ts';
import { lowerGraph, weightOperands, type LoweredNode, type Picker } from './lower.ts';
import type { Allocation, Buffer, Engine, Plan, Step, WeightsType } from './plan.ts';
import { buildProgram, type OperandRef, type Value, type Work } from './program.ts';
import { schedules } from './schedule.ts';
import { slimmed } from './slim.ts';
import { storeWeights } from './stored.ts';
import { createStatics, type StaticPlace, type Statics } from './statics.ts';
import { partsOf } from './threads/parts.ts';

export type { Picker } from './lower.ts';
export type { Engine, Plan, WeightsType } from './plan.ts';
export { scaleProblems } from './scale-problems.ts';
export { fullest, memoryProblems, showBytes } from './memory-problems.ts';
export { pack } from './pack.ts';
export { printPlan } from './print.ts';
export { verifyPlan } from './verify.ts';

export interface PlanOptions {
  /** Results within rounding of direct convolution: no Winograd, no Strassen. Default false. */
  readonly precise?: boolean;
  /** How the weights file stores numbers; in memory they are f32. Default f32. */
  readonly weightsType?: WeightsType;
  /** Chooses algorithms instead of the cost model, where it wants to. */
  readonly pick?: Picker | undefined;
  /** Threads that the program may use: its steps are cut for as many. Default 1. */
  readonly threads?: number;
  /** Least estimated nanoseconds of a step that is cut; default 15 000, because meeting costs threads some microseconds. */
  readonly cutFromNs?: number;
}

/** The plan of `graph` (optimised, all sizes concrete) for `engine`. Its memory may exceed what an engine has: see `memoryProblems`. */
export function plan(graph: Graph, engine: Engine, options: PlanOptions = {}): Plan {
  const { precise = false, weightsType = 'f32', threads = 1, cutFromNs = 15_000, pick } = options;
  const lowered = lowerGraph(graph, engine, { precise, threads, fromNs: cutFromNs, pick });
  const first = smallest(graph, lowered, engine);
  // Measured choices are not touched.
  const slim = pick ? undefined : slimmed(first, lowered, engine);
  const best = slim ? smallest(graph, slim, engine) : first;
  return { ...assemble(withOwners(best), engine, weightsType), threads };
}

/** The layout of the order of execution whose arena is smallest. */
function smallest(graph: Graph, lowered: ReadonlyMap<Node, LoweredNode>, engine: Engine): Layout {
  const layouts = schedules(graph).map((order) => layOut(buildProgram(graph, order, lowered), engine));
  return layouts.reduce((a, b) => (b.arena.bytes < a.arena.bytes ? b : a));
}

/** Regions get addresses, values buffers, works steps. */
function assemble(layout: Layout, engine: Engine, weightsType: WeightsType): Omit<Plan, 'threads'> {
  const statics = createStatics();
  for (const work of layout.placement.works)
    for (const i of accessOf(work.kernel).reads) staticPlace(work, i, statics);
  const bytes = {
    constants: statics.bytes('constants'),
    weights: statics.bytes('weights'),
    arena: layout.arena.bytes,
  };
  const weightsOffset = bytes.constants;
  const bases = {
    constants: 0,
    weights: weightsOffset,
    arena: weightsOffset + bytes.weights,
  };
  const memory = createMemory(layout, bases);
  const steps = layout.placement.works.map((work, index) =>
    stepOf(work, index, { layout, memory, statics, bases, engine }),
  );
  return {
    name: layout.program.graph.name,
    engine,
    inputs: layout.program.inputs.map(({ input, value }) => ({ input, buffer: memory.bufferOf(value) })),
    outputs: layout.placement.outputs.map(({ output, values }) => ({
      output,
      buffers: values.map(memory.bufferOf),
    })),
    steps,
    buffers: memory.buffers(),
    allocations: memory.allocations(),
    ...storeWeights(statics.weights(), bases, weightsType),
    constants: statics.constants(),
    bytes: { ...bytes, total: bases.arena + bytes.arena + alignment },
    weightsOffset,
  };
}

/** Addresses of the regions. */
export type Bases = Readonly<Record<StaticPlace['region'] | 'arena', number>>;

interface Memory {
  readonly bufferOf: (value: Value) => Buffer;
  readonly viewBuffer: (ref: Extract<OperandRef, { kind: 'value' }>) => Buffer;
  readonly staticBuffer: (
    place: StaticPlace,
    what: Pick<Buffer, 'label' | 'shape' | 'elementBytes'>,
  ) => Buffer;
  readonly buffers: () => readonly Buffer[];
  readonly allocations: () => readonly Allocation[];
}

/** Buffers and allocations with absolute offsets. Arena first, so that ids of activations are small. */
function createMemory(layout: Layout, bases: Bases): Memory {
  const { sharing } = layout.placement;
  const allocations: Allocation[] = arenaAllocations(layout, bases.arena);
  const allocationOf = new Map(layout.roots.map(({ root }, id) => [root, id]));
  const buffers: Buffer[] = [];
  const ofValue = new Map<Value, Buffer>();
  const ofPlace = new Map<StaticPlace, number>();
  const add = (buffer: Omit<Buffer, 'id'>): Buffer => {
    const complete = { id: buffers.length, ...buffer };
    buffers.push(complete);
    return complete;
  };
  for (const value of layout.values) {
    const { strides, origin, halo } = geometryOf(value, sharing);
    const allocation = allocationOf.get(sharing.rootOf(value)) ?? internal(`${value.label} has no memory`);
    const elementBytes = bytesOf(value.dtype);
    const offset = (allocations[allocation]?.offset ?? 0) + elementBytes * origin;
    const { label, shape } = value;
    ofValue.set(value, add({ label, shape, elementBytes, strides, offset, halo, allocation }));
  }
  const staticAllocation = (place: StaticPlace): number => {
    const known = ofPlace.get(place);
    if (known !== undefined) return known;
    const { region, bytes } = place;
    const id = allocations.length;
    const life = { first: -1, last: layout.placement.works.length };
    allocations.push({
      id,
      region,
      offset: bases[region] + place.offset,
      bytes,
      ...life,
      clear: undefined,
    });
    ofPlace.set(place, id);
    return id;
  };
  const bufferOf = (value: Value): Buffer => ofValue.get(value) ?? internal(`${value.label} has no buffer`);
  return {
    bufferOf,
    viewBuffer: ({ value, view }) => add(viewed(bufferOf(value), view)),
    staticBuffer: (place, { label, shape, elementBytes }) =>
      add({
        label,
        shape,
        elementBytes,
        strides: rowStrides(shape),
        offset: bases[place.region] + place.offset,
        halo: [],
        allocation: staticAllocation(place),
      }),
    buffers: () => buffers,
    allocations: () => allocations,
  };
}

/** A halo must be cleared where its bytes serve other roots or scratch memory at other times, or where it does not hold zeros. */
function arenaAllocations(layout: Layout, base: number): Allocation[] {
  const ranges = [
    ...layout.roots.map(({ block, offset }) => ({ offset, bytes: block.bytes })),
    ...layout.scratch.flatMap((scratch) => scratch ?? []),
  ];
  return layout.roots.map(({ root, block, offset }, id) => {
    const isShared = (): boolean =>
      ranges.some(
        (other, i) => i !== id && other.offset < offset + block.bytes && offset < other.offset + other.bytes,
      );
    const { sharing } = layout.placement;
    const bordered = sharing.haloOf(root).length > 0;
    const fill = sharing.fillOf(root);
    const clear = bordered && (fill !== 0 || isShared()) ? fill : undefined;
    return { id, region: 'arena', offset: base + offset, ...block, clear };
  });
}

/** What the view leaves of a buffer. */
function viewed(buffer: Buffer, view: OperandView | undefined): Omit<Buffer, 'id'> {
  if (!view) return buffer;
  const { start, step, shape } = view;
  const { strides, offset, elementBytes } = buffer;
  return {
    ...buffer,
    shape,
    strides: strides.map((stride, axis) => stride * (step[axis] ?? 1)),
    offset: offset + elementBytes * start.reduce((sum, place, axis) => sum + place * (strides[axis] ?? 0), 0),
    halo: buffer.halo.map((border, axis) => borderOf(border, buffer.shape[axis] ?? 1, axis, view)),
  };
}

/** What of the border of an axis of `size` pixels is the view's: where its next place lies outside, and as far as its steps go. */
function borderOf(
  [begin, end]: readonly [number, number],
  size: number,
  axis: number,
  { start, step, shape }: OperandView,
): readonly [number, number] {
  const [first, apart, count] = [start[axis] ?? 0, step[axis] ?? 1, shape[axis] ?? 1];
  const left = size - 1 - (first + apart * (count - 1));
  return [
    first < apart ? Math.floor((first + begin) / apart) : 0,
    left < apart ? Math.floor((left + end) / apart) : 0,
  ];
}

/** In place of a weight or a view that the kernel does not touch. */
const nowhere: Buffer = {
  id: -1,
  label: 'nothing',
  shape: [],
  elementBytes: 4,
  strides: [],
  offset: 0,
  halo: [],
  allocation: -1,
};

interface Context {
  readonly layout: Layout;
  readonly memory: Memory;
  readonly statics: Statics;
  readonly bases: Bases;
  readonly engine: Engine;
}

function stepOf(work: Work, index: number, { layout, memory, statics, bases, engine }: Context): Step {
  const scratch = layout.scratch[index];
  const packed = work.choice.weights ? weightOperands(work.kernel) : [];
  const { reads, write } = accessOf(work.kernel);
  const buffers = work.operands.map((ref, i) => {
    if (ref.kind === 'value' && !ref.view) return memory.bufferOf(ref.value);
    if (i !== write && !reads.includes(i)) return nowhere;
    if (ref.kind === 'value') return memory.viewBuffer(ref);
    const place = staticPlace(work, i, statics) ?? internal('a static operand without a place');
    const isPacked = packed.includes(i);
    return memory.staticBuffer(place, {
      label: isPacked ? `weights of ${work.node.path}` : labelOf(ref),
      shape: ref.kind === 'table' ? ref.shape : shapeOf(ref.node.type),
      elementBytes: (isPacked && work.choice.weights?.elementBytes) || 4,
    });
  });
  const step: Step = {
    index,
    node: work.node,
    kernel: work.kernel,
    algorithm: work.choice.algorithm,
    tuning: work.choice.tuning,
    buffers,
    scratch: scratch && { ...scratch, offset: bases.arena + scratch.offset },
  };
  if (!work.cut) return step;
  return { ...step, parts: partsOf(step, work.choice, engine, { cut: work.cut, places: layout.places }) };
}

/** Where operand `index` lies if it is static: weight and bias of a packing algorithm are one block. */
function staticPlace(work: Work, index: Operand, statics: Statics): StaticPlace | undefined {
  const ref = work.operands[index];
  if (ref?.kind === 'table') return statics.table(ref.data);
  if (ref?.kind !== 'static') return undefined;
  const block = work.choice.weights;
  const operands = weightOperands(work.kernel);
  if (!block || !operands.includes(index)) return statics.plain(ref.node);
  const nodes = operands.map((operand) => {
    const part = work.operands[operand];
    return part?.kind === 'static' ? part.node : internal('a packed weight that is not static');
  });
  return statics.packed(nodes, block);
}

function labelOf(ref: OperandRef): string {
  if (ref.kind === 'value') return ref.value.label;
  if (ref.kind === 'table') return 'table';
  return ref.node.op === 'param' ? paramPath(ref.node) : ref.node.path || ref.node.op;
}
