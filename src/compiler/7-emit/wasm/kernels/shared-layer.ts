/**
 * The code of a layer, made once for all steps that differ in addresses alone. Equal functions are stored once in any case; nets of hundreds of
 * equal layers would otherwise have each of them built, to be found equal.
 */
import type { Step } from '../../../6-plan/plan.ts';
import type { FunctionRef, ModuleBuilder } from '../assembler/index.ts';
import { signature } from '../signature.ts';

/** `build` must follow from the step's kernel, tuning and shapes, the engine, and `tables`: addresses that are constants of the code. */
export function sharedLayer(
  m: ModuleBuilder,
  { algorithm, tuning, kernel, buffers }: Step,
  tables: readonly number[],
  build: () => FunctionRef,
): FunctionRef {
  const memory = buffers.map(({ shape, strides, elementBytes, halo }) => [
    shape,
    strides,
    elementBytes,
    halo,
  ]);
  return m.shared(`${algorithm} ${signature([tuning, kernel, memory, tables])}`, build);
}
