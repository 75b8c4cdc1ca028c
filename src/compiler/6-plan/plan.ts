/**
 * The plan: everything a target needs to emit a program, and nothing about the language. Memory is one linear memory:
 * [constants | weights | arena | 64 bytes]; every buffer has a fixed offset, and every step reads and writes known buffers.
 * Offsets and sizes are in bytes unless said; strides in elements. Allocations start at multiples of 64 bytes.
 *
 * Rule of slack: a kernel may *read* up to 64 bytes beyond any buffer (the values are unspecified: discard them), because every
 * region is followed by as many bytes of memory; it must never *write* anything but the elements of its output, because what
 * lies behind a row may be a halo, another part of a concat, or another value.
 */
import type { GraphOutput, GraphInput, Node } from '../ir/graph.ts';
import type { Kernel } from '../ir/kernel.ts';

/**
 * Layout of one tensor in memory. `offset` is the address of element [0, …, 0] (inside the halo, if there is one);
 * the address of [i…] is offset + elementBytes·Σ i·stride. The halo holds zeros: from the start of the program where the memory belongs
 * to the allocation alone, else cleared before each use (`Allocation.clear`). An input's buffer may have a halo too.
 */
export interface Buffer {
  readonly id: number;
  readonly label: string;
  readonly shape: readonly number[];
  /** 4 for f32; 1 for quantised values. */
  readonly elementBytes: 1 | 4;
  /** Elements; channels are contiguous (last stride 1) but may be a slice of a wider concat destination. */
  readonly strides: readonly number[];
  readonly offset: number;
  /** Zero border per spatial axis, [begin, end] in pixels; empty for none. A further entry: free channels behind every pixel. */
  readonly halo: readonly (readonly [number, number])[];
  /** The allocation it lives in: several buffers share one (concat parts, in-place results, views). */
  readonly allocation: number;
}

/** A region of memory with a lifetime in steps [first, last]; inputs live from −1 on, outputs to the last step, static values always. */
export interface Allocation {
  readonly id: number;
  readonly region: 'weights' | 'constants' | 'arena';
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /**
   * The byte that the halo must be filled with before step `first`, because other allocations use the same bytes or because zero is not
   * the number 0 there; undefined where nothing is to be done. Its geometry is that of the allocation's root: the first buffer of
   * `Plan.buffers` that names it (the others are parts and views of the root).
   */
  readonly clear: number | undefined;
}

/**
 * How a static value that depends on weights is laid out; chosen with the algorithm. `pack` puts it into the file once, at build time; `prepare`
 * puts it into its place in memory once, after the load, where the file stores numbers otherwise than memory.
 */
export interface PackedWeight {
  /** The static values in the block: one for `plain`; the weight and then the bias (if there is one) for an algorithm's layout. */
  readonly nodes: readonly Node[];
  /** The final block. */
  readonly offset: number;
  readonly bytes: number;
  /** Where the block begins in the file, its bytes there, and which of its numbers they are. */
  readonly stored: { readonly offset: number; readonly bytes: number; readonly runs: readonly StoredRun[] };
  readonly layout: WeightLayout;
}

/**
 * `count` times: `floats` numbers in 32 bits, then `scales` in 16 (the upper halves of floats), then `integers` in 16: the i-th of them
 * stands for itself times the scale i mod `scales`. All are multiples of four, `integers` of `scales`.
 */
export interface StoredRun {
  readonly count: number;
  readonly floats: number;
  readonly scales: number;
  readonly integers: number;
}

/** How the weights file stores numbers; of i16, biases and a few small blocks are f32 all the same (`StoredRun`). */
export type WeightsType = 'f32' | 'i16';

/**
 * One step from the file's bytes to the final weights: reads `bytes` bytes at `from`, writes the result at `to`. `copy` moves them (the
 * ranges may overlap); `scale` does what a `StoredRun` says, from front to back, whose parts are here in bytes of the file. `prepare` does all
 * of them, in order, once.
 *
 * No second copy of the weights is ever needed, because the file is read to the *end* of the region: no block is larger in the file than
 * in memory, so what is written for a block ends before what is still to be read. A file of floats is final as it is.
 */
export type Expansion = { readonly from: number; readonly to: number; readonly bytes: number } & (
  { readonly kind: 'copy' } | ({ readonly kind: 'scale' } & StoredRun)
);

/** `plain` is row-major as in the graph; the others belong to an algorithm (its file in 6-plan/algorithms defines the order). */
export type WeightLayout = { readonly kind: string; readonly [key: string]: unknown };

export interface Step {
  readonly index: number;
  /** The graph node it computes, for profiles and run-time errors. */
  readonly node: Node;
  readonly kernel: Kernel;
  /** Chosen algorithm: `nest`, `implicit-gemm`, `gemv`, `winograd-4x4`, `depthwise`, `pool`, … */
  readonly algorithm: string;
  /** Parameters of the algorithm that the emitter needs (tile sizes). */
  readonly tuning: Readonly<Record<string, number | string | boolean>>;
  /** One buffer per operand of the node's lowering; weights and views that this kernel does not touch have no allocation. */
  readonly buffers: readonly Buffer[];
  /** Scratch memory in the arena for the step only. */
  readonly scratch: { readonly offset: number; readonly bytes: number } | undefined;
  /**
   * The step cut for several threads: steps (of the same index) that together compute it, in any order or at the same time. Undefined where
   * one thread does it all. Their results are equal to the step's bit by bit.
   */
  readonly parts?: readonly Step[] | undefined;
}

/** What the generated code may use. */
export interface Engine {
  /** Relaxed SIMD: fused multiply-add. */
  readonly relaxed: boolean;
  /** 256-bit tiles, where V8 revectorises (Node ≥ 24). */
  readonly wide: boolean;
}

export interface Plan {
  readonly name: string;
  readonly engine: Engine;
  /** Threads that the steps are cut for; 1 for a program without threads. */
  readonly threads: number;
  readonly inputs: readonly { readonly input: GraphInput; readonly buffer: Buffer }[];
  readonly outputs: readonly { readonly output: GraphOutput; readonly buffers: readonly Buffer[] }[];
  readonly steps: readonly Step[];
  readonly buffers: readonly Buffer[];
  readonly allocations: readonly Allocation[];
  readonly weights: readonly PackedWeight[];
  /** The constants region: tables of operators and static values that depend on no weight. Data segments of the program. */
  readonly constants: readonly { readonly offset: number; readonly data: Float32Array }[];
  /** Bytes of each region and of the whole memory. */
  readonly bytes: {
    readonly constants: number;
    readonly weights: number;
    readonly arena: number;
    readonly total: number;
  };
  /** Start of the weights region. */
  readonly weightsOffset: number;
  /** Where the weights file is read to: the end of the weights region. */
  readonly file: { readonly offset: number; readonly bytes: number; readonly type: WeightsType };
  /** From the file's bytes to the final weights, in order. */
  readonly expansions: readonly Expansion[];
}
