/**
 * The kernel IR: the narrow waist between operators and targets. An operator's `lower` produces loop nests over logical
 * tensor coordinates and a handful of named heavy kernels; it never mentions memory layout, halos or WebAssembly. The planner
 * gives operands their layout, a target turns kernels into code. A nest is always a correct (if plain) implementation.
 */
import type { Node } from './graph.ts';
import type { Scalar } from './scalar.ts';
import type { TensorType } from './type.ts';

/** Index of an operand of the kernel: the step's tensors in order (inputs first, then temporaries and the output). */
export type Operand = number;

export interface LoopAxis {
  readonly name: string;
  readonly size: number;
}

/** constant + Σ coefficient · axis, or a table lookup by one axis (resize). In elements along one axis of a tensor. */
export type Index =
  | {
      readonly kind: 'affine';
      readonly constant: number;
      readonly terms: readonly { readonly axis: string; readonly coefficient: number }[];
    }
  | { readonly kind: 'table'; readonly axis: string; readonly values: readonly number[] };

/** One element of an operand. With `outside`, coordinates beyond the tensor give that value instead (padding). */
export interface Load {
  readonly operand: Operand;
  readonly index: readonly Index[];
  readonly outside: number | undefined;
}

/**
 * for axes: acc = combine over `reduce` of body(loads); out[store] = finish(acc, finishLoads…).
 * In `body`, arg i is loads[i]; in `finish`, arg 0 is the accumulated value and arg i (i ≥ 1) is finishLoads[i − 1].
 * Without reduce axes, acc = body. The last axis of `axes` is the one to vectorise (the channels, normally).
 */
export interface NestKernel {
  readonly kind: 'nest';
  readonly axes: readonly LoopAxis[];
  readonly reduce: readonly LoopAxis[];
  readonly combine: 'sum' | 'max' | 'min' | 'prod';
  readonly loads: readonly Load[];
  readonly body: Scalar;
  readonly finishLoads: readonly Load[];
  readonly finish: Scalar;
  readonly out: { readonly operand: Operand; readonly index: readonly Index[] };
  /** Every operation is rounded to single precision, as it always is where bytes are read or written: the same bits on every engine. */
  readonly unfused?: boolean;
}

/**
 * The element-wise tail of a heavy kernel, applied while the result is still in registers.
 * arg 0 = accumulated value with bias; arg i (i ≥ 1) = operands[i − 1], either of the output's shape ('tensor'), one value per
 * output channel ('channel'), or one value ('scalar').
 */
export interface Epilogue {
  readonly expr: Scalar;
  readonly operands: readonly { readonly operand: Operand; readonly per: 'tensor' | 'channel' | 'scalar' }[];
}

/** Shape of a convolution or pooling window; every array has one entry per spatial axis, `pads` are [begin, end]. */
export interface Window {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly pads: readonly (readonly [number, number])[];
}

/**
 * A pool over windows that lie side by side, computed on a convolution's results before they are stored: `size` pixels along each axis of
 * the map, without padding.
 */
export interface FusedPool {
  readonly reduce: 'max' | 'avg';
  readonly size: readonly number[];
}

/**
 * Convolution, 1-D to 3-D, grouped and dilated. x: [...input, inC]; weight: [outC, inC / groups, ...kernel] (on-disk layout, static);
 * bias: [outC] or none; out: [...output, outC]. A dense layer is the rank-0 case: x [inC], weight [outC, inC]. With `pool`, the window's
 * output is what is pooled (a multiple of the pool's size), after the epilogue, and out is [...output / size, outC].
 */
/**
 * Arithmetic in whole numbers: x holds bytes 0…127, of which `zero` stands for the number 0 (also beyond the border), the weight whole
 * numbers −127…127. The sum Σ weight · (x − zero) is exact; then value = sum · scale[o] + bias[o] in single precision, each operation
 * rounded, before the epilogue, which is computed likewise. Where the output holds bytes, it is truncated and saturated to 0…127.
 */
export interface IntegerArithmetic {
  readonly zero: number;
  /** What the output holds. */
  readonly to: 'u8' | 'f32';
  /** Static, [outC]. */
  readonly scale: Operand;
}

export interface ConvKernel {
  readonly kind: 'conv';
  readonly window: Window;
  readonly inC: number;
  readonly outC: number;
  readonly groups: number;
  readonly integer?: IntegerArithmetic | undefined;
  readonly x: Operand;
  readonly weight: Operand;
  readonly bias: Operand | undefined;
  readonly out: Operand;
  readonly epilogue: Epilogue | undefined;
  readonly pool?: FusedPool;
}

/** Depthwise convolution with channel multiplier m: weight [C·m, 1, ...kernel]; output channel c·m + j reads input channel c. */
export interface DepthwiseKernel {
  readonly kind: 'depthwise';
  readonly window: Window;
  readonly channels: number;
  readonly multiplier: number;
  readonly integer?: IntegerArithmetic | undefined;
  readonly x: Operand;
  readonly weight: Operand;
  readonly bias: Operand | undefined;
  readonly out: Operand;
  readonly epilogue: Epilogue | undefined;
}

/** Max or average pooling over x: [...input, channels]. Average divides by the number of cells inside the input (padding not counted) unless `countPadding`. */
export interface PoolKernel {
  readonly kind: 'pool';
  readonly reduce: 'max' | 'avg';
  readonly countPadding: boolean;
  readonly window: Window;
  readonly channels: number;
  readonly x: Operand;
  readonly out: Operand;
  readonly epilogue: Epilogue | undefined;
}

/**
 * out[m, n] = Σ_k a[m, k] · b[k, n] with both operands dynamic (gram, matmul). a is [m, k], or [k, m] with `transposeA`; b is [k, n], or
 * [n, k] with `transposeB`. m, n and k may each stand for several adjacent axes of a tensor in row-major order.
 */
export interface MatmulKernel {
  readonly kind: 'matmul';
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly a: Operand;
  readonly b: Operand;
  readonly out: Operand;
  readonly epilogue: Epilogue | undefined;
}

export type Kernel = NestKernel | ConvKernel | DepthwiseKernel | PoolKernel | MatmulKernel;

/** `shape` elements of operand `of`: along each axis every `step`-th one, from `start` on. Has memory of its own nowhere. */
export interface OperandView {
  readonly of: Operand;
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly shape: readonly number[];
}

/**
 * What `lower` returns for one node. Operands 0 … inputs−1 are the node's inputs, then `temps` in order, then `constants`, then the
 * output, `statics` and `views`. `alias` says that the output is the same memory as input 0 with another type (reshape, flatten): no kernels.
 */
export interface Lowering {
  readonly temps: readonly TensorType[];
  /** Small tables known at compile time. */
  readonly constants: readonly { readonly type: TensorType; readonly data: Float32Array }[];
  /** Nodes over static inputs of the node: its weights as the kernels want them. */
  readonly statics?: readonly Node[];
  /** Views of inputs and of the output; heavy kernels read and write them like any operand. */
  readonly views?: readonly OperandView[];
  readonly kernels: readonly Kernel[];
  readonly alias: boolean;
}
