/**
 * WebAssembly: a plan as one module that exports `prepare()`, for the weights, and `run()`; and the manifest that tells the runtime where
 * everything lies. All addresses are constants; kernels are functions of their addresses, stored once however many steps use them.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Allocation, Buffer, Plan, Step } from '../../6-plan/plan.ts';
import type { Manifest } from '../../../runtime/manifest.ts';
import { ModuleBuilder, type FunctionBuilder, type FunctionRef } from './assembler/index.ts';
import type { EmitContext } from './emit-context.ts';
import { emitters } from './emitters.ts';
import { emitClear } from './halo.ts';
import { manifestOf } from './manifest.ts';
import { emitPrepare } from './prepare.ts';
import { createTables, type Tables } from './tables.ts';

export interface WasmProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly manifest: Manifest;
}

export interface EmitWasmOptions {
  /** Also exports each step as `step0`, `step1`, … (to be called in this order), for profiles. Default false. */
  readonly steps?: boolean;
  /** Functions keep their names, for profilers and disassemblers. Default false. */
  readonly names?: boolean;
}

const pageBytes = 65536;

/** The program of a plan. It imports a memory of exactly ⌈memoryBytes / 64 KiB⌉ pages as `cnnc.memory`. */
export function emitWasm(plan: Plan, { steps = false, names = false }: EmitWasmOptions = {}): WasmProgram {
  const module = new ModuleBuilder(plan.engine);
  const tables = createTables(plan.bytes.total);
  const run = steps ? emitSteps(plan, module, tables) : emitRun(plan, module, tables);
  module.export('run', run);
  module.export('prepare', emitPrepare(plan, module));
  const memoryBytes = tables.end();
  module.importMemory({ module: 'cnnc', name: 'memory', pages: Math.ceil(memoryBytes / pageBytes) });
  for (const { offset, data } of plan.constants) module.data(offset, bytesOf(data));
  for (const { offset, bytes } of tables.all()) module.data(offset, bytes);
  return { bytes: module.build({ names }), manifest: manifestOf(plan, memoryBytes) };
}

/** All steps in one function. */
function emitRun(plan: Plan, module: ModuleBuilder, { table }: Tables): FunctionRef {
  return module.function({ name: 'run', params: [] }, (f) => {
    for (const step of plan.steps) emitStep(plan, step, { module, f, table });
  });
}

/** One exported function per step, and one that calls them. */
function emitSteps(plan: Plan, module: ModuleBuilder, { table }: Tables): FunctionRef {
  const refs = plan.steps.map((step) =>
    module.function({ name: `step${step.index}`, params: [] }, (f) =>
      emitStep(plan, step, { module, f, table }),
    ),
  );
  refs.forEach((ref, i) => module.export(`step${i}`, ref));
  return module.function({ name: 'run', params: [] }, (f) => refs.forEach((ref) => f.call(ref)));
}

function emitStep(plan: Plan, step: Step, context: EmitContext): void {
  clearHalos(plan, step, context);
  const emit = emitters[step.algorithm] ?? internal(`no emitter for the algorithm ${step.algorithm}`);
  emit(step, context);
}

/** Clears the borders whose lifetime begins with the step; those of inputs (which live before the first step) with the first. */
function clearHalos(
  plan: Plan,
  step: Step,
  { module, f }: { module: ModuleBuilder; f: FunctionBuilder },
): void {
  for (const allocation of plan.allocations) {
    if (allocation.zero && Math.max(0, allocation.first) === step.index)
      emitClear(rootOf(plan, allocation), { module, f });
  }
}

function rootOf(plan: Plan, { id }: Allocation): Buffer {
  return (
    plan.buffers.find((buffer) => buffer.allocation === id) ?? internal(`the allocation ${id} has no buffer`)
  );
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
