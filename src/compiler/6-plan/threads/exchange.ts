/**
 * What a thread reads of what others have written. Such lines come out of another processor's cache, and before they are written again the
 * reader's copies have to go: both are counted here, where they are read. Borders between ranges of rows are too little to count.
 */
import { sizeOf } from '../../ir/type.ts';
import type { Kernel, Operand } from '../../ir/kernel.ts';
import type { CutAxis } from './cut.ts';

/** Which part of a tensor was written by a step that was cut along `axis`; undefined: by the first thread alone. */
export interface Share {
  readonly axis: CutAxis | undefined;
  readonly part: number;
}

/** How a tensor was written; parts add up to one, or to less where nothing is known. */
export type Spread = readonly Share[];

/**
 * Nanoseconds per byte. Measured in ResNet-18 (Zen 5, a word to the other processor and back in 1 µs): maps of 56×56×64 cut between channels,
 * of which each thread reads 400 kB from the other one, take 170 µs longer than alone; cut between rows, nothing.
 */
const nsPerByte = 0.4;

/** Estimated nanoseconds that the exchange costs the slowest part of the kernel cut along `axis`; undefined: the first thread, doing all of it. */
export function exchangeNs(
  kernel: Kernel,
  axis: CutAxis | undefined,
  threads: number,
  spreadOf: (operand: Operand) => Spread,
): number {
  if (kernel.kind === 'nest' || kernel.kind === 'matmul') return 0;
  const { input, output } = kernel.window;
  const inC = kernel.kind === 'conv' ? kernel.inC : kernel.channels;
  const outC = kernel.kind === 'conv' ? kernel.outC : kernel.channels;
  const bytes = kernel.kind !== 'pool' && kernel.integer ? 1 : 4;
  const tensors = kernel.epilogue?.operands.filter(({ per }) => per === 'tensor') ?? [];
  const x = fromOthers(axis, threads, spreadOf(kernel.x), axis === 'channels' ? 'all' : 'own');
  const others = tensors.map(({ operand }) => fromOthers(axis, threads, spreadOf(operand), 'own'));
  const beside = others.reduce((sum, part) => sum + part, 0) * sizeOf(output) * outC;
  return nsPerByte * bytes * (x * sizeOf(input) * inC + beside);
}

/** The part of a tensor that others have written among what a thread reads: all of the tensor, or its own range along `axis`. */
function fromOthers(
  axis: CutAxis | undefined,
  threads: number,
  spread: Spread,
  reads: 'all' | 'own',
): number {
  const parts = spread.map((made) => {
    if (axis === undefined) return made.axis === undefined ? 0 : (made.part * (threads - 1)) / threads;
    const written = made.axis === undefined ? 1 : (threads - 1) / threads;
    if (reads === 'all') return made.part * written;
    return made.axis === axis ? 0 : (made.part * written) / threads;
  });
  return parts.reduce((sum, part) => sum + part, 0);
}
