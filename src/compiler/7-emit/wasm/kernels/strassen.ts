/**
 * A 1 × 1 convolution as one level of Strassen's matrix product: for each block of pairs of pixels add up quarters of the input; for each
 * panel of output channels add up quarters of its kernels, multiply seven times, and add up the products with bias and epilogue.
 */
import { panelFloats, panelRuns } from '../../../6-plan/algorithms/panels.ts';
import {
  kernelSums,
  mapSize,
  rowsInPairs,
  productCount,
  strassenShape,
  type StrassenShape,
  type StrassenTuning,
} from '../../../6-plan/algorithms/strassen-shape.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Step } from '../../../6-plan/plan.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { internal } from '../../../diagnostics/internal.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import { convGeometry } from './conv-geometry.ts';
import { finishOf } from './finish.ts';
import { gemmDescriptor } from './gemm-tile.ts';
import { callWith, combineStrides, copyPointers, movePointers, type Strides } from './pointers.ts';
import { halfTable } from './strassen-direct.ts';
import {
  inputFunction,
  kernelsFunction,
  outputFunction,
  vectorsAtOnce,
  type StrassenLayer,
} from './strassen-sums.ts';
import { sharedLayer } from './shared-layer.ts';
import { wordsOf } from './strassen-words.ts';
import { rowsFunction } from './winograd-products.ts';

export const emitStrassen: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step, table);
  // Scratch is a pointer of its own here, whether or not the epilogue is deferred.
  const callee = sharedLayer(module, step, [layer.descriptor], () => layerFunction(module, layer));
  callWith(f, callee, [...layer.geometry.start, layer.words]);
};

function layerOf(step: Step, table: EmitContext['table']): StrassenLayer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`strassen of a ${kernel.kind} kernel`);
  const shape = strassenShape(kernel, step.tuning as unknown as StrassenTuning);
  const still = { row: 0, column: 0 };
  const steps = { x: { row: 0, column: shape.inRow * 4 }, out: { row: 0, column: shape.outRow * 4 } };
  const operands = (kernel.epilogue?.operands ?? []).map(() => still);
  const geometry = convGeometry(kernel, step);
  return {
    kernel,
    shape,
    geometry,
    finish: finishOf(kernel.epilogue, still, operands),
    descriptor: table(
      gemmDescriptor({ taps: [], run: { count: shape.depth, step: 4 } }, { ...steps, operands: [] }),
    ),
    words: wordsTable(kernel, shape, geometry.start, table),
  };
}

function wordsTable(
  { inC }: ConvKernel,
  shape: StrassenShape,
  start: readonly number[],
  table: EmitContext['table'],
): number {
  const { channels, vectors } = shape;
  const [, weights = 0] = start;
  const half = { weights, inC, channels, panel: vectors * lanes };
  return table(
    wordsOf({
      pixel: shape.words * 4,
      inHalf: shape.depth * 4,
      inRow: shape.inRow * 4,
      inPosition: shape.inPosition * 4,
      outHalf: channels * 4,
      outRow: shape.outRow * 4,
      outPosition: shape.outPosition * 4,
      direct1: halfTable(half, { table }),
      direct2: halfTable({ ...half, weights: weights + halfBytes(shape) }, { table }),
      sums: (start.at(-1) ?? 0) + shape.finish,
    }),
  );
}

/** (input, weights, output, …operands, scratch, words) → the layer. */
function layerFunction(m: ModuleBuilder, layer: StrassenLayer): FunctionRef {
  const { kernel, shape, geometry } = layer;
  const input = inputFunction(m, layer);
  const panels = panelRuns(shape.channels, shape.vectors).map((run) => ({
    ...run,
    body: panelFunction(m, layer, run.vectors),
  }));
  const params = [...geometry.start, layer.words].map(() => 'i32' as const);
  return m.function({ name: `strassen_${kernel.inC}x${kernel.outC}`, params }, (f, ...locals) => {
    const [pointers, words] = [locals.slice(0, -1), locals.at(-1) as Local<'i32'>];
    const scratch = pointers.at(-1) as Local<'i32'>;
    const weights = pointers[1] as Local<'i32'>;
    writeTable(f, layer, pointers);
    const [first, entry] = [f.i32(), f.let(scratch)];
    f.for(first, 0, shape.pairs, shape.block, () => {
      const left = f.let(i32.sub(i32.const(shape.pairs), first));
      const count = f.let(select(i32.ltU(left, i32.const(shape.block)), left, i32.const(shape.block)));
      const quarters = i32.add(scratch, shape.input);
      callWith(f, input, [entry, quarters, count, words]);
      const [panel, channel] = [f.let(weights), f.i32()];
      f.set(channel, 0);
      for (const { vectors, count: times, body } of panels)
        f.for(f.i32(), 0, times, 1, () => {
          callWith(f, body, [scratch, panel, channel, entry, count, words]);
          movePointers(f, [panel, channel], [panelBytes(kernel.inC, vectors), vectors * lanes * 4]);
        });
      f.increment(entry, shape.block * 2 * shape.words * 4);
    });
  });
}

/** Writes the addresses of all pixels, pair by pair. */
function writeTable(f: FunctionBuilder, layer: StrassenLayer, pointers: readonly Local<'i32'>[]): void {
  const { kernel, shape, geometry } = layer;
  const scratch = pointers.at(-1) as Local<'i32'>;
  const tabled = <T>(values: readonly T[]): readonly T[] => values.slice(0, -1).toSpliced(1, 1);
  const [row, column] = [tabled(geometry.strides[1]), tabled(geometry.strides[2])] as const;
  const [rows, columns] = mapSize(kernel);
  const moving = copyPointers(f, tabled(pointers));
  const entry = f.let(scratch);
  const write = (): void => {
    moving.forEach((pointer, i) => f.store(entry, i * 4, pointer));
    f.increment(entry, shape.words * 4);
  };
  /** `count` pairs, a pixel and the one `across` further, pairs `step` apart. */
  const pairs = (count: number, across: Strides, step: Strides): void =>
    f.for(f.i32(), 0, count, 1, () => {
      write();
      movePointers(f, moving, across);
      write();
      movePointers(f, moving, combineStrides(step, 1, across, -1));
    });
  const joined = rowsInPairs(kernel);
  f.for(f.i32(), 0, joined / 2, 1, () => {
    pairs(columns, row, column);
    movePointers(f, moving, combineStrides(row, 2, column, -columns));
  });
  f.for(f.i32(), 0, rows - joined, 1, () => {
    pairs(Math.floor(columns / 2), column, combineStrides(column, 2, column, 0));
    if (columns % 2 === 0) movePointers(f, moving, combineStrides(row, 1, column, -columns));
  });
  // Rows of odd length are at most one here.
  if (rows === joined || columns % 2 === 0) return;
  write();
  f.set(moving[1] as Local<'i32'>, i32.add(scratch, shape.spare));
  write();
}

/** (scratch, weights of a panel, its place in half a pixel, table entry, pairs, words) → a panel of both halves of the output channels. */
function panelFunction(m: ModuleBuilder, layer: StrassenLayer, vectors: number): FunctionRef {
  const { shape, finish } = layer;
  const half = halfBytes(shape);
  const width = vectors * lanes * 4;
  const quarter = shape.depth * width;
  const kernels = kernelsFunction(m);
  const multiply = productsOf(m, layer, vectors);
  const output = outputFunction(m, layer, vectors % vectorsAtOnce);
  const turns = Math.floor(vectors / vectorsAtOnce);
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.function({ name: `strassen_panel_${vectors * lanes}`, params }, (f, ...locals) => {
    const [scratch, weights, channel, entry, count, words] = locals;
    const from = f.let(i32.add(weights, width));
    callWith(f, kernels, [from, i32.add(scratch, shape.kernels), half, quarter, shape.kernelPosition * 4]);
    multiply(f, scratch, from, { half, quarter });
    const products = i32.add(scratch, shape.products);
    const biases = [weights, i32.add(weights, half)];
    const finishScratch = finish.deferred ? [i32.add(scratch, shape.finish)] : [];
    callWith(f, output, [entry, products, ...biases, channel, count, words, turns, ...finishScratch]);
  });
}

/** Code for the products of a panel whose kernels begin at `from`: with three quarters of the kernels in place, then with their sums. */
function productsOf(m: ModuleBuilder, { shape, descriptor }: StrassenLayer, vectors: number) {
  const product = rowsFunction(m, { shape, start: 'zero', descriptor }, shape.block, vectors);
  return (
    f: FunctionBuilder,
    scratch: Local<'i32'>,
    from: Local<'i32'>,
    { half, quarter }: { readonly half: number; readonly quarter: number },
  ): void => {
    const input = f.let(i32.add(scratch, shape.input));
    const out = f.let(i32.add(scratch, shape.products));
    const times = (kernel: Local<'i32'>, next: number): void => {
      callWith(f, product, [input, kernel, out]);
      movePointers(f, [input, kernel, out], [shape.inPosition * 4, next, shape.outPosition * 4]);
    };
    [quarter, half, 0].slice(0, productCount - kernelSums).forEach((next) => times(from, next));
    const sums = f.let(i32.add(scratch, shape.kernels));
    f.for(f.i32(), 0, kernelSums, 1, () => times(sums, shape.kernelPosition * 4));
  };
}

/** Bytes of a panel. */
function panelBytes(inC: number, vectors: number): number {
  return 4 * panelFloats({ first: 0, channels: vectors * lanes, vectors }, inC);
}

/** Bytes of the weights of one half of the output channels. */
function halfBytes({ channels, vectors, depth }: StrassenShape): number {
  return panelRuns(channels, vectors).reduce(
    (sum, run) => sum + run.count * panelBytes(2 * depth, run.vectors),
    0,
  );
}
