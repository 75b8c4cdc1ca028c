/**
 * The algorithms for heavy kernels and the choice among them: every algorithm that can compute the kernel says what it costs,
 * the cheapest is taken, and the loop nest is always able.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Tensor } from '../../ir/type.ts';
import type { Engine, StoredRun, WeightLayout } from '../plan.ts';
import type { Algorithm, AlgorithmOptions, Choice } from './algorithm.ts';
import { depthwise } from './depthwise.ts';
import { fewFilters } from './few-filters.ts';
import { gemv } from './gemv.ts';
import { implicitGemm } from './implicit-gemm.ts';
import { int8Depthwise } from './int8-depthwise.ts';
import { int8Gemm } from './int8-gemm.ts';
import { nest } from './nest.ts';
import { stem } from './stem.ts';
import { strassen } from './strassen.ts';
import { winograd2, winograd4 } from './winograd.ts';

/** Ties go to the earlier one; the last can compute everything. */
export const algorithms: readonly Algorithm[] = [
  gemv,
  winograd4,
  winograd2,
  stem,
  fewFilters,
  strassen,
  implicitGemm,
  depthwise,
  int8Gemm,
  int8Depthwise,
  nest,
];

/**
 * The cheapest algorithm for `kernel` on `engine`, with what it asks of the planner. The loop nest computes all but convolutions that
 * pool.
 */
export function chooseAlgorithm(kernel: Kernel, engine: Engine, options: AlgorithmOptions): Choice {
  const best = cheapest(candidates(kernel, engine, options));
  return best ?? internal(`no algorithm for a ${kernel.kind} kernel`);
}

/** The first among those of least cost. */
export function cheapest(choices: readonly Choice[]): Choice | undefined {
  return choices.reduce<Choice | undefined>((a, b) => (a && a.cost <= b.cost ? a : b), undefined);
}

/** The best choice of each algorithm that could compute `kernel`, in the order of `algorithms`. */
export function candidates(kernel: Kernel, engine: Engine, options: AlgorithmOptions): readonly Choice[] {
  return algorithms.flatMap((algorithm) => algorithm.choose(kernel, engine, options) ?? []);
}

/**
 * All choices that could compute `kernel`, with every parameter worth measuring: the chosen one, then the others by estimated time, those that
 * would be too much code as well.
 */
export function variants(kernel: Kernel, engine: Engine, options: AlgorithmOptions): readonly Choice[] {
  const best = chooseAlgorithm(kernel, engine, options);
  const known = new Map([[keyOf(best), best]]);
  for (const algorithm of algorithms) {
    const chosen = algorithm.choose(kernel, engine, { ...options, lean: false });
    const others = chosen ? (algorithm.variants?.(kernel, engine) ?? []) : [];
    for (const choice of [...(chosen ? [chosen] : []), ...others]) {
      if (!known.has(keyOf(choice))) known.set(keyOf(choice), choice);
    }
  }
  const [, ...others] = known.values();
  return [best, ...others.sort((a, b) => a.cost - b.cost)];
}

function keyOf({ algorithm, tuning }: Choice): string {
  return JSON.stringify([algorithm, tuning]);
}

/**
 * The floats of a block as the weights file holds them. `plain` is the row-major tensor itself; every other kind belongs to the algorithm
 * that lists it. `tensors` are the nodes' values in the order of `PackedWeight.nodes`. An algorithm packs into `into` where that is given.
 */
export function packWeights(
  layout: WeightLayout,
  tensors: readonly Tensor[],
  into?: Float32Array,
): Float32Array {
  if (layout.kind === 'plain') return tensors[0]?.data ?? internal('a plain weight without a value');
  return ownerOf(layout).pack(layout, tensors, into);
}

/** The runs of a layout in a file of 16-bit integers; undefined for a block of floats alone. */
export function storedRuns(layout: WeightLayout): readonly StoredRun[] | undefined {
  return layout.kind === 'plain' ? undefined : ownerOf(layout).runs?.(layout);
}

function ownerOf(layout: WeightLayout): Algorithm {
  const owner = algorithms.find((algorithm) => algorithm.layouts.includes(layout.kind));
  return owner ?? internal(`no algorithm packs the layout ${layout.kind}`);
}
