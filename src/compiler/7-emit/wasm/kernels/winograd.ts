/**
 * Winograd's F(m, 3) along one axis or two: for each block of tiles, transform the input of every tile into scratch memory; for each chunk of
 * channels transform the kernels and multiply, position by position; transform the products back with bias and epilogue. Tiles at the
 * edge of the map write only pixels that exist.
 */
import { panelRuns } from '../../../6-plan/algorithms/panels.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import {
  storedTaps,
  winogradShape,
  type WinogradShape,
  type WinogradTuning,
} from '../../../6-plan/algorithms/winograd-shape.ts';
import { biasFloats } from '../../../6-plan/algorithms/winograd-weights.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import { i32, select } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder } from '../assembler/index.ts';
import type { EmitContext, Emitter } from '../emit-context.ts';
import type { ConvKernel } from '../../../ir/kernel.ts';
import { axes3, convGeometry, pooled, type ConvGeometry } from './conv-geometry.ts';
import { directTable, type DirectLayer } from './direct-sums.ts';
import { finishPool } from './finish-pool.ts';
import { finishOf } from './finish.ts';
import { gemmDescriptor } from './gemm-tile.ts';
import { after, callWith, combineStrides, copyPointers, movePointers, type Strides } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';
import { kernelFunction } from './winograd-kernels.ts';
import { productsFunction, type PanelRun } from './winograd-products.ts';
import {
  channelSteps,
  distancesOf,
  inputStage,
  outputStage,
  placeOf,
  type Chunk,
  type Cursor,
  type InputRuns,
  type Place,
  type WinogradLayer,
} from './winograd-tiles.ts';

export const emitWinograd: Emitter = (step, { module, f, table }) => {
  const layer = layerOf(step, module, table);
  // Scratch is a pointer of its own here, whether or not the epilogue is deferred.
  const callee = sharedLayer(module, step, [layer.distances], () => layerFunction(module, layer));
  callWith(f, callee, [...layer.geometry.start, layer.direct]);
};

function layerOf(step: Step, { engine }: ModuleBuilder, table: EmitContext['table']): WinogradLayer {
  const { kernel } = step;
  if (kernel.kind !== 'conv') internal(`winograd of a ${kernel.kind} kernel`);
  const geometry = convGeometry(kernel, step);
  const [, row, column] = geometry.strides;
  const steps = (i: number): { row: number; column: number } => ({
    row: row[i] ?? 0,
    column: column[i] ?? 0,
  });
  const [, poolRows, poolColumns] = pooled(kernel);
  const out = { row: steps(2).row * poolRows, column: steps(2).column * poolColumns };
  const shape = winogradShape(kernel, step.tuning as unknown as WinogradTuning);
  const { down, across } = shape;
  const pixel = inputPixel(kernel, geometry);
  const input = { row: pixel.row * down.phases, column: pixel.column * across.phases };
  const operands = (kernel.epilogue?.operands ?? []).map((_, i) => steps(3 + i));
  return {
    kernel,
    shape,
    geometry,
    runs: inputRuns(kernel, shape, pixel),
    finish: finishOf(kernel.epilogue, out, operands, finishPool(kernel.pool, 'all')),
    descriptor: table(
      gemmDescriptor(
        { taps: [], run: { count: shape.depth, step: 4 } },
        {
          x: { row: 0, column: shape.inRow * 4 },
          out: { row: 0, column: shape.outRow * 4 },
          operands: [],
        },
      ),
    ),
    distances: table(distancesOf(shape, geometry.start.at(-1) ?? 0, input, [out, ...operands])),
    direct: directTable(directLayer(kernel, shape, geometry), { table }),
    together: engine.wide ? 2 : 1,
  };
}

/** Bytes from one pixel of the input to the next along each axis; from one plane of taps to the next. */
function inputPixel({ window }: ConvKernel, { strides }: ConvGeometry): DirectLayer['tap'] {
  const stride = axes3(window.stride, 1);
  const [plane, row, column] = strides.map(([x = 0], axis) => x / (stride[axis] ?? 1)) as [
    number,
    number,
    number,
  ];
  return { plane: plane * axes3(window.dilation, 1)[0], row, column };
}

/**
 * Planes and phases of the input, one behind the other; where pixels are dense, the phases of neighbouring pixels are one run. Chunks of input
 * channels have one plane each.
 */
function inputRuns(
  { inC }: ConvKernel,
  { depth, chunks, planes, down, across }: WinogradShape,
  pixel: DirectLayer['tap'],
): InputRuns {
  const isDense = pixel.column === inC * 4;
  const phases = range(down.phases).flatMap((row) =>
    range(isDense ? 1 : across.phases).map((column) => row * pixel.row + column * pixel.column),
  );
  const starts = range(planes.taps).map((plane) => plane * pixel.plane);
  if (chunks > 1) return { groups: starts, starts: [0], floats: depth };
  const all = starts.flatMap((plane) => phases.map((phase) => plane + phase));
  return { groups: [0], starts: all, floats: depth / all.length };
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Bytes from the first bias to the first kernel. */
function kernelsBehind({ outC }: ConvKernel, shape: WinogradShape): number {
  return shape.kernelsBehind ?? biasFloats(outC) * 4;
}

/** The layer for sums without transforms. */
function directLayer(kernel: ConvKernel, shape: WinogradShape, geometry: ConvGeometry): DirectLayer {
  const [x = 0, weights = 0] = geometry.start;
  const [[plane = 0], [row = 0], [column = 0]] = geometry.strides;
  const { down, across, vectors, finish } = shape;
  const [tapPlanes, tapRows, tapColumns] = axes3(kernel.window.kernel, 1);
  const taps = storedTaps(down) * storedTaps(across);
  return {
    x,
    pixel: { plane, row, column },
    tap: inputPixel(kernel, geometry),
    taps: { plane: tapPlanes, row: tapRows, column: tapColumns },
    inC: kernel.inC,
    outC: kernel.outC,
    weights: weights + kernelsBehind(kernel, shape),
    panel: vectors * lanes,
    lead: 0,
    groups: kernel.inC * tapPlanes * taps,
    steps: { channel: taps, plane: kernel.inC * taps, row: storedTaps(across), column: 1 },
    sums: (geometry.start.at(-1) ?? 0) + finish,
    biases: weights,
  };
}

/** Equal chunks, and how many of them. */
function chunkRuns({
  kernel,
  shape,
}: WinogradLayer): readonly { readonly chunk: Chunk; readonly count: number }[] {
  const full = Math.floor(kernel.outC / shape.channels);
  const rest = kernel.outC % shape.channels;
  const chunkOf = (channels: number): Chunk => ({
    channels,
    panels: panelRuns(channels, shape.vectors),
  });
  return [
    { chunk: chunkOf(shape.channels), count: full },
    { chunk: chunkOf(rest), count: rest > 0 ? 1 : 0 },
  ].filter(({ count }) => count > 0);
}

/** (input, weights, output, …operands, scratch, table of direct sums) → the layer. */
function layerFunction(m: ModuleBuilder, layer: WinogradLayer): FunctionRef {
  const { kernel, shape, geometry } = layer;
  const params = [...geometry.start.map(() => 'i32' as const), 'i32' as const];
  const { tiles } = shape;
  const input = inputStage(m, layer);
  const chunks = chunkRuns(layer).map(({ chunk, count }) => ({
    chunk,
    count,
    body: chunkFunction(m, layer, chunk),
  }));
  const ahead = shape.ahead ? transformKernels(m, layer, chunks[0]?.chunk.panels ?? []) : undefined;
  return m.function({ name: `winograd_${shape.tile}_${geometry.size.join('x')}`, params }, (f, ...locals) => {
    const [pointers, direct] = [locals.slice(0, -1), locals.at(-1) as Local<'i32'>];
    const [x, weights] = pointers as unknown as readonly [Local<'i32'>, Local<'i32'>];
    const scratch = pointers.at(-1) as Local<'i32'>;
    // Layers of equal shape share all code: what only one of them has is found by way of scratch memory.
    f.store(scratch, shape.lines - 4, direct);
    const kernels = f.let(i32.add(weights, kernelsBehind(kernel, shape)));
    ahead?.(f, { from: f.let(kernels), to: f.let(i32.add(scratch, shape.kernels)) });
    const reader = cursor(f, layer, [x], [0]);
    const writer = cursor(f, layer, pointers.slice(2, -1), outputIndices(layer));
    const first = f.i32();
    f.for(first, 0, tiles, shape.block, () => {
      const left = f.let(i32.sub(i32.const(tiles), first));
      const count = f.let(select(i32.ltU(left, i32.const(shape.block)), left, i32.const(shape.block)));
      eachTile(f, layer, { cursor: reader, strides: [0], count, scratch, step: shape.inRow * 4 }, (place) =>
        input(f, reader, place),
      );
      const moving = copyPointers(f, [kernels, weights, ...writer.pointers]);
      for (const { chunk, count: times, body } of chunks)
        f.for(f.i32(), 0, times, 1, () => {
          callWith(f, body, [scratch, ...moving, ...placeOf(writer), count]);
          movePointers(f, moving, chunkSteps(layer, chunk.channels));
        });
      skipTiles(f, layer, writer, count);
    });
  });
}

/** Bytes from one chunk of output channels to the next: kernels, biases, output, operands. */
function chunkSteps({ kernel, shape, finish }: WinogradLayer, channels: number): Strides {
  const taps = storedTaps(shape.down) * storedTaps(shape.across);
  const kernels = kernel.inC * shape.planes.taps * taps * channels * 4;
  return [kernels, channels * 4, ...channelSteps(finish, channels / lanes)];
}

/** Moves the cursor over `count` tiles. */
function skipTiles(f: FunctionBuilder, layer: WinogradLayer, over: Cursor, count: Local<'i32'>): void {
  const { shape } = layer;
  if (shape.block >= shape.tiles) return;
  const walk = { cursor: over, strides: outputIndices(layer), count, scratch: f.i32(), step: 0 };
  eachTile(f, layer, walk, () => undefined);
}

/**
 * (scratch, kernels, biases, output, …operands, plane of the first tile, its place down and across, number of tiles) → the products and the
 * output of one chunk of output channels of a block.
 */
function chunkFunction(m: ModuleBuilder, layer: WinogradLayer, chunk: Chunk): FunctionRef {
  const { shape, finish, descriptor } = layer;
  const { panels } = chunk;
  const transformed = shape.ahead ? undefined : transformKernels(m, layer, panels);
  const first = productsFunction(m, { shape, panels, start: 'zero', descriptor });
  const further = shape.chunks > 1 ? productsFunction(m, { shape, panels, start: 'sum', descriptor }) : first;
  const output = outputStage(m, layer, chunk);
  const params = Array<'i32'>(8 + finish.operands.length).fill('i32');
  return m.function({ name: `winograd_chunk_${chunk.channels}`, params }, (f, ...locals) => {
    const [scratch, kernels, bias, ...rest] = locals as unknown as readonly [
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      ...Local<'i32'>[],
    ];
    const [plane, down, across, count] = rest.slice(-4) as unknown as Four;
    const input = f.let(scratch);
    const products = f.let(i32.add(scratch, shape.products));
    const scratchKernels = f.let(i32.add(scratch, shape.kernels));
    // Bytes of one vector's kernels that the chunks of input channels before this one take.
    const done = f.i32();
    const multiply = (body: FunctionRef): void => {
      transformed?.(f, { from: f.let(kernels), to: f.let(scratchKernels), done });
      callWith(f, body, [input, scratchKernels, products]);
    };
    multiply(first);
    f.for(f.i32(), 1, shape.chunks, 1, () => {
      f.increment(input, shape.positions * shape.inPosition * 4);
      f.increment(done, shape.depth * shape.down.taps * shape.across.taps * lanes * 4);
      multiply(further);
    });
    const writer = { pointers: rest.slice(0, -4), plane, down, across };
    const walk = {
      cursor: writer,
      strides: outputIndices(layer),
      count,
      scratch: products,
      step: shape.outRow * 4,
    };
    eachTile(f, layer, walk, (place) => output(f, { cursor: writer, place, bias, scratch }));
  });
}

type Four = readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];

/** Kernels of the first of neighbouring panels, their place in scratch, and how much of every vector's kernels to skip. */
interface KernelPointers {
  readonly from: Local<'i32'>;
  readonly to: Local<'i32'>;
  readonly done?: Local<'i32'>;
}

/** Code that transforms the kernels of neighbouring panels; where there are phases, plane by plane and phase by phase. */
function transformKernels(
  m: ModuleBuilder,
  { kernel, shape }: WinogradLayer,
  panels: readonly PanelRun[],
): (f: FunctionBuilder, pointers: KernelPointers) => void {
  const { planes, down, across, depth } = shape;
  const taps = storedTaps(down) * storedTaps(across);
  const ofPlane = range(down.phases).flatMap((row) =>
    range(across.phases).map((column) => row * storedTaps(across) + column),
  );
  const phases =
    ofPlane.length === 1
      ? ofPlane
      : range(planes.taps).flatMap((plane) => ofPlane.map((tap) => plane * kernel.inC * taps + tap));
  const bodies = panels.map((run) => ({ ...run, body: kernelFunction(m, shape, run.vectors) }));
  return (f, { from, to, done }) => {
    for (const { vectors, count, body } of bodies)
      f.for(f.i32(), 0, count, 1, () => {
        const start = done ? i32.add(from, i32.mul(done, vectors)) : from;
        const bytes = vectors * lanes * 4;
        phases.forEach((tap, i) => {
          const [first, place] = [after(start, tap * bytes), after(to, i * kernel.inC * bytes)];
          callWith(f, body, [first, place, depth / phases.length, shape.kernelPosition * 4, vectors]);
        });
        movePointers(
          f,
          [from, to],
          [kernel.inC * planes.taps * taps * bytes, shape.kernelCount * shape.kernelPosition * 4],
        );
      });
  };
}

/** Indices of the output and the operands among the pointers of the geometry. */
function outputIndices({ finish }: WinogradLayer): readonly number[] {
  return [2, ...finish.operands.map((_, i) => 3 + i)];
}

/** At the first tile; `strides` of the geometry move the pointers. */
function cursor(
  f: FunctionBuilder,
  { shape, geometry }: WinogradLayer,
  starts: readonly Local<'i32'>[],
  strides: readonly number[],
): Cursor {
  const pointers = copyPointers(f, starts);
  const [plane, down, across] = [f.i32(), f.i32(), f.i32()];
  if (shape.firstTile > 0) {
    const column = strides.map((i) => geometry.strides[2][i] ?? 0);
    movePointers(f, pointers, column, shape.across.pixels * shape.firstTile);
    f.set(across, shape.firstTile);
  }
  return { pointers, plane, down, across };
}

interface Walk {
  readonly cursor: Cursor;
  /** Which strides of the geometry move the cursor's pointers. */
  readonly strides: readonly number[];
  readonly count: Local<'i32'>;
  /** First tile in scratch, and bytes from one to the next. */
  readonly scratch: Local<'i32'>;
  readonly step: number;
}

/** `body` for `count` tiles from the cursor on. */
function eachTile(f: FunctionBuilder, layer: WinogradLayer, walk: Walk, body: (place: Place) => void): void {
  const { shape, geometry } = layer;
  const { pointers, plane, down, across } = walk.cursor;
  const pick = (strides: Strides): Strides => walk.strides.map((i) => strides[i] ?? 0);
  const [planeStep, row, column] = geometry.strides;
  const place = { all: f.let(walk.scratch), inner: f.let(walk.scratch) };
  f.for(f.i32(), 0, walk.count, 1, () => {
    body(place);
    movePointers(f, [place.all, place.inner], [walk.step, walk.step]);
    f.increment(across, 1);
    movePointers(f, pointers, pick(column), shape.across.pixels);
    f.if(i32.eq(across, i32.const(shape.across.tiles)), () => {
      f.set(across, 0);
      f.increment(down, 1);
      f.increment(place.inner, -walk.step);
      const back = -shape.across.pixels * shape.across.tiles;
      movePointers(f, pointers, pick(combineStrides(row, shape.down.pixels, column, back)));
      if (shape.planes.count > 1)
        f.if(i32.eq(down, i32.const(shape.down.tiles)), () => {
          f.set(down, 0);
          f.increment(plane, 1);
          const up = -shape.down.pixels * shape.down.tiles;
          movePointers(f, pointers, pick(combineStrides(planeStep, 1, row, up)));
        });
    });
  });
}
