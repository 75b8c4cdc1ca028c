/**
 * Convolutions of one to three filters, see 6-plan/algorithms/few-filters.ts. A tile is a run of neighbouring pixels of a row, whose sums stay in
 * registers: four partial sums of a pixel where lanes are input channels, four pixels where lanes are pixels.
 */
import {
  biasFloats,
  channelVectors,
  fewFiltersCover,
  fewFiltersLayout,
  type FewFiltersLayout,
} from '../../../6-plan/algorithms/few-filters.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { internal } from '../../../diagnostics/internal.ts';
import type { ConvKernel, Epilogue } from '../../../ir/kernel.ts';
import { f32x4, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import type { Emitter } from '../emit-context.ts';
import { convGeometry, type ConvGeometry } from './conv-geometry.ts';
import { emitFinish, finishOf, type Finish } from './finish.ts';
import { emitPlanes, tileKey } from './plane.ts';
import { callWith, pointerTypes, type Pointers } from './pointers.ts';
import { sharedLayer } from './shared-layer.ts';

interface Layer {
  readonly kernel: ConvKernel;
  readonly geometry: ConvGeometry;
  readonly layout: FewFiltersLayout;
  /** The most pixels of a tile. */
  readonly pixels: number;
  readonly finish: Finish;
  /** A single filter whose pixels, and those of the operands, lie side by side: they are finished four at a time. */
  readonly isDense: boolean;
}

export const emitFewFilters: Emitter = (step, { module, f }) => {
  const layer = layerOf(step, module);
  const callee = sharedLayer(module, step, [], () => layerFunction(module, layer));
  callWith(f, callee, layer.geometry.start.slice(0, layerPointers(layer).length));
};

/** With scratch memory also where two sums are joined in it. */
function layerPointers({ finish, layout }: Layer): readonly 'i32'[] {
  return pointerTypes(finish, finish.deferred || layout.together === 2);
}

function layerOf(step: Step, { engine }: ModuleBuilder): Layer {
  const { kernel, tuning } = step;
  if (kernel.kind !== 'conv') internal(`few-filters of a ${kernel.kind} kernel`);
  const geometry = convGeometry(kernel, step);
  const column = geometry.strides[2];
  const { epilogue, outC } = kernel;
  const operands = epilogue?.operands ?? [];
  const isDense =
    outC === 1 && column[2] === 4 && operands.every(({ per }, i) => per !== 'tensor' || column[3 + i] === 4);
  const steps = (i: number): { row: number; column: number } => ({
    row: 0,
    column: isDense ? 0 : (column[i] ?? 0),
  });
  return {
    kernel,
    geometry,
    layout: fewFiltersLayout(kernel, engine),
    pixels: Number(tuning['pixels']),
    finish: finishOf(
      isDense ? acrossPixels(epilogue) : epilogue,
      steps(2),
      operands.map((_, i) => steps(3 + i)),
    ),
    isDense,
  };
}

/** For vectors of pixels of one filter: what belongs to the filter is one number. */
function acrossPixels(epilogue: Epilogue | undefined): Epilogue | undefined {
  return (
    epilogue && {
      ...epilogue,
      operands: epilogue.operands.map((operand) =>
        operand.per === 'channel' ? { ...operand, per: 'scalar' } : operand,
      ),
    }
  );
}

/** (pointers) → the whole layer. */
function layerFunction(module: ModuleBuilder, layer: Layer): FunctionRef {
  const { geometry } = layer;
  const [, rows, columns] = geometry.size;
  const cover = fewFiltersCover({ rows, columns }, { lanes: layer.layout.lanes, pixels: layer.pixels });
  const widths = new Set(cover.bands.flatMap(({ runs }) => runs.map(({ width }) => width)));
  const tiles = new Map([...widths].map((width) => [tileKey(1, width), tileFunction(module, layer, width)]));
  const name = `few_filters_${geometry.size.join('x')}`;
  return module.function({ name, params: layerPointers(layer) }, (f, ...pointers) =>
    emitPlanes(f, { geometry, cover, tiles: [tiles], pointers }),
  );
}

/** (pointers) → `width` pixels in a row, all filters. */
function tileFunction(m: ModuleBuilder, layer: Layer, width: number): FunctionRef {
  const { layout, finish } = layer;
  const { outC, together } = layout;
  const name = `few_filters_tile_${width}x${outC}`;
  return m.kernel({ name, params: layerPointers(layer) }, (f, ...pointers) => {
    const [x, weights, ...rest] = pointers as unknown as Pointers;
    const isAcross = layout.lanes === 'pixels';
    const count = isAcross ? Math.ceil(width / lanes) : width;
    const first = f.let(weights);
    const biasOf = (filter: number): V128 =>
      isAcross ? v128.load32Splat(first, filter * 4) : v128.load32Zero(first, filter * 4);
    const sums = startSums(f, { count, outC, together, biasOf });
    f.increment(weights, biasFloats * 4);
    const tile = { x, weights, sums, width };
    overTaps(f, layer, { x, weights, tap: isAcross ? pixelTap(f, layer, tile) : channelTap(f, layer, tile) });
    const whole = together === 1 ? sums.map(onlySums) : joined(f, sums, biasOf, rest.at(-1) as Local<'i32'>);
    finishTile(f, layer, {
      sums: whole,
      width,
      pointers: finish.deferred ? rest : rest.slice(0, 1 + finish.operands.length),
    });
  });
}

interface Start {
  readonly count: number;
  readonly outC: number;
  readonly together: number;
  readonly biasOf: (filter: number) => V128;
}

/** Sums that begin with the bias; two together begin alike, with zero, or V8 would not pair them. */
function startSums(
  f: FunctionBuilder,
  { count, outC, together, biasOf }: Start,
): readonly (readonly Sums[])[] {
  const filters = Array.from({ length: outC }, (_, j) => j);
  const sums = Array.from({ length: count }, () => filters.map(() => f.v128s(together)));
  // Locals start as zero.
  if (together > 1) return sums;
  const biases = filters.map((j) => f.let(biasOf(j)));
  sums.forEach((pixel) => pixel.forEach(([sum], j) => f.set(sum as Local<'v128'>, biases[j] as V128)));
  return sums;
}

function onlySums(filters: readonly Sums[]): readonly V128[] {
  return filters.map(([sum]) => sum as V128);
}

/** Two sums and the bias to one, by way of scratch memory: V8 pairs what is stored side by side. */
function joined(
  f: FunctionBuilder,
  sums: readonly (readonly Sums[])[],
  biasOf: (filter: number) => V128,
  scratch: Local<'i32'>,
): readonly (readonly V128[])[] {
  sums.flat(2).forEach((sum, i) => f.store(scratch, i * 16, sum));
  const biases = (sums[0] ?? []).map((_, j) => f.let(biasOf(j)));
  const load = (i: number): V128 => v128.load(scratch, i * 16);
  return sums.map((filters, i) =>
    filters.map((_, j) => {
      const at = 2 * (i * filters.length + j);
      return f.let(f32x4.add(f32x4.add(load(at), load(at + 1)), biases[j] as V128));
    }),
  );
}

/** Of one filter at one pixel or vector of pixels: one, or two that are multiplied together. */
type Sums = readonly Local<'v128'>[];

interface Tile {
  readonly x: Local<'i32'>;
  readonly weights: Local<'i32'>;
  /** By pixel or vector of pixels, then filter. */
  readonly sums: readonly (readonly Sums[])[];
  readonly width: number;
}

/** The code of one tap of the window: steps whose weights lie one behind the other. */
interface Tap {
  readonly steps: number;
  /** Bytes of input from step to step; of weights. */
  readonly inputStep: number;
  readonly weightStep: number;
  /** Step `index` (where it matters) with its input and weights at these displacements. */
  readonly emit: (index: number, input: number, weights: number) => void;
}

/** Steps that are straight code; longer runs are loops of `unroll` steps. */
const mostStraight = 16;
const unroll = 4;

/** Every tap of the window in order; leaves `x` where it was. */
function overTaps(
  f: FunctionBuilder,
  { geometry: { taps } }: Layer,
  { x, weights, tap }: Pick<Tile, 'x' | 'weights'> & { readonly tap: Tap },
): void {
  const straight = (from: number, to: number, input: number, behind: number): void => {
    for (let i = from; i < to; i++)
      tap.emit(i, input + (i - from) * tap.inputStep, behind + (i - from) * tap.weightStep);
  };
  const bytes = tap.steps * tap.weightStep;
  const one = (): void => {
    // The last step may be another one, so it is never in the loop.
    const turns = tap.steps > mostStraight ? Math.floor((tap.steps - 1) / unroll) : 0;
    f.for(f.i32(), 0, turns, 1, () => {
      straight(0, unroll, 0, 0);
      f.increment(x, unroll * tap.inputStep);
      f.increment(weights, unroll * tap.weightStep);
    });
    straight(turns * unroll, tap.steps, 0, 0);
    f.increment(x, -turns * unroll * tap.inputStep);
    f.increment(weights, bytes - turns * unroll * tap.weightStep);
  };
  const walk = (level: number): void => {
    const { count, step } = taps[level] ?? { count: 0, step: 0 };
    if (count === 0) return one();
    if (level === taps.length - 1 && count * tap.steps <= mostStraight) {
      for (let i = 0; i < count; i++) straight(0, tap.steps, i * step, i * bytes);
      f.increment(weights, count * bytes);
      return;
    }
    f.for(f.i32(), 0, count, 1, () => {
      walk(level + 1);
      f.increment(x, step);
    });
    f.increment(x, -count * step);
  };
  walk(0);
}

/** Four input channels of every pixel at a step; lanes beyond the last channel hold the next pixel's and count for nothing, NaN or not. */
function channelTap(
  f: FunctionBuilder,
  { layout: { inC, outC, together }, geometry }: Layer,
  { x, weights, sums }: Tile,
): Tap {
  const column = geometry.strides[2][0] ?? 0;
  const steps = channelVectors(inC) / together;
  const rest = inC % lanes;
  const held = rest === 0 ? undefined : f.let(v128.const(lanesBelow(rest)));
  const bytes = together * lanes * 4;
  return {
    steps,
    inputStep: bytes,
    weightStep: outC * bytes,
    emit: (index, input, behind) => {
      const kernels = Array.from({ length: outC }, (_, j) =>
        Array.from({ length: together }, (__, k) => f.let(v128.load(weights, behind + j * bytes + k * 16))),
      );
      const mask = index === steps - 1 ? held : undefined;
      sums.forEach((filters, pixel) => {
        const inputs = Array.from({ length: together }, (_, k) => {
          const loaded = v128.load(x, input + pixel * column + k * 16);
          return mask ? v128.and(loaded, mask) : loaded;
        });
        multiplyAdd(f, filters, inputs, kernels);
      });
    },
  };
}

function lanesBelow(count: number): readonly number[] {
  return Array.from({ length: lanes * 4 }, (_, byte) => (byte < count * 4 ? 0xff : 0));
}

/** One channel of four pixels at a step. */
function pixelTap(
  f: FunctionBuilder,
  { layout: { outC }, geometry }: Layer,
  { x, weights, sums, width }: Tile,
): Tap {
  const column = geometry.strides[2][0] ?? 0;
  return {
    steps: 1,
    inputStep: 0,
    weightStep: outC * 4,
    emit: (_, input, behind) => {
      const kernels = Array.from({ length: outC }, (__, j) => [
        f.let(v128.load32Splat(weights, behind + j * 4)),
      ]);
      sums.forEach((filters, group) => {
        const first = input + group * lanes * column;
        const count = Math.min(lanes, width - group * lanes);
        const loaded = column === 4 ? v128.load(x, first) : apart(x, { first, column, count });
        multiplyAdd(f, filters, [loaded], kernels);
      });
    },
  };
}

/** Pixels that do not lie side by side, because the map is part of a wider one. */
function apart(
  x: I32,
  { first, column, count }: { readonly first: number; readonly column: number; readonly count: number },
): V128 {
  let value = v128.load32Zero(x, first);
  for (let lane = 1; lane < count; lane++) value = v128.load32Lane(x, first + lane * column, value, lane);
  return value;
}

/** filters[j] += inputs · kernels[j] */
function multiplyAdd(
  f: FunctionBuilder,
  filters: readonly Sums[],
  inputs: readonly V128[],
  kernels: readonly (readonly V128[])[],
): void {
  const values = filters.length > 1 ? inputs.map((input) => f.let(input)) : inputs;
  filters.forEach((sums, j) =>
    sums.forEach((sum, k) => f.set(sum, f.fma(values[k] as V128, kernels[j]?.[k] as V128, sum))),
  );
}

interface FinishedTile {
  /** By pixel or vector of pixels, then filter. */
  readonly sums: readonly (readonly V128[])[];
  readonly width: number;
  /** Output, operands, and the scratch of a deferred finish. */
  readonly pointers: readonly Local<'i32'>[];
}

/** Sums to pixels, epilogue and store. */
function finishTile(
  f: FunctionBuilder,
  { layout: { outC, lanes: axis }, finish, isDense }: Layer,
  { sums, width, pointers }: FinishedTile,
): void {
  if (outC > 1) {
    const pixels = axis === 'channels' ? sums.map((filters) => added(f, filters)) : sums.flatMap(turned(f));
    const shape = { height: 1, width, vectors: 1, channels: outC };
    return emitFinish(f, finish, shape, pixels.slice(0, width).map(alone), pointers);
  }
  const all = sums.map(([sum]) => sum as V128);
  const vectors = axis === 'pixels' ? all : inFours(all).map((four) => added(f, four));
  if (isDense) {
    const shape = { height: 1, width: 1, vectors: vectors.length, channels: width };
    return emitFinish(f, finish, shape, [vectors], pointers);
  }
  const pixels = Array.from({ length: width }, (_, pixel) => {
    const [vector, lane] = [vectors[Math.floor(pixel / lanes)] as V128, pixel % lanes];
    return [f.let(v128.shuffle32(vector, vector, [lane, lane, lane, lane]))];
  });
  emitFinish(f, finish, { height: 1, width, vectors: 1, channels: 1 }, pixels, pointers);
}

function alone(value: V128): readonly V128[] {
  return [value];
}

function inFours(values: readonly V128[]): readonly (readonly V128[])[] {
  return Array.from({ length: Math.ceil(values.length / lanes) }, (_, i) =>
    values.slice(i * lanes, (i + 1) * lanes),
  );
}

/** Up to four vectors to one: lane i is the sum of the lanes of vector i. */
function added(f: FunctionBuilder, vectors: readonly V128[]): V128 {
  const vector = (i: number): V128 => vectors[i] ?? (vectors[0] as V128);
  const pair = (a: V128, b: V128): Local<'v128'> =>
    f.let(f32x4.add(v128.shuffle32(a, b, [0, 4, 1, 5]), v128.shuffle32(a, b, [2, 6, 3, 7])));
  const first = pair(vector(0), vector(1));
  const second = vectors.length > 2 ? pair(vector(2), vector(3)) : first;
  const [low, high] = [
    v128.shuffle32(first, second, [0, 1, 4, 5]),
    v128.shuffle32(first, second, [2, 3, 6, 7]),
  ];
  return f.let(f32x4.add(low, high));
}

/** Four pixels of every filter to the filters of every pixel. */
function turned(f: FunctionBuilder): (filters: readonly V128[]) => readonly V128[] {
  return ([a, b, c = a]) => {
    const [first, second, third] = [a as V128, b as V128, c as V128];
    return [0, 1, 2, 3].map((pixel) => {
      const pair = f.let(v128.shuffle32(first, second, [pixel, 4 + pixel, pixel, pixel]));
      return c === a ? pair : f.let(v128.shuffle32(pair, third, [0, 1, 4 + pixel, 4 + pixel]));
    });
  };
}
