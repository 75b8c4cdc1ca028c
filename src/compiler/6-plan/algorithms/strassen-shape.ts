/**
 * How a Strassen layer is laid out in scratch memory: a table of its pixels, then for a block of them quarters of the input, for a panel sums
 * of its kernels, and products. Planner and code generator both derive it from the same few numbers.
 */
import type { ConvKernel } from '../../ir/kernel.ts';
import { finishScratchBytes } from './epilogue.ts';
import { oddLines } from './scratch-lines.ts';
import { lanes } from './tile.ts';

/** What the planner decides about a layer; becomes `Step.tuning`. */
export interface StrassenTuning {
  /** Vectors of a panel of output channels. */
  readonly vectors: number;
  /** Pairs of pixels of a block. */
  readonly block: number;
}

export interface StrassenShape extends StrassenTuning {
  /** Pairs of pixels; the last one may lack its second pixel. */
  readonly pairs: number;
  /** Input and output channels of a half. */
  readonly depth: number;
  readonly channels: number;
  /** Words of a pixel in the table: addresses of input, output and operands. */
  readonly words: number;
  /** Floats of a pixel in a quarter of the input, and in a product. */
  readonly inRow: number;
  readonly outRow: number;
  /** Floats from one quarter of the input, one product, one sum of kernels to the next. */
  readonly inPosition: number;
  readonly outPosition: number;
  readonly kernelPosition: number;
  /** Byte offsets; the table comes first. What a missing pixel would be goes to `spare`. */
  readonly spare: number;
  readonly input: number;
  /** Addresses of the kernels of every product; then the sums of kernels. */
  readonly factors: number;
  readonly kernels: number;
  readonly products: number;
  readonly finish: number;
  readonly bytes: number;
}

/** Products, and how many of them multiply with sums of kernels instead of kernels. */
export const productCount = 7;
export const kernelSums = 4;

/** The layout that follows from the decisions. */
export function strassenShape(kernel: ConvKernel, { vectors, block }: StrassenTuning): StrassenShape {
  const pairs = pairCount(kernel);
  const depth = kernel.inC / 2;
  const words = 2 + (kernel.epilogue?.operands.length ?? 0);
  const outRow = vectors * lanes;
  const inRow = depth < 256 ? depth : oddLines(depth);
  const inPosition = oddLines(block * inRow);
  const outPosition = oddLines(block * outRow);
  const kernelPosition = oddLines(depth * outRow);
  const spare = inLines(2 * pairs * words * 4);
  const input = spare + inLines(kernel.outC * 4);
  const factors = input + productCount * inPosition * 4;
  const kernels = factors + inLines(productCount * 4);
  const products = kernels + kernelSums * kernelPosition * 4;
  const finish = products + productCount * outPosition * 4;
  return {
    vectors,
    block,
    pairs,
    depth,
    channels: kernel.outC / 2,
    words,
    inRow,
    outRow,
    inPosition,
    outPosition,
    kernelPosition,
    spare,
    input,
    factors,
    kernels,
    products,
    finish,
    bytes: finish + finishScratchBytes,
  };
}

/** Rows and columns of the map; a signal is one row. */
export function mapSize({ window }: ConvKernel): readonly [rows: number, columns: number] {
  const [columns = 1, rows = 1] = window.output.toReversed();
  return [rows, columns];
}

/** Rows whose pixels are paired with those of the row below; pixels of the other rows are paired with their neighbours. */
export function rowsInPairs(kernel: ConvKernel): number {
  const [rows, columns] = mapSize(kernel);
  return columns % 2 === 0 ? 0 : rows - (rows % 2);
}

/** Neighbours in rows of even length; else pixels of the first and second row, the third and fourth, …; in an odd last row neighbours. */
export function pairCount(kernel: ConvKernel): number {
  const [rows, columns] = mapSize(kernel);
  const joined = rowsInPairs(kernel);
  return (joined * columns) / 2 + (rows - joined) * Math.ceil(columns / 2);
}

/** Parts of the map have the pairs of the whole if they begin at multiples of so many positions of the first axis. */
export function pairGrain(kernel: ConvKernel): number {
  const isSignal = kernel.window.output.length === 1;
  return isSignal || rowsInPairs(kernel) > 0 ? 2 : 1;
}

function inLines(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
