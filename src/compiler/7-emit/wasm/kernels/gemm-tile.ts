/**
 * The micro-kernel of every matrix product: a function that computes one register tile (pixels × vectors of output channels) from
 * the input in place and one panel of weights, then applies the epilogue and stores. Accumulators never leave registers on the way.
 * Layout of the inner loop after XNNPACK's f32-gemm "loadsplat" kernels; the walk over window taps replaces its pointer table.
 */
import { tileRegisters } from '../../../6-plan/algorithms/tile.ts';
import type { Engine } from '../../../6-plan/plan.ts';
import { i32, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder, V128 } from '../assembler/index.ts';
import { emitFinish, type Finish } from './finish.ts';
import { pointerTypes, type Pointers } from './pointers.ts';

/** `count` repetitions, `step` bytes apart in the input. */
export interface Walk {
  readonly count: number;
  readonly step: number;
}

/** How the sum runs over the input of one pixel, outermost first; the weights are read from front to back meanwhile. */
export interface Reduction {
  readonly taps: readonly Walk[];
  /** Multiply-adds of the innermost run, and the bytes from one to the next. */
  readonly run: Walk;
  /** Bytes of weights from one multiply-add to the next: the panel's width where it is packed. */
  readonly weightStep: number;
}

/** A tile of height × width pixels and `vectors` vectors of output channels, of which `channels` exist. */
export interface TileShape {
  readonly height: number;
  readonly width: number;
  readonly vectors: number;
  readonly channels: number;
}

/** Everything the code of a tile depends on; equal tiles are one function of the module. */
export interface GemmTile {
  readonly shape: TileShape;
  /** Input bytes from one pixel to the next, across and down. */
  readonly xColumn: number;
  readonly xRow: number;
  readonly reduction: Reduction;
  /** `panel`: accumulators start from the biases at the head of the panel. */
  readonly start: 'panel' | 'zero';
  readonly finish: Finish;
}

type Accumulators = readonly (readonly Local<'v128'>[])[];

/** Pixels that share an input pointer: V8 folds no displacement into a splat, so few distinct offsets are cheaper than one base. */
const pixelsPerPointer = 3;
/** Runs up to this length are straight code. */
const longestStraightRun = 8;

/** The function of a tile: (x, weights, out, one pointer per epilogue operand). */
export function gemmTile(m: ModuleBuilder, tile: GemmTile): FunctionRef {
  const { height, width, vectors } = tile.shape;
  const name = `tile_${height}x${width}x${vectors * 4}`;
  return m.function({ name, params: pointerTypes(tile.finish) }, (f, ...params) => {
    const [x, weights, ...rest] = params as unknown as Pointers;
    const accumulators = startAccumulators(f, tile, weights);
    accumulate(f, tile, { inputs: inputPointers(f, tile, x), weights, accumulators });
    emitFinish(f, tile.finish, tile.shape, accumulators, rest);
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

interface InputPointer {
  readonly pointer: Local<'i32'>;
  /** Byte offsets of its pixels. */
  readonly offsets: readonly number[];
}

/** Pointers to the tile's pixels in order, a few pixels on each. */
function inputPointers(f: FunctionBuilder, tile: GemmTile, x: Local<'i32'>): readonly InputPointer[] {
  const { height, width } = tile.shape;
  const offsets = Array.from({ length: height * width }, (_, i) => {
    return Math.floor(i / width) * tile.xRow + (i % width) * tile.xColumn;
  });
  const groups = Array.from({ length: Math.ceil(offsets.length / pixelsPerPointer) }, (_, g) =>
    offsets.slice(g * pixelsPerPointer, (g + 1) * pixelsPerPointer),
  );
  return groups.map((group, g) => {
    const base = group[0] ?? 0;
    const pointer = g === 0 ? x : f.let(i32.add(x, base));
    return { pointer, offsets: group.map((offset) => offset - base) };
  });
}

interface Sum {
  readonly inputs: readonly InputPointer[];
  readonly weights: Local<'i32'>;
  readonly accumulators: Accumulators;
}

/** All taps; leaves the pointers behind the last one. */
function accumulate(f: FunctionBuilder, tile: GemmTile, sum: Sum): void {
  const { taps, run } = tile.reduction;
  const moved = (level: number): number => {
    const walk = taps[level] ?? run;
    return walk.count * walk.step;
  };
  const nest = (level: number): void => {
    const walk = taps[level];
    if (!walk) return sumRun(f, tile, sum);
    repeat(f, sum, walk, () => {
      nest(level + 1);
      advance(f, sum, walk.step - moved(level + 1));
    });
  };
  nest(0);
}

/** `walk.count` times `body`, which moves the input pointers by `walk.step`. */
function repeat(f: FunctionBuilder, { inputs }: Sum, { count, step }: Walk, body: () => void): void {
  const lead = inputs[0]?.pointer as Local<'i32'>;
  if (count === 1) return body();
  const end = f.let(i32.add(lead, count * step));
  f.loop((again) => {
    body();
    f.branchIf(again, i32.ne(lead, end));
  });
}

function advance(f: FunctionBuilder, { inputs }: Sum, bytes: number): void {
  inputs.forEach(({ pointer }) => f.increment(pointer, bytes));
}

/** The innermost run: straight where short, else a loop unrolled by a few steps and the rest of them. */
function sumRun(f: FunctionBuilder, tile: GemmTile, sum: Sum): void {
  const { run, weightStep } = tile.reduction;
  const steps = (count: number): void => {
    for (let k = 0; k < count; k++) multiplyAdd(f, tile, sum, k);
    advance(f, sum, count * run.step);
    f.increment(sum.weights, count * weightStep);
  };
  if (run.count <= longestStraightRun) return steps(run.count);
  const unroll = unrollOf(run.count);
  repeat(f, sum, { count: Math.floor(run.count / unroll), step: unroll * run.step }, () => steps(unroll));
  if (run.count % unroll > 0) steps(run.count % unroll);
}

/** Steps per turn of the inner loop: 4, or what divides the run. */
function unrollOf(count: number): number {
  return [4, 6, 5, 3, 7].find((u) => count % u === 0) ?? 4;
}

/** accumulators += input[pixel, k] · weights[k, vector]: the side with fewer registers is held, the other one streamed. */
function multiplyAdd(f: FunctionBuilder, tile: GemmTile, sum: Sum, k: number): void {
  const { run, weightStep } = tile.reduction;
  const pixels = sum.inputs.flatMap(({ pointer, offsets }) =>
    offsets.map((offset) => v128.load32Splat(pointer, offset + k * run.step)),
  );
  const weights = Array.from({ length: tile.shape.vectors }, (_, j) =>
    v128.load(sum.weights, k * weightStep + j * 16),
  );
  const add = (i: number, j: number, a: V128, b: V128): void => {
    const accumulator = sum.accumulators[i]?.[j] as Local<'v128'>;
    f.set(accumulator, f.fma(a, b, accumulator));
  };
  if (holdsPixels(tile.shape, f.engine)) {
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
  const pixels = height * width;
  const across =
    tileRegisters({ pixels: 1, vectors }, engine) - tileRegisters({ pixels: 1, vectors: 0 }, engine);
  return pixels < across;
}
