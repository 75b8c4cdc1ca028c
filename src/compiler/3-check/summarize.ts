/**
 * The layers of a graph as a table (`cnnc summary`), in the order of the text: what each is connected to, gives, and costs, and
 * how much of the input one of its values sees. Receptive fields after Araujo, Norris & Sim, "Computing receptive fields of
 * convolutional neural networks", Distill 2019.
 */
import { topological, type Graph, type Node } from '../ir/graph.ts';
import { shapeOf, showType, spatialDims } from '../ir/type.ts';
import { inputRoles } from '../ops/build.ts';
import { opDef } from '../ops/index.ts';
import { costs, type Costs } from './costs.ts';

export interface LayerSummary {
  readonly path: string;
  readonly op: string;
  /** Paths of the layers that it reads. */
  readonly inputs: readonly string[];
  /** `28x28x192`. */
  readonly output: string;
  readonly shape: readonly number[];
  readonly params: number;
  readonly trainable: number;
  readonly macs: number;
  /** Pixels of the input that one value sees, per spatial axis of the input; `all` where it sees everything. */
  readonly receptiveField: readonly number[] | 'all';
  readonly node: Node;
}

export interface Summary {
  readonly layers: readonly LayerSummary[];
  readonly costs: Costs;
}

/** One row per input and layer. Preprocessing belongs to the row of its input; weights to the layers that own them. */
export function summarize(graph: Graph): Summary {
  const total = costs(graph);
  const fields = new Map<Node, Field>();
  const shown = new Map<Node, string>();
  const layers: LayerSummary[] = [];
  const fixed = new Map<Node, Weight>();
  for (const node of topological(graph)) {
    if (node.op === 'param' || node.op === 'const') continue;
    if (isStatic(node, fixed)) {
      fixed.set(node, weightOf(node, total, fixed));
      continue;
    }
    const data = node.op === 'input' ? [] : inputRoles(node).data.filter((input) => fields.has(input));
    const field = fieldOf(node, data, fields);
    fields.set(node, field);
    const owner = inputOwning(node, graph);
    shown.set(node, owner ?? node.path);
    if (owner !== undefined && node.op !== 'input') continue;
    const inputs = [...new Set(data.map((input) => shown.get(input) ?? input.path))];
    layers.push({ ...row(node, inputs, field), ...weightOf(node, total, fixed) });
  }
  return { layers, costs: total };
}

/** The input whose preprocessing a node is (or which it is). */
function inputOwning(node: Node, graph: Graph): string | undefined {
  return graph.inputs.find(({ name }) => node.path === name || node.path.startsWith(`${name}.`))?.name;
}

type Weight = Pick<LayerSummary, 'params' | 'trainable' | 'macs'>;

/** Computed once from weights (a dense layer's turned into a kernel): part of the layer that reads it. */
function isStatic(node: Node, fixed: ReadonlyMap<Node, unknown>): boolean {
  return (
    node.inputs.length > 0 && node.inputs.every((n) => n.op === 'param' || n.op === 'const' || fixed.has(n))
  );
}

/** A layer's own costs and the parameters of what it alone reads. */
function weightOf(node: Node, total: Costs, fixed: ReadonlyMap<Node, Weight>): Weight {
  const own = total.nodes.get(node) ?? { params: 0, trainable: 0, macs: 0 };
  return node.inputs.reduce((sum, input) => {
    const read = fixed.get(input);
    if (!read) return sum;
    return { ...sum, params: sum.params + read.params, trainable: sum.trainable + read.trainable };
  }, own);
}

function row(node: Node, inputs: readonly string[], field: Field): Omit<LayerSummary, keyof Weight> {
  return {
    path: node.path,
    op: opDef(node.op).spelling ?? node.op,
    inputs,
    output: showType(node.type),
    shape: shapeOf(node.type),
    receptiveField: field === 'all' ? 'all' : field.size.map(Math.round),
    node,
  };
}

/** Size of what a value sees, and how many input pixels lie between two neighbours, per spatial axis. */
type Field = 'all' | { readonly size: readonly number[]; readonly jump: readonly number[] };

function fieldOf(node: Node, data: readonly Node[], fields: ReadonlyMap<Node, Field>): Field {
  const rank = spatialDims(node.type).length;
  if (node.op === 'input') return { size: Array<number>(rank).fill(1), jump: Array<number>(rank).fill(1) };
  const seen = data.map((input) => fields.get(input) ?? 'all');
  const before = seen.reduce<Field | undefined>(widest, undefined) ?? 'all';
  const input = data[0];
  if (before === 'all' || !input || rank !== before.size.length || rank === 0) return 'all';
  return after(node, input, before);
}

function widest(a: Field | undefined, b: Field): Field {
  if (a === undefined) return b;
  if (a === 'all' || b === 'all' || a.size.length !== b.size.length) return 'all';
  return { size: a.size.map((n, i) => Math.max(n, b.size[i] ?? 0)), jump: a.jump };
}

/** Layers that keep the distance between neighbours although the number of places changes. */
const borders: ReadonlySet<string> = new Set(['pad', 'crop', 'slice']);

function after(node: Node, input: Node, { size, jump }: Exclude<Field, 'all'>): Field {
  const { kernel, stride, dilation, block } = node.attrs;
  const at = (value: unknown, i: number, otherwise: number): number =>
    Array.isArray(value) ? Number(value[i] ?? otherwise) : typeof value === 'number' ? value : otherwise;
  const [from, to] = [shapeOf(input.type), shapeOf(node.type)];
  if (Array.isArray(kernel) && node.op !== 'deconv')
    return {
      size: size.map((n, i) => n + (at(kernel, i, 1) - 1) * at(dilation, i, 1) * (jump[i] ?? 1)),
      jump: jump.map((j, i) => j * at(stride, i, 1)),
    };
  if (borders.has(node.op)) return { size, jump };
  const ratios = jump.map((_, i) => (from[i] ?? 1) / (to[i] ?? 1));
  const gathered = node.op === 'space_to_depth' ? at(block, 0, ratios[0] ?? 1) : 1;
  return {
    size: size.map((n, i) => n + (gathered - 1) * (jump[i] ?? 1)),
    jump: jump.map((j, i) => j * (ratios[i] ?? 1)),
  };
}
