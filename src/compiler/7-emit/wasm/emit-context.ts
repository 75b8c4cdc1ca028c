/**
 * What an emitter gets: the module to define kernel functions in, the place in the program where the step runs, and a way to
 * put tables into memory. Kernel functions take addresses as parameters, so that steps of equal shape share one function
 * (`ModuleBuilder.function` recognises equal code); only the calls in the program hold constant addresses.
 */
import type { Step } from '../../6-plan/plan.ts';
import type { FunctionBuilder, ModuleBuilder } from './assembler/index.ts';

export interface EmitContext {
  /** Functions are defined here; `module.engine` says what they may use, `module.shared` keeps one per key. */
  readonly module: ModuleBuilder;
  /** The body of the program. It runs once per inference in the baseline compiler: emit calls here, never long loops. */
  readonly f: FunctionBuilder;
  /** Address of read-only data in memory, 16-byte aligned; equal tables are one. */
  readonly table: (data: Int32Array | Float32Array) => number;
}

/** Emits one step: defines or finds its kernel functions and calls them from `context.f`. */
export type Emitter = (step: Step, context: EmitContext) => void;
