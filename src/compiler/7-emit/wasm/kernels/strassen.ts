/**
 * A 1 × 1 convolution as one level of Strassen's matrix product: for each block of pairs of pixels add up quarters of the input; for each
 * panel of output channels add up quarters of its kernels, multiply seven times, and add up the products with bias and epilogue.
 */
import { coverPlane, type Run } from '../../../6-plan/algorithms/cover.ts';
import { panelFloats, panelRuns } from '../../../6-plan/algorithms/panels.ts';
import {
  mapSize,
  rowsInPairs,
  productCount,
  strassenShape,
  type StrassenShape,
  type StrassenTuning,
} from '../../../6-plan/algorithms/strassen-shape.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Engine, Step } from '../../../6-plan/plan.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { internal } from '../../../diagnostics/internal.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import { convGeometry } from './conv-geometry.ts';
import { finishOf } from './finish.ts';
import { gemmDescriptor, gemmTile } from './gemm-tile.ts';
import { boundedFinish, lowerBound } from './lower-bound.ts';
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
import { tileCount, wordOf, wordsOf, type Tiles, type Words } from './strassen-words.ts';

export const emitStrassen: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step, module, table);
  // Scratch is a pointer of its own here, whether or not the epilogue is deferred.
  const callee = sharedLayer(module, step, [], () => layerFunction(module, layer));
  callWith(f, callee, [...layer.geometry.start, layer.words]);
};

function layerOf(step: Step, { engine }: ModuleBuilder, table: EmitContext['table']): StrassenLayer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`strassen of a ${kernel.kind} kernel`);
  const shape = strassenShape(kernel, step.tuning as unknown as StrassenTuning);
  const still = { row: 0, column: 0 };
  const steps = { x: { row: 0, column: shape.inRow * 4 }, out: { row: 0, column: shape.outRow * 4 } };
  const operands = (kernel.epilogue?.operands ?? []).map(() => still);
  const geometry = convGeometry(kernel, step);
  const finish = finishOf(kernel.epilogue, still, operands);
  // Wide programs, which no page downloads, keep the constant.
  const bound = engine.wide ? undefined : lowerBound(kernel.epilogue);
  const descriptor = table(
    gemmDescriptor({ taps: [], run: { count: shape.depth, step: 4 } }, { ...steps, operands: [] }),
  );
  const tiles = panelRuns(shape.channels, shape.vectors).map(({ vectors }) =>
    blockCover(shape, vectors, engine).map(({ count }) => count),
  );
  return {
    kernel,
    shape,
    geometry,
    finish: bound === undefined ? finish : boundedFinish(finish),
    isBounded: bound !== undefined,
    words: wordsTable(kernel, { shape, start: geometry.start, bound, descriptor, tiles }, table),
  };
}

function wordsTable(
  { inC }: ConvKernel,
  {
    shape,
    start,
    bound = -Infinity,
    descriptor,
    tiles,
  }: {
    readonly shape: StrassenShape;
    readonly start: readonly number[];
    readonly bound: number | undefined;
    readonly descriptor: number;
    readonly tiles: Tiles;
  },
  table: EmitContext['table'],
): number {
  const { channels, vectors } = shape;
  const [, weights = 0] = start;
  const scratch = start.at(-1) ?? 0;
  const half = { weights, inC, channels, panel: vectors * lanes };
  const words = {
    pixel: shape.words * 4,
    inHalf: shape.depth * 4,
    inRow: shape.inRow * 4,
    inPosition: shape.inPosition * 4,
    outHalf: channels * 4,
    outRow: shape.outRow * 4,
    outPosition: shape.outPosition * 4,
    direct1: halfTable(half, { table }),
    direct2: halfTable({ ...half, weights: weights + halfBytes(shape) }, { table }),
    sums: scratch + shape.finish,
    quarters: scratch + shape.input,
    factors: scratch + shape.factors,
    kernelPosition: shape.kernelPosition * 4,
    products: scratch + shape.products,
    half: halfBytes(shape),
    descriptor,
    bound,
  };
  return table(wordsOf(words, tiles));
}

/** (input, weights, output, …operands, scratch, words) → the layer. */
function layerFunction(m: ModuleBuilder, layer: StrassenLayer): FunctionRef {
  const { kernel, shape, geometry } = layer;
  const input = inputFunction(m, layer);
  const panels = panelRuns(shape.channels, shape.vectors).map((run, kind) => ({
    ...run,
    body: panelFunction(m, layer, kind),
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
          callWith(f, body, [panel, channel, entry, count, words]);
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

/**
 * (weights of a panel, its place in half a pixel, table entry, pairs, words) → a panel of both halves of the output channels. Nothing of it is the
 * layer's own but what the words say, so that layers share it; `kind` is the place of its panels among the layer's.
 */
function panelFunction(m: ModuleBuilder, layer: StrassenLayer, kind: number): FunctionRef {
  const { vectors, cover, tiles } = panelKind(m, layer, kind);
  const width = vectors * lanes * 4;
  const kernels = kernelsFunction(m, layer);
  const output = outputFunction(m, layer, vectors % vectorsAtOnce);
  const turns = Math.floor(vectors / vectorsAtOnce);
  const params = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return m.function({ name: `strassen_panel_${vectors * lanes}`, params }, (f, ...locals) => {
    const [weights, channel, entry, count, words] = locals;
    const word = (name: keyof Words): Local<'i32'> => wordOf(f, words, name);
    const [factors, half, products] = [word('factors'), word('half'), word('products')];
    const quarter = i32.mul(word('inHalf'), i32.const(vectors * lanes));
    callWith(f, kernels, [i32.add(weights, width), factors, half, quarter, word('kernelPosition')]);
    const [input, out] = [word('quarters'), f.let(products)];
    const steps = { input: word('inRow'), out: word('outRow') };
    f.for(f.i32(), 0, productCount, 1, () => {
      const [x, kernel, sums] = [f.let(input), f.let(i32.load(factors)), f.let(out)];
      cover.forEach((run, i) =>
        f.for(f.i32(), 0, tileCount(f, words, kind, i), 1, () => {
          callWith(f, tiles[i] as FunctionRef, [x, kernel, sums, word('descriptor')]);
          f.increment(x, i32.mul(steps.input, i32.const(run.width)));
          f.increment(sums, i32.mul(steps.out, i32.const(run.width)));
        }),
      );
      f.increment(factors, 4);
      f.increment(input, word('inPosition'));
      f.increment(out, word('outPosition'));
    });
    const biases = [weights, i32.add(weights, half)];
    const finishScratch = layer.finish.deferred ? [word('sums')] : [];
    callWith(f, output, [entry, products, ...biases, channel, count, words, turns, ...finishScratch]);
  });
}

interface PanelKind {
  readonly vectors: number;
  /** The pairs of a block as tiles of one row, and the code of each run's. */
  readonly cover: readonly Run[];
  readonly tiles: readonly FunctionRef[];
}

function panelKind(m: ModuleBuilder, { shape }: StrassenLayer, kind: number): PanelKind {
  const { vectors } = panelRuns(shape.channels, shape.vectors)[kind] ?? internal('a layer without panels');
  const cover = blockCover(shape, vectors, m.engine);
  const tiles = cover.map(({ width }) =>
    gemmTile(m, {
      shape: { height: 1, width, vectors, channels: vectors * lanes },
      reduction: { taps: [], run: { count: shape.depth, step: 4 } },
      start: 'zero',
      finish: finishOf(undefined, { row: 0, column: 0 }, []),
    }),
  );
  return { vectors, cover, tiles };
}

/** The pairs of a block in tiles next to panels of `vectors` vectors. */
function blockCover({ block, depth }: StrassenShape, vectors: number, engine: Engine): readonly Run[] {
  const [band] = coverPlane({ rows: 1, columns: block }, vectors, depth, engine).bands;
  return band?.runs ?? [];
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
