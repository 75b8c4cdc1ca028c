/**
 * Epilogues of kernels that walk through their output row by row, vector by vector (pools, matrix products): the operands' pointers
 * beside the output's, and the epilogue's value for one vector.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Epilogue } from '../../ir/kernel.ts';
import type { Buffer, Step } from '../../6-plan/plan.ts';
import { v128, type ConstantPool, type FunctionBuilder, type Local, type V128 } from './assembler/index.ts';
import { emitScalar } from './scalar/emit.ts';

/** An operand of an epilogue, and how its pointer follows the output's. */
export interface OperandPlace {
  readonly per: Epilogue['operands'][number]['per'];
  readonly offset: number;
  /** Bytes per step of each axis of the output but the last; zeros unless `per` is tensor. */
  readonly strides: readonly number[];
}

/** The buffer of an operand; kernels are emitted for steps that have all of theirs. */
export function bufferOf(step: Step, operand: number): Buffer {
  return step.buffers[operand] ?? internal(`step ${step.index} has no buffer for operand ${operand}`);
}

/** Bytes between neighbours along each axis but the last. */
export function rowBytes(buffer: Buffer): readonly number[] {
  return buffer.strides.slice(0, -1).map((stride) => buffer.elementBytes * stride);
}

export function operandPlaces(step: Step, epilogue: Epilogue | undefined): readonly OperandPlace[] {
  return (epilogue?.operands ?? []).map(({ operand, per }) => {
    const buffer = bufferOf(step, operand);
    return { per, offset: buffer.offset, strides: per === 'tensor' ? rowBytes(buffer) : [] };
  });
}

/** Where the vector code is: the operands' pointers at the channel of `value`. */
export interface EpiloguePlace {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
  readonly pointers: readonly Local<'i32'>[];
}

/** The epilogue of the vector `value`, whose operands lie `offset` bytes behind their pointers (scalars at them). */
export function emitEpilogue(
  { f, constants, pointers }: EpiloguePlace,
  epilogue: Epilogue | undefined,
  value: Local<'v128'>,
  offset: number,
): Local<'v128'> {
  if (!epilogue) return value;
  const args = epilogue.operands.map(({ per }, i): V128 => {
    const pointer = pointers[i] ?? internal('an epilogue without its operands');
    return f.let(per === 'scalar' ? v128.load32Splat(pointer) : v128.load(pointer, offset));
  });
  return f.let(emitScalar({ f, constants }, epilogue.expr, [value, ...args]));
}
