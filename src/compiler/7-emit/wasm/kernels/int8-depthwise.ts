/**
 * Quantised depthwise convolution: one function per tile of neighbouring output pixels, which walks over the channels, sixteen at a time.
 * Up to four rows of the window are interleaved byte by byte, so that a channel's taps of one column are the four bytes that one instruction
 * multiplies and adds; each column is interleaved once and multiplied for every pixel that it touches.
 */
import { internal } from '../../../diagnostics/internal.ts';
import { evenCover } from '../../../6-plan/algorithms/cover.ts';
import { depthwiseInt8Layout, depthwisePixels } from '../../../6-plan/algorithms/int8-depthwise.ts';
import {
  headBytes,
  int8PanelBytes,
  int8Panels,
  type Int8Layout,
  type Int8Panel,
} from '../../../6-plan/algorithms/int8-panels.ts';
import type { Step } from '../../../6-plan/plan.ts';
import type { DepthwiseKernel, IntegerArithmetic } from '../../../ir/kernel.ts';
import { i16x8, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { Emitter } from '../emit-context.ts';
import { axes3, convGeometry, spatialStrides, type ConvGeometry } from './conv-geometry.ts';
import { channelBytes, emitInt8Finish, int8FinishOf, type Int8Finish } from './int8-finish.ts';
import { addProducts, startSums, sumOf, type Bytes, type Sum } from './int8-tile.ts';
import { emitPlanes, tileKey } from './plane.ts';
import { callWith, movePointers } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';

interface Layer {
  readonly layout: Int8Layout;
  readonly geometry: ConvGeometry;
  readonly finish: Int8Finish;
  /** Bytes from pixel to pixel of the output: input, output, operands. */
  readonly columns: readonly number[];
  /** Input offsets of the window's rows, of all axes but the last, in bytes. */
  readonly rows: readonly number[];
  /** Input offsets of the window's columns. */
  readonly taps: readonly number[];
}

export const emitInt8Depthwise: Emitter = (step, { module, f }) => {
  const { kernel } = step;
  if (kernel.kind !== 'depthwise' || !kernel.integer)
    return internal(`int8-depthwise of a ${kernel.kind} kernel`);
  const layer = layerOf(step, kernel, kernel.integer);
  const { start } = layer.geometry;
  const callee = sharedLayer(module, step, [], () => layerFunction(module, layer));
  callWith(f, callee, start.slice(0, pointerCount(layer)));
};

/** Input, weights, output, operands. */
function pointerCount({ finish }: Layer): number {
  return 3 + finish.operands.length;
}

/** (pointers) → the whole layer. */
function layerFunction(module: ModuleBuilder, layer: Layer): FunctionRef {
  const { geometry } = layer;
  const cover = evenCover(
    { rows: geometry.size[1], columns: geometry.size[2] },
    depthwisePixels(module.engine),
  );
  const widths = new Set(cover.bands.flatMap(({ runs }) => runs.map(({ width }) => width)));
  const tiles = new Map(
    [...widths].map((width) => [tileKey(1, width), tileFunction(module, layer, width)] as const),
  );
  const name = `int8_depthwise_${geometry.size.join('x')}`;
  const params = Array<'i32'>(pointerCount(layer)).fill('i32');
  return module.function({ name, params }, (g, ...pointers) =>
    emitPlanes(g, { geometry, cover, tiles: [tiles], pointers }),
  );
}

function layerOf(step: Step, kernel: DepthwiseKernel, { zero }: IntegerArithmetic): Layer {
  const geometry = convGeometry(kernel, step);
  const [x = 0, , ...others] = geometry.strides[2].slice(0, -1);
  const strides = spatialStrides(step.buffers[kernel.x] ?? internal('a kernel without input'));
  const [planes, rows, columns] = axes3(kernel.window.kernel, 1);
  const dilation = axes3(kernel.window.dilation, 1);
  const at = (axis: 0 | 1 | 2, i: number): number => i * strides[axis] * dilation[axis];
  return {
    layout: depthwiseInt8Layout(kernel, zero),
    geometry,
    finish: int8FinishOf(step, kernel.epilogue, kernel.out),
    columns: [x, ...others],
    rows: Array.from({ length: planes * rows }, (_, i) => at(0, Math.floor(i / rows)) + at(1, i % rows)),
    taps: Array.from({ length: columns }, (_, i) => at(2, i)),
  };
}

/** (pointers) → `width` output pixels in a row, all channels. */
function tileFunction(m: ModuleBuilder, layer: Layer, width: number): FunctionRef {
  const { layout, finish } = layer;
  const panels = int8Panels(layout);
  const params = Array<'i32'>(3 + finish.operands.length).fill('i32');
  return m.kernel({ name: `int8_depthwise_tile_${width}`, params }, (f, ...pointers) => {
    f.unfused();
    const turn = (panel: Int8Panel): void => emitTurn(f, m, layer, { width, panel, pointers });
    const [first] = panels;
    const last = panels.at(-1);
    if (!first || !last) return;
    const whole = last.channels === first.channels ? panels.length : panels.length - 1;
    f.for(f.i32(), 0, whole, 1, () => {
      turn(first);
      const across = channelBytes(finish, first.channels);
      movePointers(f, pointers, [first.channels, int8PanelBytes(first, layout), ...across]);
    });
    if (whole < panels.length) turn(last);
  });
}

interface Turn {
  readonly width: number;
  readonly panel: Int8Panel;
  readonly pointers: readonly Local<'i32'>[];
}

/** One panel of channels of all pixels: sums, epilogue and store. */
function emitTurn(
  f: FunctionBuilder,
  module: ModuleBuilder,
  layer: Layer,
  { width, panel, pointers }: Turn,
): void {
  const [x, weights, ...rest] = pointers as readonly [Local<'i32'>, Local<'i32'>, ...Local<'i32'>[]];
  const { finish, columns, taps, layout } = layer;
  const { vectors } = panel;
  const sums = startSums(f, { width, vectors }, weights);
  const groups = layout.order.kind === 'taps' ? layout.order.quads.length / taps.length : 1;
  for (const [position, uses] of columnUses(taps, width, columns[0] ?? 0))
    for (let group = 0; group < groups; group++) {
      const bytes = interleaved(f, {
        x,
        position,
        rows: layer.rows.slice(4 * group, 4 * group + 4),
        vectors,
      });
      for (const { pixel, tap } of uses)
        bytes.forEach((quad, j) => {
          const at = headBytes(panel) + ((tap * groups + group) * vectors + j) * 16;
          addProducts(f, sums[pixel]?.[j] ?? [], f.let(v128.load(weights, at)), quad);
        });
    }
  const pixels = Array.from({ length: width }, (_, p) =>
    rest.map((pointer, i) => (p === 0 ? pointer : neighbour(f, pointer, p * (columns[1 + i] ?? 0)))),
  );
  const whole = sums.map((row: readonly Sum[]) =>
    row.map((sum, j) => sumOf(f, sum, { base: weights, offset: j * 16 })),
  );
  emitInt8Finish(
    f,
    { module, finish, panel, factors: { base: weights, offset: vectors * 16 } },
    whole,
    pixels,
  );
}

function neighbour(f: FunctionBuilder, pointer: Local<'i32'>, bytes: number): Local<'i32'> {
  if (bytes === 0) return pointer;
  const moved = f.let(pointer);
  f.increment(moved, bytes);
  return moved;
}

/** For every input column from left to right: the pixels and taps that it is multiplied for. */
function columnUses(
  taps: readonly number[],
  pixels: number,
  column: number,
): readonly (readonly [number, readonly { readonly pixel: number; readonly tap: number }[]])[] {
  const uses = new Map<number, { pixel: number; tap: number }[]>();
  for (let pixel = 0; pixel < pixels; pixel++)
    taps.forEach((offset, tap) => {
      const at = pixel * column + offset;
      uses.set(at, [...(uses.get(at) ?? []), { pixel, tap }]);
    });
  return [...uses].sort(([a], [b]) => a - b);
}

interface Column {
  readonly x: Local<'i32'>;
  readonly position: number;
  /** At most four. */
  readonly rows: readonly number[];
  readonly vectors: number;
}

const low8 = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [i, 16 + i]);
const high8 = low8.map((i) => i + 8);
const low16 = [0, 1, 2, 3].flatMap((i) => [2 * i, 2 * i + 1, 16 + 2 * i, 17 + 2 * i]);
const high16 = low16.map((i) => i + 8);

/** Per vector of four channels the four rows' bytes of each channel; a missing row repeats another, because its weights are zero. */
function interleaved(f: FunctionBuilder, { x, position, rows, vectors }: Column): readonly Bytes[] {
  const loaded = rows.map((row) => f.let(v128.load(x, position + row)));
  const row = (i: number): V128 => loaded[Math.min(i, loaded.length - 1)] as V128;
  const quads: V128[] = [];
  for (const pattern of [low8, high8]) {
    if (quads.length >= vectors) break;
    const above = f.let(v128.shuffle8(row(0), row(1), pattern));
    const below = rows.length > 2 ? f.let(v128.shuffle8(row(2), row(3), pattern)) : above;
    quads.push(f.let(v128.shuffle8(above, below, low16)), f.let(v128.shuffle8(above, below, high16)));
  }
  return quads
    .slice(0, vectors)
    .map((quad) =>
      f.engine.relaxed ? [quad] : [f.let(i16x8.extendLow8x16U(quad)), f.let(i16x8.extendHigh8x16U(quad))],
    );
}
