/**
 * The algorithms for heavy kernels and the choice among them: every algorithm that can compute the kernel says what it costs,
 * the cheapest is taken, and the loop nest is always able.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Tensor } from '../../ir/type.ts';
import type { Engine, WeightLayout } from '../plan.ts';
import type { Algorithm, AlgorithmOptions, Choice } from './algorithm.ts';
import { depthwise } from './depthwise.ts';
import { gemv } from './gemv.ts';
import { implicitGemm } from './implicit-gemm.ts';
import { int8Depthwise } from './int8-depthwise.ts';
import { int8Gemm } from './int8-gemm.ts';
import { nest } from './nest.ts';
import { stem } from './stem.ts';
import { winograd2, winograd4 } from './winograd.ts';

/** Ties go to the earlier one; the last can compute everything. */
export const algorithms: readonly Algorithm[] = [
  gemv,
  winograd4,
  winograd2,
  stem,
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

/** All choices that could compute `kernel`, in the order of `algorithms`: what a tuner measures. */
export function candidates(kernel: Kernel, engine: Engine, options: AlgorithmOptions): readonly Choice[] {
  return algorithms.flatMap((algorithm) => algorithm.choose(kernel, engine, options) ?? []);
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

function ownerOf(layout: WeightLayout): Algorithm {
  const owner = algorithms.find((algorithm) => algorithm.layouts.includes(layout.kind));
  return owner ?? internal(`no algorithm packs the layout ${layout.kind}`);
}
