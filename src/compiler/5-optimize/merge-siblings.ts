/**
 * Several 1×1 convolutions of one value become one: the branches of an inception module begin so (Szegedy et al., arXiv:1409.4842). The value
 * is read once, and narrow layers share the registers' width with their siblings. Each branch goes on with its slice of the channels,
 * which the planner reads in place. A layer that feeds a concat is left alone: it is written straight into the concat already.
 */
import type { Graph, Node } from '../ir/graph.ts';
import { isStatic, mapNodes, usersOf } from '../ir/rewrite.ts';
import { printAttr } from '../ir/print.ts';
import { inputRoles } from '../ops/build.ts';
import { derive, type Pass } from './pass.ts';
import { zeros } from './static-parts.ts';

export const mergeSiblings: Pass = {
  name: 'merge-siblings',
  doc: '1×1 convolutions of the same value become one whose channels are shared out.',
  training: false,
  run: (graph) => {
    const groups = siblingGroups(graph);
    const merged = new Map<readonly Node[], Node>();
    return mapNodes(graph, (node, original) => {
      const group = groups.get(original);
      const [x] = node.inputs;
      if (!group || !x) return node;
      const whole = merged.get(group) ?? mergedConv(group, x);
      merged.set(group, whole);
      return sliceOf(whole, group, original);
    });
  },
};

/** The siblings of every convolution that has any. */
function siblingGroups(graph: Graph): ReadonlyMap<Node, readonly Node[]> {
  const outputs = new Set(graph.outputs.flatMap((output) => output.nodes));
  const users = usersOf(graph);
  const groups = new Map<Node, readonly Node[]>();
  const isFree = (node: Node): boolean =>
    !outputs.has(node) && !users.get(node)?.some((user) => user.op === 'concat');
  for (const [x, readers] of users) {
    const free = readers.filter((node) => node.inputs[0] === x && isPointwise(node) && isFree(node));
    for (const group of Map.groupBy(free, kindOf).values())
      if (group.length > 1) for (const node of group) groups.set(node, group);
  }
  return groups;
}

/** A dense 1×1 convolution with static weights and an epilogue of its own value only. */
function isPointwise(node: Node): boolean {
  if (node.op !== 'conv' || node.attrs['groups'] !== 1) return false;
  const { weights, epilogue } = inputRoles(node);
  const ones = (node.attrs['kernel'] as readonly number[]).every((size) => size === 1);
  return ones && epilogue.length === 0 && weights.every(isStatic);
}

/** What siblings have in common. */
function kindOf({ attrs: { stride, pad, epilogue } }: Node): string {
  return [stride, pad, epilogue].map((value) => (value === undefined ? '' : printAttr(value))).join(' ');
}

/** All siblings as one layer over `x`; those without a bias get zeros where another has one. */
function mergedConv(group: readonly Node[], x: Node): Node {
  const [first = x] = group;
  const weightsOf = group.map((node) => inputRoles(node).weights);
  const weight = derive(
    first,
    'concat',
    weightsOf.flatMap(([w]) => w ?? []),
    { axis: 'O' },
  );
  const biased = weightsOf.some(([, bias]) => bias);
  const biases = weightsOf.map(([, bias], i) => bias ?? zeros(group[i] ?? first));
  const inputs = [x, weight, ...(biased ? [derive(first, 'concat', biases, { axis: 'C' })] : [])];
  const channels = group.reduce((sum, node) => sum + channelsOf(node), 0);
  const merged = derive(first, 'conv', inputs, { ...first.attrs, channels, bias: biased });
  return { ...merged, path: group.map((node) => node.path).join('+') };
}

function channelsOf(node: Node): number {
  return Number(node.type.dims.at(-1));
}

/** The channels of `node` among those of all its siblings. */
function sliceOf(whole: Node, group: readonly Node[], node: Node): Node {
  const begin = group.slice(0, group.indexOf(node)).reduce((sum, other) => sum + channelsOf(other), 0);
  const slice = derive(node, 'slice', [whole], {
    axes: ['C'],
    begin: [begin],
    end: [begin + channelsOf(node)],
  });
  return { ...slice, path: node.path };
}
