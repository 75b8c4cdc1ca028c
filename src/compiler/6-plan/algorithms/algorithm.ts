/**
 * What an algorithm for a heavy kernel is to the planner: whether it can compute a kernel, what it asks of memory (halo, packed
 * weights, scratch), and what it is expected to cost. One file per algorithm; its code generator sits in 7-emit/wasm/kernels
 * under the same name and reads `Choice.tuning`. Layouts are decided here and nowhere else, so that packing and code agree.
 */
import type { Kernel, Operand } from '../../ir/kernel.ts';
import type { Tensor } from '../../ir/type.ts';
import type { Engine, StoredRun, WeightLayout } from '../plan.ts';

export type AlgorithmName =
  | 'nest'
  | 'implicit-gemm'
  | 'gemv'
  | 'depthwise'
  | 'stem'
  | 'few-filters'
  | 'strassen'
  | 'winograd-4x4'
  | 'winograd-2x2'
  | 'int8-gemm'
  | 'int8-depthwise';

export interface AlgorithmOptions {
  /** Keeps results within rounding of direct convolution: no Winograd, no Strassen. */
  readonly precise: boolean;
  /** Whether the kernel's weight and bias are static nodes, so that they can be packed at build time. */
  readonly staticWeights: boolean;
  /** Leaves out what a net must earn as a whole, because it is much code for little time: Strassen. Default false. */
  readonly lean?: boolean;
}

/** Parameters that the code generator needs (tile sizes); becomes `Step.tuning`. */
export type Tuning = Readonly<Record<string, number | string | boolean>>;

/**
 * Least zero border that the buffer of an operand must have, [begin, end] per spatial axis in pixels. A further entry for the channel
 * axis asks for free channels behind every pixel.
 */
export interface HaloNeed {
  readonly operand: Operand;
  readonly halo: readonly (readonly [number, number])[];
  /** The byte that the border is made of; 0 unless said. */
  readonly fill?: number;
}

/** The algorithm's decision for one kernel on one engine. */
export interface Choice {
  readonly algorithm: AlgorithmName;
  readonly tuning: Tuning;
  readonly halos: readonly HaloNeed[];
  /** Arena memory that the step needs for itself, 16-byte aligned; contents need no initialising. */
  readonly scratchBytes: number;
  /**
   * How the kernel's weight and bias lie together in one block of `bytes` (64-byte aligned). The block's address is the offset of
   * the buffer of operand `weight`; the buffer of operand `bias` is not read. Undefined: every operand stays row-major.
   */
  readonly weights: PackedBlock | undefined;
  /** Estimated time in nanoseconds, see `cost.ts`; only compared, never shown as a promise. */
  readonly cost: number;
}

export interface PackedBlock {
  readonly layout: WeightLayout;
  readonly bytes: number;
  /** Of a weight; 4 unless said. */
  readonly elementBytes?: 1;
}

/**
 * An algorithm. `choose` returns undefined where it cannot compute the kernel (or must not, by the options).
 *
 * What every algorithm may rely on: channels are contiguous (last stride 1) and every other stride is a constant; buffers and
 * `strides` may be slices of wider ones; 64 bytes beyond any buffer can be *read* (never written) without a trap; an epilogue
 * operand of kind `tensor` is either the very same memory as the output (in place) or does not overlap it.
 */
export interface Algorithm {
  readonly name: AlgorithmName;
  readonly doc: string;
  readonly choose: (kernel: Kernel, engine: Engine, options: AlgorithmOptions) => Choice | undefined;
  /**
   * Choices with other parameters that are worth measuring, for a kernel that `choose` takes; all of them are correct. With `scratchBytes`,
   * only those that take at most so much, the fastest first.
   */
  readonly variants?: (kernel: Kernel, engine: Engine, scratchBytes?: number) => readonly Choice[];
  /**
   * Layout kinds that this algorithm packs; `tensors` are the weight and then the bias (if the kernel has one), as on disk. Packs into
   * `into` (zeros, at least as large as the block) where that is given.
   */
  readonly layouts: readonly string[];
  readonly pack: (layout: WeightLayout, tensors: readonly Tensor[], into?: Float32Array) => Float32Array;
  /**
   * Which numbers of a layout are kept in 32 bits in a file of 16-bit integers: all of them unless said. The others are the weight's; numbers
   * of one filter (first axis) are `scales` apart.
   */
  readonly runs?: (layout: WeightLayout) => readonly StoredRun[];
}
