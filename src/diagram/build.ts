/**
 * Graph → Diagram. A box is a layer and the one-input layers that follow it directly in the same block (batch norm, activation,
 * dropout); groups are the path names of the `.cnn` file. What depends on weights only is not drawn.
 */
import { opDef } from '../compiler/ops/index.ts';
import { topological, type Graph, type Node } from '../compiler/ir/graph.ts';
import { channelsOf, showType } from '../compiler/ir/type.ts';
import type { Box, BoxKind, Diagram, Edge } from './model.ts';

/** Parameters and MACs per node, as `summarize` counts them. */
export type NodeCosts = (node: Node) => { readonly params: number; readonly macs: number };

interface Draft {
  readonly id: string;
  readonly first: Node;
  readonly nodes: Node[];
}

/** The whole network, every block open; `direction` is that of the data. */
export function buildDiagram(graph: Graph, costs: NodeCosts, direction: 'down' | 'right' = 'down'): Diagram {
  const nodes = topological(graph).filter(dynamicNodes(graph));
  const users = countUsers(graph, nodes);
  const draftOf = new Map<Node, Draft>();
  const drafts: Draft[] = [];
  for (const node of nodes) {
    const source = node.inputs.find((input) => draftOf.has(input));
    const draft = source && follows(node, source, users) ? draftOf.get(source) : undefined;
    const home = draft ?? { id: `n${drafts.length}`, first: node, nodes: [] };
    if (!draft) drafts.push(home);
    home.nodes.push(node);
    draftOf.set(node, home);
  }
  const boxes = drafts.map((draft) => boxOf(draft, graph, costs));
  const outputs = graph.outputs.map((output, i): Box => outputBox(`out${i}`, output.name, output.nodes[0]));
  return {
    title: graph.name,
    direction,
    boxes: [...withoutSingles(boxes), ...outputs],
    edges: [...edgesBetween(drafts, draftOf), ...edgesToOutputs(graph, draftOf)],
  };
}

/** True for nodes that depend on an input of the network. */
function dynamicNodes(graph: Graph): (node: Node) => boolean {
  const dynamic = new Set<Node>(graph.inputs.map((input) => input.node));
  for (const node of topological(graph))
    if (node.inputs.some((input) => dynamic.has(input))) dynamic.add(node);
  return (node) => dynamic.has(node);
}

function countUsers(graph: Graph, nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const users = new Map<Node, number>();
  const use = (node: Node): void => void users.set(node, (users.get(node) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  for (const output of graph.outputs) output.nodes.forEach(use);
  return users;
}

const tailOps = new Set(['bn', 'ln', 'in_norm', 'lrn', 'dropout', 'identity']);

/** Whether `node` is drawn in the box of the value it takes. */
function follows(node: Node, source: Node, users: ReadonlyMap<Node, number>): boolean {
  const def = opDef(node.op);
  if (isPreprocessing(node, source)) return true;
  const isTail =
    tailOps.has(node.op) ||
    def.category === 'activation' ||
    (def.category === 'elementwise' && def.arity.max === 1);
  return (
    isTail &&
    source.op !== 'input' &&
    users.get(source) === 1 &&
    groupsOf(node).join() === groupsOf(source).join()
  );
}

/** `scale`, `mean`, `std` of an input are drawn with it; their paths start with its name. */
function isPreprocessing(node: Node, source: Node): boolean {
  const [start] = source.path.split('.');
  return (
    node.path.startsWith(`${start}.`) && (source.op === 'input' || isInputPath(source)) && isInputPath(node)
  );
}

function isInputPath(node: Node): boolean {
  let at: Node | undefined = node;
  while (at && at.op !== 'input')
    at = at.inputs.find((input) => input.op !== 'const' && input.op !== 'param');
  return at !== undefined && node.path.startsWith(`${at.path}.`);
}

/** Path prefixes around a node: `stage[0].unit.conv1` → [`stage[0]`, `stage[0].unit`]. */
function groupsOf(node: Node): readonly string[] {
  const parts = node.path.split('.').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}

function boxOf(draft: Draft, graph: Graph, costs: NodeCosts): Box {
  const last = draft.nodes.at(-1) ?? draft.first;
  const input = graph.inputs.find((candidate) => candidate.node === draft.first);
  const totals = draft.nodes.map(costs);
  return {
    id: draft.id,
    kind: kindOf(draft.first),
    title: input ? `${input.name}  ${showType(input.node.type)}` : titleOf(draft.first),
    tail: input ? preprocessingOf(input.name, draft.nodes.slice(1)) : tailOf(draft.nodes.slice(1)),
    channels: sizeFor(last),
    shape: showType(last.type),
    params: totals.reduce((sum, cost) => sum + cost.params, 0),
    macs: totals.reduce((sum, cost) => sum + cost.macs, 0),
    groups: input ? [] : groupsOf(draft.first),
    path: draft.first.path,
  };
}

/** A group around one box says nothing that the box does not; nor does one around all of what another one holds. */
function withoutSingles(boxes: readonly Box[]): readonly Box[] {
  const sizes = new Map<string, number>();
  for (const group of boxes.flatMap((box) => box.groups)) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const size = (group: string | undefined): number => sizes.get(group ?? '') ?? 0;
  return boxes.map((box) => ({
    ...box,
    groups: box.groups.filter((group, i) => size(group) > 1 && size(group) !== size(box.groups[i - 1])),
  }));
}

function outputBox(id: string, name: string, node: Node | undefined): Box {
  const shape = node ? showType(node.type) : '';
  return {
    id,
    kind: 'output',
    title: name,
    tail: [],
    channels: 1,
    shape,
    params: 0,
    macs: 0,
    groups: [],
    path: '',
  };
}

function sizeFor(node: Node): number {
  const channels = channelsOf(node.type);
  return typeof channels === 'number' ? channels : 1;
}

function tailOf(nodes: readonly Node[]): readonly string[] {
  return nodes.length === 0 ? [] : [nodes.map((node) => node.op).join(' · ')];
}

/** `image.scale` → `scale`, each word once. */
function preprocessingOf(name: string, nodes: readonly Node[]): readonly string[] {
  const words = nodes.map((node) => node.path.slice(name.length + 1).split(/[._[\d]/)[0] ?? node.op);
  return nodes.length === 0 ? [] : [[...new Set(words)].join(' · ')];
}

function kindOf(node: Node): BoxKind {
  if (node.op === 'input') return 'input';
  if (node.op === 'conv' || node.op === 'deconv') return 'conv';
  if (node.op === 'dwconv') return 'depthwise';
  if (node.op === 'dense') return 'dense';
  if (['maxpool', 'avgpool', 'gap', 'gmp'].includes(node.op)) return 'pool';
  const { category } = opDef(node.op);
  if (category === 'merge') return 'merge';
  return category === 'shape' ? 'shape' : 'other';
}

const symbols: Readonly<Record<string, string>> = { add: '+', sub: '−', mul: '×', div: '÷' };

/** `conv 3x3 /2, 64`: the kernel and stride as papers write them, then the channels. */
function titleOf(node: Node): string {
  const symbol = symbols[node.op];
  if (symbol) return symbol;
  const { kernel, stride } = node.attrs;
  const window = Array.isArray(kernel) ? ` ${kernel.join('x')}` : '';
  const by =
    Array.isArray(stride) && stride.some((s) => s !== 1) ? ` /${[...new Set(stride)].join('x')}` : '';
  const channels = ['conv', 'deconv', 'dense'].includes(node.op) ? `, ${sizeFor(node)}` : '';
  return `${node.op}${window}${by}${channels}`;
}

function edgesBetween(drafts: readonly Draft[], draftOf: ReadonlyMap<Node, Draft>): readonly Edge[] {
  return drafts.flatMap((draft) =>
    draft.nodes.flatMap((node) =>
      node.inputs.flatMap((input) => {
        const from = draftOf.get(input);
        return from && from !== draft ? [{ from: from.id, to: draft.id, shape: showType(input.type) }] : [];
      }),
    ),
  );
}

function edgesToOutputs(graph: Graph, draftOf: ReadonlyMap<Node, Draft>): readonly Edge[] {
  return graph.outputs.flatMap((output, i) =>
    output.nodes.flatMap((node) => {
      const from = draftOf.get(node);
      return from ? [{ from: from.id, to: `out${i}`, shape: showType(node.type) }] : [];
    }),
  );
}
