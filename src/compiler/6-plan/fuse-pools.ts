/**
 * A convolution and the pool behind it become one kernel where that costs less: the map at full resolution is then never in memory.
 * The pool's windows must lie side by side, with sizes for which the code of the tiles is made. Where the last windows of a max pool reach over
 * the edge of a pointwise convolution's map, what they hold of it are kernels of their own.
 */
import { internal } from '../diagnostics/internal.ts';
import { combinations } from '../ir/combinations.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { ConvKernel, Lowering, OperandView, PoolKernel, Window } from '../ir/kernel.ts';
import { usersOf } from '../ir/rewrite.ts';
import { sizeOf } from '../ir/type.ts';
import { isPointwise } from './algorithms/shape.ts';
import type { LoweredNode } from './lower.ts';
import { firstView } from './operands.ts';

/** Pixels of a window along an axis. */
const sizes: readonly number[] = [1, 2, 4];
/** Bytes per nanosecond that a pool reads and writes: maps that are worth a thought are larger than the L2 cache. */
const poolBytesPerNs = 40;

/** Chooses algorithms for the kernels, all with the same weights, on behalf of a node; undefined where one cannot be computed. */
export type LowerConvs = (node: Node, lowering: ConvLowering) => LoweredNode | undefined;

export type ConvLowering = Lowering & { readonly kernels: readonly [ConvKernel, ...ConvKernel[]] };

/**
 * The lowered nodes with pools fused: the pool's node then stands for both, and the convolution's has no entry. Maps are split for programs of one
 * thread only: edges are too small to cut, and in less memory halves do not keep their places (face detector 1.04 of the time of two, wide 1.17).
 */
export function fusePools(
  graph: Graph,
  lowered: ReadonlyMap<Node, LoweredNode>,
  { threads, lowerConvs }: { readonly threads: number; readonly lowerConvs: LowerConvs },
): ReadonlyMap<Node, LoweredNode> {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.flatMap(({ nodes }) => nodes));
  const result = new Map(lowered);
  for (const [pool, { lowering }] of lowered) {
    const [input] = pool.inputs;
    const conv = input && lowered.get(input);
    if (!input || !conv || outputs.has(input) || users.get(input)?.length !== 1) continue;
    const [behind] = lowering.kernels;
    const pooled = behind?.kind === 'pool' ? withPool(conv, behind) : undefined;
    const fused = pooled && (threads === 1 || pooled.kernels.length === 1) && lowerConvs(conv.node, pooled);
    if (behind?.kind !== 'pool' || !fused || fused.cost >= conv.cost + poolNs(behind)) continue;
    result.delete(input);
    result.set(pool, fused);
  }
  return result;
}

/** The convolution of as much of the map as the pool reads, pooled; undefined where that cannot be. */
function withPool({ node, lowering }: LoweredNode, pool: PoolKernel): ConvLowering | undefined {
  const conv = onlyConv(lowering);
  if (!conv || conv.pool || conv.integer || pool.epilogue) return undefined;
  const axes = pool.window.kernel.map((_, axis) => spansOf(pool.window, conv.window, axis));
  const isFlat = axes.length <= 2 && sizeOf(pool.window.kernel) > 1;
  if (!isFlat || axes.some((spans) => spans.length === 0 || spans.some(({ size }) => !sizes.includes(size))))
    return undefined;
  const parts = combinations(axes);
  const [whole = []] = parts;
  const areWhole = whole.every(({ size }, axis) => size === pool.window.kernel[axis]);
  if (parts.length === 1 && areWhole) return { ...lowering, kernels: [wholeWindows(conv, pool, whole)] };
  const isSplit = pool.reduce === 'max' && isPointwise(conv.window);
  if (!isSplit || conv.epilogue?.operands.some(({ per }) => per === 'tensor')) return undefined;
  const first = firstView(node, lowering);
  const made = parts.map((spans, i) => partOf(conv, pool, spans, first + 2 * i));
  const [inner = internal('a map without a window'), ...edges] = made.map(({ kernel }) => kernel);
  return { ...lowering, kernels: [inner, ...edges], views: made.flatMap(({ views }) => views) };
}

/** The node as one convolution that writes the node's value: one of several, or one that writes a part of it, could not be pooled alone. */
export function onlyConv({ kernels, views = [] }: Lowering): ConvKernel | undefined {
  const [conv] = kernels;
  return conv?.kind === 'conv' && kernels.length === 1 && views.length === 0 ? conv : undefined;
}

/** Windows along an axis that hold `size` pixels of the map, and the number of the first one. */
interface Span {
  readonly first: number;
  readonly count: number;
  readonly from: number;
  readonly size: number;
}

/** The windows that lie inside the map, and the one that the map ends in, if the pool has it; none where windows do not lie side by side. */
function spansOf(
  { kernel, stride, dilation, pads, output }: Window,
  map: Window,
  axis: number,
): readonly Span[] {
  const [size = 1, pixels = 1, count = 1] = [kernel[axis], map.output[axis], output[axis]];
  const sideBySide = size === stride[axis] && dilation[axis] === 1 && (pads[axis]?.[0] ?? 0) === 0;
  const inside = Math.min(count, Math.floor(pixels / size));
  const left = pixels - inside * size;
  if (!sideBySide || count > inside + 1 || (count > inside && left === 0)) return [];
  return [
    { first: 0, count: inside, from: 0, size },
    { first: inside, count: count - inside, from: inside * size, size: left },
  ].filter((span) => span.count > 0);
}

function wholeWindows(conv: ConvKernel, { reduce, window }: PoolKernel, spans: readonly Span[]): ConvKernel {
  const output = spans.map(({ count, size }) => count * size);
  return { ...conv, window: { ...conv.window, output }, pool: { reduce, size: window.kernel } };
}

/** The kernel of some windows, on views of input and output, the operands `view` and `view + 1`. */
function partOf(
  conv: ConvKernel,
  { reduce }: PoolKernel,
  spans: readonly Span[],
  view: number,
): { readonly kernel: ConvKernel; readonly views: readonly OperandView[] } {
  const size = spans.map((span) => span.size);
  const pixels = spans.map((span) => span.count * span.size);
  const viewOf = (
    of: number,
    start: readonly number[],
    shape: readonly number[],
    channels: number,
  ): OperandView => ({
    of,
    start: [...start, 0],
    step: [...start.map(() => 1), 1],
    shape: [...shape, channels],
  });
  const { inC, outC } = conv;
  return {
    kernel: {
      ...conv,
      window: { ...conv.window, input: pixels, output: pixels },
      x: view,
      out: view + 1,
      ...(sizeOf(size) > 1 && { pool: { reduce, size } }),
    },
    views: [
      viewOf(
        conv.x,
        spans.map(({ from }) => from),
        pixels,
        inC,
      ),
      viewOf(
        conv.out,
        spans.map(({ first }) => first),
        spans.map(({ count }) => count),
        outC,
      ),
    ],
  };
}

function poolNs({ window, channels }: PoolKernel): number {
  return (4 * channels * (sizeOf(window.input) + sizeOf(window.output))) / poolBytesPerNs;
}
