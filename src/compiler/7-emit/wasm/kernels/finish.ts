/**
 * The end of a register tile: epilogue, pool and store. Cheap epilogues are applied in registers, vector by vector; expensive ones (exp,
 * tanh, …) once per vector in a loop over the tile, which goes through a few hundred bytes of scratch: inlined a dozen times they
 * would swell the code, and V8 would give up pairing the tile's vectors into 256 bits.
 */
import { isExpensive } from '../../../6-plan/algorithms/epilogue.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Epilogue } from '../../../ir/kernel.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import { i32, v128 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, I32Like, Local, V128 } from '../assembler/index.ts';
import { emitScalar, type ScalarContext } from '../scalar/emit.ts';
import { keepsOrder } from '../scalar/patterns.ts';
import {
  firstPixel,
  joinPixel,
  pixelWindows,
  pooledValue,
  storedPixels,
  type FinishPool,
} from './finish-pool.ts';

/** Bytes from one pixel to the next, across and down: numbers, or locals where they are known at run time only. */
export interface PixelSteps {
  readonly column: I32Like;
  readonly row: I32Like;
}

export interface FinishOperand extends PixelSteps {
  readonly per: Epilogue['operands'][number]['per'];
}

/** What happens to sums before they are stored. */
export interface Finish {
  /** Undefined: stored as they are. */
  readonly expr: Scalar | undefined;
  /** After the epilogue; the output's pixels are then those of the pool. */
  readonly pool: FinishPool | undefined;
  readonly out: PixelSteps;
  /** In the order of the epilogue; steps are zero unless `per` is tensor. */
  readonly operands: readonly FinishOperand[];
  /** Through scratch, whose address is then one more pointer behind the operands'. */
  readonly deferred: boolean;
}

/** The finish of a kernel with this epilogue; `operands` are the pixel steps of its operands in order. */
export function finishOf(
  epilogue: Epilogue | undefined,
  out: PixelSteps,
  operands: readonly PixelSteps[],
  pool?: FinishPool,
): Finish {
  const still = { column: 0, row: 0 };
  return {
    expr: epilogue?.expr,
    pool,
    out,
    operands: (epilogue?.operands ?? []).map(({ per }, i) => ({
      per,
      ...((per === 'tensor' ? operands[i] : undefined) ?? still),
    })),
    deferred: isExpensive(epilogue),
  };
}

/** The finish with steps that are known at run time: `steps(0)` of the output, `steps(1 + i)` of operand i. */
export function withSteps(
  f: FunctionBuilder,
  finish: Finish,
  tile: { readonly height: number; readonly width: number },
  steps: (index: number) => { readonly column: I32; readonly row: I32 },
): Finish {
  const loaded = (index: number, { height, width } = tile): PixelSteps => ({
    column: width > 1 ? f.let(steps(index).column) : 0,
    row: height > 1 ? f.let(steps(index).row) : 0,
  });
  const operands = finish.operands.map((operand, i) =>
    operand.per === 'tensor' ? { ...operand, ...loaded(1 + i) } : operand,
  );
  return { ...finish, out: loaded(0, storedPixels(finish.pool, tile)), operands };
}

/** Pixels and channels of what is finished. */
export interface FinishShape {
  readonly height: number;
  readonly width: number;
  readonly vectors: number;
  /** Channels that exist: lanes beyond them are not stored. */
  readonly channels: number;
}

/** Finishes sums[pixel][vector]. `pointers`: out, one per operand, and the scratch of a deferred finish; they may be changed. */
export function emitFinish(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  sums: readonly (readonly V128[])[],
  pointers: readonly Local<'i32'>[],
): void {
  if (finish.deferred) return finishInLoop(f, finish, shape, sums, pointers);
  const context = { f, constants: f.constants() };
  const scalars = splatScalars(f, finish, pointers);
  const operandPlaces = finish.operands.map((steps, i) =>
    pixelPlaces(f, pointers[1 + i] as Local<'i32'>, steps, shape.width),
  );
  const finished = (pixel: number, values: readonly V128[]): readonly V128[] => {
    const at = operandPlaces.map((place) => place(pixel));
    return values.map((value, j) => {
      const operands = finish.operands.map((operand, i) =>
        operand.per === 'scalar' ? (scalars[i] as V128) : f.let(loadFrom(at[i] as Place, j * 16)),
      );
      return finish.expr ? f.let(emitScalar(context, finish.expr, [value, ...operands])) : value;
    });
  };
  const out = pointers[0] as Local<'i32'>;
  if (!finish.pool || !poolsFirst(finish, finish.pool))
    return storePixels(context, finish, shape, out, (pixel) => finished(pixel, sums[pixel] ?? []));
  const { rows } = finish.pool;
  const complete = rows === 'all' || rows === 'last' ? finished : undefined;
  storePixels(context, finish, shape, out, (pixel) => sums[pixel] ?? [], complete);
}

/** Of an activation that rises, the largest value of a window is that of its largest sum: applied once per window. */
function poolsFirst({ expr, operands }: Finish, { reduce }: FinishPool): boolean {
  const isFixed = (arg: number): boolean => operands[arg - 1]?.per === 'scalar';
  return reduce === 'max' && expr !== undefined && keepsOrder(expr, isFixed);
}

/** Stores the vectors `valuesOf(pixel)` of the pixels of a tile, pooled first where the finish pools, and completed then. */
function storePixels(
  { f, constants }: ScalarContext,
  { pool, out }: Finish,
  shape: FinishShape,
  pointer: Local<'i32'>,
  valuesOf: (pixel: number) => readonly V128[],
  complete: (pixel: number, pooled: readonly V128[]) => readonly V128[] = (_, values) => values,
): void {
  const placeOf = pixelPlaces(f, pointer, out, storedPixels(pool, shape).width);
  pixelWindows(pool, shape).forEach(([first = 0, ...others], pixel) => {
    const place = placeOf(pixel);
    const pooled = (by: FinishPool): readonly V128[] => {
      const stored = (j: number) => () => loadFrom(place, j * 16);
      const joined = valuesOf(first).map((value, j) => f.let(firstPixel(by, value, stored(j))));
      for (const other of others)
        valuesOf(other).forEach((value, j) => joinPixel(f, by, joined[j] as Local<'v128'>, value));
      const values = joined.map((sum, j) => f.let(pooledValue(f, constants, by, sum, stored(j))));
      return complete(first, values);
    };
    // All loads of a pixel come before its stores, else V8 could not pair them.
    (pool ? pooled(pool) : valuesOf(first)).forEach((value, j) =>
      storeLanes(f, place.base, place.offset + j * 16, value, shape.channels - j * lanes),
    );
  });
}

/** Stores the first `count` lanes (all, if there are more): the bytes behind them belong to someone else. */
export function storeLanes(f: FunctionBuilder, base: I32, offset: number, value: V128, count: number): void {
  if (count >= lanes) return f.store(base, offset, value);
  const kept = f.let(value);
  for (let lane = 0; lane < count; lane++) f.store32Lane(base, offset + lane * 4, kept, lane);
}

/** An address: base + offset. */
interface Place {
  readonly base: I32;
  readonly offset: number;
}

function loadFrom({ base, offset }: Place, further: number): V128 {
  return v128.load(base, offset + further);
}

/** Addresses of pixels: constant offsets from the pointer, or pointers that step from pixel to pixel. */
function pixelPlaces(
  f: FunctionBuilder,
  pointer: Local<'i32'>,
  { column, row }: PixelSteps,
  width: number,
): (pixel: number) => Place {
  if (typeof column === 'number' && typeof row === 'number')
    return (pixel) => ({ base: pointer, offset: Math.floor(pixel / width) * row + (pixel % width) * column });
  const known = new Map([[0, pointer]]);
  const addressOf = (pixel: number): Local<'i32'> => {
    const found = known.get(pixel);
    if (found) return found;
    const isFirst = pixel % width === 0;
    const address = f.let(i32.add(addressOf(pixel - (isFirst ? width : 1)), isFirst ? row : column));
    known.set(pixel, address);
    return address;
  };
  return (pixel) => ({ base: addressOf(pixel), offset: 0 });
}

/** Operands that are one number, in all lanes. */
function splatScalars(
  f: FunctionBuilder,
  finish: Finish,
  pointers: readonly Local<'i32'>[],
): readonly (V128 | undefined)[] {
  return finish.operands.map((operand, i) =>
    operand.per === 'scalar' ? f.let(v128.load32Splat(pointers[1 + i] as I32)) : undefined,
  );
}

/** The sums go to scratch; one copy of the epilogue walks over rows, columns and vectors. What is pooled comes back to scratch first. */
function finishInLoop(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  sums: readonly (readonly V128[])[],
  pointers: readonly Local<'i32'>[],
): void {
  const scratch = pointers.at(-1) as Local<'i32'>;
  sums.forEach((row, i) => row.forEach((sum, j) => f.store(scratch, (i * shape.vectors + j) * 16, sum)));
  if (!finish.pool) return finishMemory(f, finish, shape, pointers);
  const pixelBytes = shape.vectors * 16;
  const inPlace = { column: pixelBytes, row: shape.width * pixelBytes };
  const context = { f, constants: f.constants() };
  finishMemory(f, { ...finish, pool: undefined, out: inPlace }, shape, [
    f.let(scratch),
    ...pointers.slice(1, -1),
    f.let(scratch),
  ]);
  storePixels(context, finish, shape, pointers[0] as Local<'i32'>, (pixel) =>
    Array.from({ length: shape.vectors }, (_, j) => v128.load(scratch, pixel * pixelBytes + j * 16)),
  );
}

/** Finishes height × width × vectors sums that lie densely at the last of `pointers`. */
function finishMemory(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  pointers: readonly Local<'i32'>[],
): void {
  const [out, ...operands] = pointers.slice(0, -1) as unknown as readonly [Local<'i32'>, ...Local<'i32'>[]];
  const sums = pointers.at(-1) as Local<'i32'>;
  const code: FinishCode = { finish, out, operands, sums, scalars: splatScalars(f, finish, pointers) };
  const whole = Math.floor(shape.channels / lanes);
  const pair = f.engine.wide ? 2 : 1;
  const step = (across: keyof PixelSteps): void => {
    const walked = (steps: PixelSteps, vectors: number): I32 =>
      across === 'column'
        ? i32.add(steps.column, -vectors * 16)
        : i32.add(steps.row, i32.mul(steps.column, -shape.width));
    f.increment(out, walked(finish.out, shape.vectors));
    finish.operands.forEach((operand, i) =>
      f.increment(operands[i] as Local<'i32'>, walked(operand, operand.per === 'scalar' ? 0 : shape.vectors)),
    );
  };
  const context = { f, constants: f.constants() };
  f.for(f.i32(), 0, shape.height, 1, () => {
    f.for(f.i32(), 0, shape.width, 1, () => {
      f.for(f.i32(), 0, Math.floor(whole / pair), 1, () => finishVectors(context, code, pair, pair * lanes));
      if (whole % pair > 0) finishVectors(context, code, 1, lanes);
      if (shape.channels % lanes > 0) finishVectors(context, code, 1, shape.channels % lanes);
      step('column');
    });
    step('row');
  });
}

interface FinishCode {
  readonly finish: Finish;
  readonly out: Local<'i32'>;
  readonly operands: readonly Local<'i32'>[];
  readonly sums: Local<'i32'>;
  /** Operands that are one number. */
  readonly scalars: readonly (V128 | undefined)[];
}

/** Finishes the next `vectors` vectors, of which `channels` channels exist, and moves on. */
function finishVectors(context: ScalarContext, code: FinishCode, vectors: number, channels: number): void {
  const { f } = context;
  const { finish, out, operands, sums, scalars } = code;
  const values = Array.from({ length: vectors }, (_, j) => {
    const args = operands.map((pointer, i) => scalars[i] ?? f.let(v128.load(pointer, j * 16)));
    const sum = f.let(v128.load(sums, j * 16));
    return finish.expr ? f.let(emitScalar(context, finish.expr, [sum, ...args])) : sum;
  });
  values.forEach((value, j) => storeLanes(f, out, j * 16, value, channels - j * lanes));
  f.increment(sums, vectors * 16);
  f.increment(out, vectors * 16);
  operands.forEach((pointer, i) => f.increment(pointer, scalars[i] ? 0 : vectors * 16));
}
