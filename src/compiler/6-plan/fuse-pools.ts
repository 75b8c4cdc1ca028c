/**
 * A convolution and the pool behind it become one kernel where that costs less: the map at full resolution is then never in memory.
 * The pool's windows must lie side by side and inside the map, with sizes for which the code of the tiles is made.
 */
import type { Graph, Node } from '../ir/graph.ts';
import type { ConvKernel, FusedPool, PoolKernel } from '../ir/kernel.ts';
import { usersOf } from '../ir/rewrite.ts';
import { sizeOf } from '../ir/type.ts';
import type { Choice } from './algorithms/algorithm.ts';
import type { LoweredNode } from './lower.ts';

/** Pixels of a window along an axis. */
const sizes: readonly number[] = [1, 2, 4];
/** Bytes per nanosecond that a pool reads and writes: maps that are worth a thought are larger than the L2 cache. */
const poolBytesPerNs = 40;

/** Chooses an algorithm for a kernel on behalf of a node; undefined where none can compute it. */
export type LowerConv = (conv: LoweredNode, kernel: ConvKernel) => LoweredNode | undefined;

/** The lowered nodes with pools fused: the pool's node then stands for both, and the convolution's has no entry. */
export function fusePools(
  graph: Graph,
  lowered: ReadonlyMap<Node, LoweredNode>,
  lowerConv: LowerConv,
): ReadonlyMap<Node, LoweredNode> {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.flatMap(({ nodes }) => nodes));
  const result = new Map(lowered);
  for (const [pool, { lowering }] of lowered) {
    const [input] = pool.inputs;
    const conv = input && lowered.get(input);
    if (!input || !conv || outputs.has(input) || users.get(input)?.length !== 1) continue;
    const [[behind], before] = [lowering.kernels, onlyConv(conv)];
    if (behind?.kind !== 'pool' || !before) continue;
    const kernel = withPool(before, behind);
    const fused = kernel && lowerConv(conv, kernel);
    if (!fused || costOf(fused) >= costOf(conv) + poolNs(behind)) continue;
    result.delete(input);
    result.set(pool, fused);
  }
  return result;
}

/** The node as one convolution that writes the node's value: one of several, or one that writes a part of it, could not be pooled alone. */
function onlyConv({ lowering }: LoweredNode): ConvKernel | undefined {
  const { kernels, views = [] } = lowering;
  const [conv] = kernels;
  return conv?.kind === 'conv' && kernels.length === 1 && views.length === 0 ? conv : undefined;
}

/** The convolution of as much of the map as the pool reads, pooled; undefined where the pool's windows overlap or leave the map. */
function withPool(conv: ConvKernel, pool: PoolKernel): ConvKernel | undefined {
  const { kernel, stride, dilation, pads, output } = pool.window;
  const sideBySide = kernel.every((size, axis) => size === stride[axis] && dilation[axis] === 1);
  const inside = kernel.every((size, axis) => {
    const [begin = 0] = pads[axis] ?? [];
    return begin === 0 && (output[axis] ?? 0) * size <= (conv.window.output[axis] ?? 0);
  });
  const plane = kernel.length <= 2 && kernel.every((size) => sizes.includes(size)) && sizeOf(kernel) > 1;
  if (!sideBySide || !inside || !plane || pool.epilogue || conv.pool || conv.integer) return undefined;
  const fused: FusedPool = { reduce: pool.reduce, size: kernel };
  const window = { ...conv.window, output: output.map((n, axis) => n * (kernel[axis] ?? 1)) };
  return { ...conv, window, pool: fused };
}

function costOf({ choices }: LoweredNode): number {
  return choices.reduce((sum, { cost }: Choice) => sum + cost, 0);
}

function poolNs({ window, channels }: PoolKernel): number {
  return (4 * channels * (sizeOf(window.input) + sizeOf(window.output))) / poolBytesPerNs;
}
