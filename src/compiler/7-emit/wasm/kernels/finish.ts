/**
 * The end of a register tile: epilogue and store. Cheap epilogues are applied in registers, vector by vector; expensive ones (exp,
 * tanh, …) once per vector in a loop over the tile, which goes through a few hundred bytes of scratch: inlined a dozen times they
 * would swell the code, and V8 would give up pairing the tile's vectors into 256 bits.
 */
import { isExpensive } from '../../../6-plan/algorithms/epilogue.ts';
import { lanes } from '../../../6-plan/algorithms/tile.ts';
import type { Epilogue } from '../../../ir/kernel.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import { v128 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, Local, V128 } from '../assembler/index.ts';
import { emitScalar, type ScalarContext } from '../scalar/emit.ts';

/** Bytes from one pixel to the next, across and down. */
export interface PixelSteps {
  readonly column: number;
  readonly row: number;
}

export interface FinishOperand extends PixelSteps {
  readonly per: Epilogue['operands'][number]['per'];
}

/** What happens to sums before they are stored. */
export interface Finish {
  /** Undefined: stored as they are. */
  readonly expr: Scalar | undefined;
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
): Finish {
  const still = { column: 0, row: 0 };
  return {
    expr: epilogue?.expr,
    out,
    operands: (epilogue?.operands ?? []).map(({ per }, i) => ({
      per,
      ...((per === 'tensor' ? operands[i] : undefined) ?? still),
    })),
    deferred: isExpensive(epilogue),
  };
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
  sums.forEach((row, pixel) => {
    const at = { row: Math.floor(pixel / shape.width), column: pixel % shape.width };
    const values = row.map((sum, j) => {
      const operands = finish.operands.map((operand, i) =>
        operand.per === 'scalar'
          ? (scalars[i] as V128)
          : f.let(v128.load(pointers[1 + i] as I32, offsetOf(operand, at) + j * 16)),
      );
      return finish.expr ? f.let(emitScalar(context, finish.expr, [sum, ...operands])) : sum;
    });
    // All loads of a pixel come before its stores, else V8 could not pair them.
    values.forEach((value, j) =>
      storeLanes(f, pointers[0] as I32, offsetOf(finish.out, at) + j * 16, value, shape.channels - j * lanes),
    );
  });
}

/** Stores the first `count` lanes (all, if there are more): the bytes behind them belong to someone else. */
export function storeLanes(f: FunctionBuilder, base: I32, offset: number, value: V128, count: number): void {
  if (count >= lanes) return f.store(base, offset, value);
  const kept = f.let(value);
  for (let lane = 0; lane < count; lane++) f.store32Lane(base, offset + lane * 4, kept, lane);
}

function offsetOf(steps: PixelSteps, at: PixelSteps): number {
  return at.row * steps.row + at.column * steps.column;
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

/** The sums go to scratch; one copy of the epilogue walks over rows, columns and vectors. */
function finishInLoop(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  sums: readonly (readonly V128[])[],
  pointers: readonly Local<'i32'>[],
): void {
  const scratch = pointers.at(-1) as Local<'i32'>;
  sums.forEach((row, i) => row.forEach((sum, j) => f.store(scratch, (i * shape.vectors + j) * 16, sum)));
  finishMemory(f, finish, shape, pointers);
}

/** Finishes height × width × vectors sums that lie densely at the last of `pointers`. */
export function finishMemory(
  f: FunctionBuilder,
  finish: Finish,
  shape: FinishShape,
  pointers: readonly Local<'i32'>[],
  context: ScalarContext = { f, constants: f.constants() },
): void {
  const [out, ...rest] = pointers as readonly [Local<'i32'>, ...Local<'i32'>[]];
  const sums = rest.pop() as Local<'i32'>;
  const scalars = splatScalars(f, finish, pointers);
  const oneVector = (channels: number): void => {
    const sum = f.let(v128.load(sums));
    const operands = rest.map((pointer, i) => scalars[i] ?? f.let(v128.load(pointer)));
    const value = finish.expr ? emitScalar(context, finish.expr, [sum, ...operands]) : sum;
    storeLanes(f, out, 0, value, channels);
    f.increment(sums, 16);
    f.increment(out, 16);
    rest.forEach((pointer, i) => f.increment(pointer, scalars[i] ? 0 : 16));
  };
  const counters = [f.i32(), f.i32(), f.i32()] as const;
  const whole = Math.floor(shape.channels / lanes);
  const walked = shape.vectors * 16;
  const back = (steps: PixelSteps, per: FinishOperand['per'], row: number): number => {
    const moved = per === 'scalar' ? 0 : walked;
    return row === 0 ? steps.column - moved : steps.row - shape.width * steps.column;
  };
  const stepAll = (row: number): void => {
    f.increment(out, back(finish.out, 'tensor', row));
    finish.operands.forEach((operand, i) =>
      f.increment(rest[i] as Local<'i32'>, back(operand, operand.per, row)),
    );
  };
  f.for(counters[0], 0, shape.height, 1, () => {
    f.for(counters[1], 0, shape.width, 1, () => {
      f.for(counters[2], 0, whole, 1, () => oneVector(lanes));
      if (shape.channels % lanes > 0) oneVector(shape.channels % lanes);
      stepAll(0);
    });
    stepAll(1);
  });
}
