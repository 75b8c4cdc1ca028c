/**
 * Depthwise convolution: one function per tile of neighbouring output pixels, which walks over all channels, a vector or two at a
 * time. Input vectors are loaded once per window row and feed every pixel they touch. A channel multiplier spreads input channels
 * over lanes by constant shuffles.
 */
import { evenCover } from '../../../6-plan/algorithms/cover.ts';
import { holdsRow, pixelsWithoutConflicts } from '../../../6-plan/algorithms/depthwise.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { DepthwiseKernel } from '../../../ir/kernel.ts';
import { f32x4, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { Emitter } from '../emit-context.ts';
import { axes3, convGeometry, spatialStrides, type ConvGeometry } from './conv-geometry.ts';
import { emitFinish, finishOf, type Finish } from './finish.ts';
import { emitPlanes, tileKey } from './plane.ts';
import { callWith, copyPointers, movePointers, pointerTypes, type Pointers } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';

interface Layer {
  readonly kernel: DepthwiseKernel;
  readonly geometry: ConvGeometry;
  readonly finish: Finish;
  /** Vectors of output channels of one turn. */
  readonly vectors: number;
  /** The window's taps by row: input byte offsets from the first tap. */
  readonly rows: readonly (readonly number[])[];
}

export const emitDepthwise: Emitter = (step, { module, f }) => {
  const layer = layerOf(step);
  const callee = sharedLayer(module, step, [], () =>
    layerFunction(module, layer, Number(step.tuning['pixels'])),
  );
  callWith(f, callee, layer.geometry.start.slice(0, pointerTypes(layer.finish).length));
};

/** (pointers) → the whole layer. `pixels`: the most of a tile. */
function layerFunction(module: ModuleBuilder, layer: Layer, pixels: number): FunctionRef {
  const cover = evenCover(coverSize(layer.geometry), tilePixels(layer, pixels));
  const types = pointerTypes(layer.finish);
  const tiles = new Map(
    cover.bands.flatMap(({ runs }) =>
      runs.map(({ width }) => [tileKey(1, width), tileFunction(module, layer, width)] as const),
    ),
  );
  const name = `depthwise_${layer.geometry.size.join('x')}`;
  return module.function({ name, params: types }, (g, ...pointers) =>
    emitPlanes(g, { geometry: layer.geometry, cover, tiles: [tiles], pointers }),
  );
}

function coverSize({ size }: ConvGeometry): { rows: number; columns: number } {
  return { rows: size[1], columns: size[2] };
}

/** Pixels of a tile: as many as fit the registers and do not fight for cache sets. */
function tilePixels({ kernel, geometry, rows }: Layer, limit: number): number {
  const [columns = 1] = kernel.window.kernel.toReversed();
  const [stride = 1] = kernel.window.stride.toReversed();
  const pixelBytes = (geometry.strides[2][0] ?? 0) / stride;
  return pixelsWithoutConflicts(
    limit,
    pixelBytes,
    (pixels) => rows.length * ((pixels - 1) * stride + columns),
  );
}

function layerOf(step: Step): Layer {
  const { kernel } = step;
  if (kernel.kind !== 'depthwise') internal(`depthwise of a ${kernel.kind} kernel`);
  const geometry = convGeometry(kernel, step);
  const column = geometry.strides[2];
  const operands = kernel.epilogue?.operands ?? [];
  const steps = (i: number): { row: number; column: number } => ({ row: 0, column: column[i] ?? 0 });
  return {
    kernel,
    geometry,
    finish: finishOf(
      kernel.epilogue,
      steps(2),
      operands.map((_, i) => steps(3 + i)),
    ),
    vectors: Number(step.tuning['vectors']),
    rows: windowRows(kernel, step),
  };
}

/** Byte offsets of the taps, row by row of the window. */
function windowRows({ window, x }: DepthwiseKernel, step: Step): readonly (readonly number[])[] {
  const strides = spatialStrides(step.buffers[x] ?? internal('a kernel without input'));
  const [planes, rows, columns] = axes3(window.kernel, 1);
  const dilation = axes3(window.dilation, 1);
  const at = (axis: 0 | 1 | 2, i: number): number => i * strides[axis] * dilation[axis];
  return Array.from({ length: planes * rows }, (_, row) =>
    Array.from(
      { length: columns },
      (_, tap) => at(0, Math.floor(row / rows)) + at(1, row % rows) + at(2, tap),
    ),
  );
}

/** (pointers) → `width` output pixels in a row, all channels. */
function tileFunction(m: ModuleBuilder, layer: Layer, width: number): FunctionRef {
  const { finish, vectors, kernel } = layer;
  const outC = kernel.channels * kernel.multiplier;
  const turn = vectors * lanes;
  const turns = Math.floor(outC / turn);
  const name = `depthwise_tile_${width}`;
  return m.kernel({ name, params: pointerTypes(finish) }, (f, ...params) => {
    const pointers = params as unknown as Pointers;
    const strides = turnStrides(layer);
    f.for(f.i32(), 0, turns, 1, () => {
      emitTurn(f, layer, { width, channels: turn, pointers });
      movePointers(f, pointers, strides);
    });
    if (outC % turn > 0) emitTurn(f, layer, { width, channels: outC % turn, pointers });
  });
}

/** How far the pointers move with each turn. Weights are read in the order of the turns: biases, then taps. */
function turnStrides({ kernel, vectors, finish, rows }: Layer): readonly number[] {
  const channels = vectors * lanes;
  const taps = rows.length * (rows[0]?.length ?? 1);
  const operands = finish.operands.map(({ per }) => (per === 'scalar' ? 0 : channels * 4));
  return [(channels / kernel.multiplier) * 4, (taps + 1) * channels * 4, channels * 4, ...operands, 0];
}

interface Turn {
  readonly width: number;
  readonly channels: number;
  readonly pointers: Pointers;
}

/** One turn: biases, all taps, epilogue and store. */
function emitTurn(f: FunctionBuilder, layer: Layer, { width, channels, pointers }: Turn): void {
  const [, weights, ...rest] = pointers;
  const vectors = Math.ceil(channels / lanes);
  const sums = Array.from({ length: width }, () => f.v128s(vectors));
  const biases = Array.from({ length: vectors }, (_, j) => f.let(v128.load(weights, j * 16)));
  sums.forEach((pixel) => pixel.forEach((sum, j) => f.set(sum, biases[j] as V128)));
  layer.rows.forEach((_, row) => emitWindowRow(f, layer, { row, sums, pointers, vectors }));
  const shape = { height: 1, width, vectors, channels };
  // A deferred finish moves its pointers.
  emitFinish(f, layer.finish, shape, sums, layer.finish.deferred ? copyPointers(f, rest) : rest);
}

interface WindowRow {
  readonly row: number;
  readonly sums: readonly (readonly Local<'v128'>[])[];
  readonly pointers: Pointers;
  readonly vectors: number;
}

/** Adds one row of the window to all pixels: input positions from left to right, each feeding every tap it falls on. */
function emitWindowRow(f: FunctionBuilder, layer: Layer, { row, sums, pointers, vectors }: WindowRow): void {
  const [x, weights] = pointers;
  const offsets = layer.rows[row] ?? [];
  const column = layer.geometry.strides[2][0] ?? 0;
  const weight = (tap: number, j: number): V128 =>
    v128.load(weights, ((1 + row * offsets.length + tap) * vectors + j) * 16);
  if (!holdsRow(offsets.length, f.engine)) {
    offsets.forEach((offset, tap) => {
      const held = Array.from({ length: vectors }, (_, j) => f.let(weight(tap, j)));
      sums.forEach((pixel, p) =>
        pixel.forEach((sum, j) =>
          f.set(sum, f.fma(inputVector(layer, x, offset + p * column, j), held[j] as V128, sum)),
        ),
      );
    });
    return;
  }
  const held = offsets.map((_, tap) => Array.from({ length: vectors }, (_, j) => f.let(weight(tap, j))));
  for (const [at, uses] of inputUses(offsets, sums.length, column)) {
    const inputs = Array.from({ length: vectors }, (_, j) => f.let(inputVector(layer, x, at, j)));
    for (const { pixel, tap } of uses)
      sums[pixel]?.forEach((sum, j) => f.set(sum, f.fma(inputs[j] as V128, held[tap]?.[j] as V128, sum)));
  }
}

/** For every input offset of a window row, from left to right: the pixels and taps that it is multiplied for. */
function inputUses(
  offsets: readonly number[],
  pixels: number,
  column: number,
): readonly (readonly [number, readonly { readonly pixel: number; readonly tap: number }[]])[] {
  const uses = new Map<number, { pixel: number; tap: number }[]>();
  for (let pixel = 0; pixel < pixels; pixel++)
    offsets.forEach((offset, tap) => {
      const at = pixel * column + offset;
      uses.set(at, [...(uses.get(at) ?? []), { pixel, tap }]);
    });
  return [...uses].sort(([a], [b]) => a - b);
}

/** Input of the j-th vector of output channels at a byte offset: lane l is input channel ⌊(4j + l) / multiplier⌋. */
function inputVector({ kernel }: Layer, x: Local<'i32'>, offset: number, j: number): V128 {
  const { multiplier } = kernel;
  if (multiplier === 1) return v128.load(x, offset + j * 16);
  const channel = (lane: number): number => Math.floor((j * lanes + lane) / multiplier);
  const first = channel(0);
  if (channel(lanes - 1) === first) return v128.load32Splat(x, offset + first * 4);
  const loaded = v128.load(x, offset + first * 4);
  const lane = (l: number): number => channel(l) - first;
  return v128.shuffle32(loaded, f32x4.const(0), [lane(0), lane(1), lane(2), lane(3)]);
}
