/**
 * The micro-kernel of every matrix product: a function that computes one register tile (pixels × vectors of output channels) from
 * the input in place and one panel of weights, then applies the epilogue and stores. Accumulators never leave registers on the way.
 * Layout of the inner loop after XNNPACK's f32-gemm "loadsplat" kernels; the walk over window taps replaces its pointer table.
 *
 * Strides and lengths come from a descriptor in memory, so that a network needs one function per tile shape and epilogue, not one
 * per layer. V8 makes the same inner loop of it: a splat folds no displacement anyway.
 */
import { tileRegisters } from '../../../6-plan/algorithms/tile.ts';
import type { Engine } from '../../../6-plan/plan.ts';
import { i32, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, I32, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import { emitFinish, withSteps, type Finish, type PixelSteps } from './finish.ts';

/** `count` repetitions, `step` bytes apart in the input. */
export interface Walk {
  readonly count: number;
  readonly step: number;
}

/** How the sum runs over the input of one pixel: window taps, outermost first, and the innermost run of adjacent floats. */
export interface Reduction {
  readonly taps: readonly Walk[];
  readonly run: Walk;
}

/** A tile of height × width pixels and `vectors` vectors of output channels, of which `channels` exist. */
export interface TileShape {
  readonly height: number;
  readonly width: number;
  readonly vectors: number;
  readonly channels: number;
}

/** What the code of a tile depends on; equal tiles are one function of the module. */
export interface GemmTile {
  readonly shape: TileShape;
  readonly reduction: Reduction;
  /** Accumulators start from the biases at the head of the panel, from zero, or from what the output holds. */
  readonly start: 'panel' | 'zero' | 'sum';
  /** Its steps are ignored: they come from the descriptor. */
  readonly finish: Finish;
}

/** Strides of a layer in bytes: input, output and operands of the epilogue across and down. */
export interface GemmSteps {
  readonly x: PixelSteps;
  readonly out: PixelSteps;
  readonly operands: readonly PixelSteps[];
}

type Accumulators = readonly (readonly Local<'v128'>[])[];

/** Runs up to this length are straight code. */
export const longestStraightRun = 8;
/** Multiply-adds per turn of the inner loop. */
const unroll = 4;

/**
 * The words of a layer's descriptor: bytes of the inner loop; for every window level its extent and the way from the end of one
 * repetition to the next; then columns and rows of input, output and operands.
 */
export function gemmDescriptor({ taps, run }: Reduction, steps: GemmSteps): Int32Array {
  const extents = [...taps, run].map(({ count, step }) => count * step);
  const levels = taps.flatMap(({ step }, level) => [extents[level] ?? 0, step - (extents[level + 1] ?? 0)]);
  const inner = Math.floor(run.count / unroll) * unroll * run.step;
  const pixels = [steps.x, steps.out, ...steps.operands].flatMap(({ column, row }) => [column, row]);
  return Int32Array.from([inner, ...levels, ...pixels].map(Number));
}

/** Reads the descriptor. */
interface Descriptor {
  readonly inner: I32;
  readonly extent: (level: number) => I32;
  readonly back: (level: number) => I32;
  /** 0 input, 1 output, 2… operands. */
  readonly steps: (index: number) => { readonly column: I32; readonly row: I32 };
}

function descriptorAt(base: Local<'i32'>, levels: number): Descriptor {
  const word = (index: number): I32 => i32.load(base, index * 4);
  return {
    inner: word(0),
    extent: (level) => word(1 + 2 * level),
    back: (level) => word(2 + 2 * level),
    steps: (index) => ({ column: word(1 + 2 * (levels + index)), row: word(2 + 2 * (levels + index)) }),
  };
}

/** The function of a tile: (x, weights, out, one pointer per epilogue operand, scratch if deferred, descriptor). */
export function gemmTile(m: ModuleBuilder, tile: GemmTile): FunctionRef {
  const { height, width, vectors } = tile.shape;
  const name = `tile_${height}x${width}x${vectors * 4}`;
  const count = 4 + tile.finish.operands.length + (tile.finish.deferred ? 1 : 0);
  return m.kernel({ name, params: Array<'i32'>(count).fill('i32') }, (f, ...params) => {
    const [x, weights, ...rest] = params as unknown as readonly [
      Local<'i32'>,
      Local<'i32'>,
      ...Local<'i32'>[],
    ];
    const descriptor = descriptorAt(rest.pop() as Local<'i32'>, tile.reduction.taps.length);
    const accumulators =
      tile.start === 'sum'
        ? loadSums(f, tile.shape, rest[0] as Local<'i32'>, descriptor.steps(1))
        : startAccumulators(f, tile, weights);
    const inputs = pixelPointers(f, tile.shape, x, descriptor.steps(0));
    accumulate(f, { tile, inputs, weights, accumulators, descriptor });
    const finish = withSteps(f, tile.finish, tile.shape, (index) => descriptor.steps(1 + index));
    emitFinish(f, finish, tile.shape, accumulators, rest);
  });
}

/** Biases of the panel (or zeros) in every accumulator; moves `weights` behind them. */
function startAccumulators(f: FunctionBuilder, tile: GemmTile, weights: Local<'i32'>): Accumulators {
  const { height, width, vectors } = tile.shape;
  const rows = Array.from({ length: height * width }, () => f.v128s(vectors));
  // Locals start as zero.
  if (tile.start === 'zero') return rows;
  const [first = [], ...others] = rows;
  first.forEach((local, j) => f.set(local, v128.load(weights, j * 16)));
  others.forEach((row) => row.forEach((local, j) => f.set(local, first[j] as V128)));
  f.increment(weights, vectors * 16);
  return rows;
}

/** The output's values in the accumulators. */
function loadSums(
  f: FunctionBuilder,
  shape: TileShape,
  out: Local<'i32'>,
  steps: { readonly column: I32; readonly row: I32 },
): Accumulators {
  return pixelPointers(f, shape, out, steps).map((pixel) =>
    Array.from({ length: shape.vectors }, (_, j) => f.let(v128.load(pixel, j * 16))),
  );
}

/** A pointer to each pixel, row by row. */
function pixelPointers(
  f: FunctionBuilder,
  { height, width }: TileShape,
  x: Local<'i32'>,
  steps: { readonly column: I32; readonly row: I32 },
): readonly Local<'i32'>[] {
  const column = width > 1 ? f.let(steps.column) : x;
  const pointers: Local<'i32'>[] = [];
  let first = x;
  for (let row = 0; row < height; row++) {
    if (row > 0) first = f.let(i32.add(first, steps.row));
    pointers.push(first);
    for (let i = 1; i < width; i++) pointers.push(f.let(i32.add(pointers.at(-1) as I32, column)));
  }
  return pointers;
}

interface Sum {
  readonly tile: GemmTile;
  readonly inputs: readonly Local<'i32'>[];
  readonly weights: Local<'i32'>;
  readonly accumulators: Accumulators;
  readonly descriptor: Descriptor;
}

/** All taps; leaves the pointers behind the last one. */
function accumulate(f: FunctionBuilder, sum: Sum): void {
  const { descriptor, inputs } = sum;
  const nest = (level: number): void => {
    if (level === sum.tile.reduction.taps.length) return sumRun(f, sum);
    untilEnd(f, sum, descriptor.extent(level), () => {
      nest(level + 1);
      const back = f.let(descriptor.back(level));
      inputs.forEach((pointer) => f.increment(pointer, back));
    });
  };
  nest(0);
}

/** Repeats `body`, which moves the input pointers, until they have moved by `bytes`; at least once. */
function untilEnd(f: FunctionBuilder, { inputs }: Sum, bytes: I32, body: () => void): void {
  const lead = inputs[0] as Local<'i32'>;
  const end = f.let(i32.add(lead, bytes));
  f.loop((again) => {
    body();
    f.branchIf(again, i32.ne(lead, end));
  });
}

/** The innermost run: straight where short, else a loop unrolled by a few steps and the rest of them. */
function sumRun(f: FunctionBuilder, sum: Sum): void {
  const { run } = sum.tile.reduction;
  const steps = (count: number): void => {
    for (let k = 0; k < count; k++) multiplyAdd(f, sum, k);
    sum.inputs.forEach((pointer) => f.increment(pointer, count * run.step));
    f.increment(sum.weights, count * sum.tile.shape.vectors * 16);
  };
  if (run.count <= longestStraightRun) return steps(run.count);
  untilEnd(f, sum, sum.descriptor.inner, () => steps(unroll));
  if (run.count % unroll > 0) steps(run.count % unroll);
}

/** accumulators += input[pixel, k] · weights[k, vector]: the side with fewer registers is held, the other one streamed. */
function multiplyAdd(f: FunctionBuilder, sum: Sum, k: number): void {
  const { shape, reduction } = sum.tile;
  const pixels = sum.inputs.map((pointer) => v128.load32Splat(pointer, k * reduction.run.step));
  const weights = Array.from({ length: shape.vectors }, (_, j) =>
    v128.load(sum.weights, (k * shape.vectors + j) * 16),
  );
  const add = (i: number, j: number, a: V128, b: V128): void => {
    const accumulator = sum.accumulators[i]?.[j] as Local<'v128'>;
    f.set(accumulator, f.fma(a, b, accumulator));
  };
  if (holdsPixels(shape, f.engine)) {
    const held = pixels.map((pixel) => f.let(pixel));
    weights.forEach((load, j) => {
      const b = held.length > 1 ? f.let(load) : load;
      held.forEach((a, i) => add(i, j, a, b));
    });
  } else {
    const held = weights.map((load) => f.let(load));
    pixels.forEach((load, i) => {
      const a = held.length > 1 ? f.let(load) : load;
      held.forEach((b, j) => add(i, j, a, b));
    });
  }
}

/** Whether the tile's pixels take fewer registers than its vectors (pairs of them on wide engines). */
function holdsPixels({ height, width, vectors }: TileShape, engine: Engine): boolean {
  const across =
    tileRegisters({ pixels: 1, vectors }, engine) - tileRegisters({ pixels: 1, vectors: 0 }, engine);
  return height * width < across;
}
