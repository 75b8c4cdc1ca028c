/**
 * Where the work of a kernel is cut for several threads: along one axis of its output, into ranges that are computed independently.
 * Every element is computed by the same operations in the same order as without the cut, so that results are equal bit by bit.
 */
import type { Index, Kernel, NestKernel, Operand } from '../../ir/kernel.ts';
import type { Choice } from '../algorithms/algorithm.ts';
import { algorithms } from '../algorithms/index.ts';
import { kernelMacs } from '../algorithms/shape.ts';
import { pairGrain } from '../algorithms/strassen-shape.ts';
import { lanes } from '../algorithms/tile.ts';
import { tileRanges, winogradPart, type TileRange } from '../algorithms/winograd.ts';
import type { TileSize } from '../algorithms/winograd-matrices.ts';
import type { Engine } from '../plan.ts';
import { exchangeNs, type Spread } from './exchange.ts';
import { partKernel } from './part-kernel.ts';

/** Positions from ≤ i < to. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** Of rows of Winograd tiles: which of the tiles in them, row by row, if not all. Then ranges share a row of tiles. */
  readonly tiles?: TileRange;
}

/** The axis of the output: a spatial one (of a nest: any) by number, or the output channels of a convolution. */
export type CutAxis = number | 'channels';

export interface Cut {
  readonly axis: CutAxis;
  /** One per thread, at least two; fewer than threads where the axis is short. */
  readonly ranges: readonly Range[];
}

export interface CutOptions {
  readonly threads: number;
  /** Kernels of less estimated time are left to one thread, because threads must meet before and after. */
  readonly fromNs: number;
}

/** How the operands of a kernel were written. */
export type Spreads = (operand: Operand) => Spread;

/** Nanoseconds per evaluation of a vectorised nest or pool, which `Choice.cost` (made to compare with other algorithms) overstates. */
const nestNs = 0.15;
/** A cut must promise at least this part of the time saved. */
const leastGain = 0.1;
/** An axis further in must be better by this much: rows are contiguous and share the caches best. */
const innerPenalty = 1.03;

/** The best cut of the kernel, or undefined where it is not worth one. */
export function cutOf(
  kernel: Kernel,
  choice: Choice,
  engine: Engine,
  { threads, fromNs, spreadOf }: CutOptions & { readonly spreadOf: Spreads },
): Cut | undefined {
  const whole = choice.algorithm === 'nest' ? kernelMacs(kernel) * nestNs : choice.cost;
  if (threads < 2 || whole < fromNs) return undefined;
  const alone = whole + exchangeNs(kernel, undefined, threads, spreadOf);
  let best: { cut: Cut; ns: number } | undefined;
  candidates(kernel, choice).forEach((candidate, i) => {
    const { axis, size } = candidate;
    const cut = { axis, ranges: rangesOf(kernel, choice, candidate, threads) };
    const ns =
      slowest(kernel, cut, size, { choice, engine, whole }) * (i === 0 ? 1 : innerPenalty) +
      exchangeNs(kernel, axis, threads, spreadOf);
    if (cut.ranges.length > 1 && ns < (best?.ns ?? alone * (1 - leastGain))) best = { cut, ns };
  });
  return best?.cut;
}

interface Candidate {
  readonly axis: CutAxis;
  readonly size: number;
  /** Cuts fall on multiples of it. */
  readonly grain: number;
}

/** Outermost axis first. */
function candidates(kernel: Kernel, { algorithm, tuning, weights }: Choice): readonly Candidate[] {
  switch (kernel.kind) {
    case 'nest':
      return nestCandidates(kernel);
    case 'matmul':
      return [];
    case 'conv': {
      if (algorithm === 'nest') return [];
      if (algorithm === 'strassen')
        return [{ axis: 0, size: kernel.window.output[0] ?? 1, grain: pairGrain(kernel) }];
      const tile = Number(tuning['tile'] ?? 1);
      // Tiles hold whole windows of a pool.
      const grain = (axis: number): number => Math.max(tile, kernel.pool?.size[axis] ?? 1);
      const panels = ['panels', 'winograd'].includes(weights?.layout.kind ?? '') && kernel.groups === 1;
      const channels: Candidate = {
        axis: 'channels',
        size: kernel.outC,
        grain: Number(tuning['vectors']) * lanes,
      };
      return [...spatial(kernel.window.output, grain), ...(panels ? [channels] : [])];
    }
    case 'depthwise':
      return algorithm === 'nest' ? [] : spatial(kernel.window.output, () => 1);
    case 'pool':
      return spatial(kernel.window.output, () => 1);
  }
}

/**
 * Whole vectors along the last axis, which is the one in the lanes. The code of a reduction is chosen by the sizes of the loops, also the
 * order of its sums: so its loops are cut only where the pieces look like the whole, in multiples of the lanes and away from borders.
 */
function nestCandidates({ axes, reduce, loads, finishLoads }: NestKernel): readonly Candidate[] {
  const bordered = [...loads, ...finishLoads].filter(({ outside }) => outside !== undefined);
  const meetsBorder = (name: string): boolean =>
    bordered.some(({ index }) => index.some((i) => movesWith(i, name) && !isAxis(i)));
  return axes.flatMap(({ name, size }, axis): readonly Candidate[] => {
    if (reduce.length > 0 && (size % lanes !== 0 || meetsBorder(name))) return [];
    const isLast = axis === axes.length - 1;
    return [{ axis, size, grain: isLast ? 4 * lanes : reduce.length > 0 ? lanes : 1 }];
  });
}

function movesWith(index: Index, axis: string): boolean {
  return index.kind === 'affine' && index.terms.some((term) => term.axis === axis);
}

/** The index is the axis itself, which stays inside the tensor. */
function isAxis(index: Index): boolean {
  if (index.kind !== 'affine' || index.constant !== 0 || index.terms.length !== 1) return false;
  return index.terms[0]?.coefficient === 1;
}

function spatial(output: readonly number[], grainOf: (axis: number) => number): readonly Candidate[] {
  return output.map((size, axis) => ({ axis, size, grain: grainOf(axis) }));
}

/** Ranges as equal as whole grains allow, or tiles; the first (of the thread that also does what is not cut) is not the longest. */
function rangesOf(
  kernel: Kernel,
  { algorithm, tuning }: Choice,
  { axis, size, grain }: Candidate,
  threads: number,
): readonly Range[] {
  const grains = Math.ceil(size / grain);
  if (kernel.kind === 'conv' && algorithm.startsWith('winograd') && axis === 0 && grains % threads > 0) {
    const tile: TileSize = tuning['tile'] === 4 ? 4 : 2;
    const ranges = tileRanges(kernel, { tile, narrow: Number(tuning['narrow']) }, threads);
    if (ranges) return ranges.filter(({ tiles }) => tiles.to > tiles.from);
  }
  const edge = (i: number): number => Math.min(size, Math.floor((i * grains) / threads) * grain);
  return Array.from({ length: threads }, (_, i) => ({ from: edge(i), to: edge(i + 1) })).filter(
    ({ from, to }) => to > from,
  );
}

/** Estimated time of the slowest range: by the algorithm's own model, which knows how short rows and narrow panels do. */
function slowest(
  kernel: Kernel,
  { axis, ranges }: Cut,
  size: number,
  { choice, engine, whole }: { readonly choice: Choice; readonly engine: Engine; readonly whole: number },
): number {
  const algorithm = algorithms.find(({ name }) => name === choice.algorithm);
  const times = ranges.map((range) => {
    const share = (range.to - range.from) / size;
    const part = partKernel(kernel, axis, range);
    if (!part) return Infinity;
    if (choice.algorithm === 'nest') return whole * share;
    if (part.kind === 'conv' && choice.algorithm.startsWith('winograd'))
      return winogradPart(part, choice.tuning, engine, range.tiles).cost;
    const estimate = algorithm?.choose(part, engine, { precise: false, staticWeights: true });
    return estimate?.cost ?? whole * share;
  });
  return Math.max(...times);
}
