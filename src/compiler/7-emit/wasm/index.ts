/**
 * WebAssembly: a plan as one module that exports `warm()`, for the engine, `prepare()`, for the weights, and `run()`; and the manifest
 * that tells the runtime where everything lies. All addresses are constants; kernels are functions of their addresses, stored once
 * however many steps use them.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Buffer, Plan, Step } from '../../6-plan/plan.ts';
import type { Manifest } from '../../../runtime/manifest.ts';
import { ModuleBuilder, type FunctionRef } from './assembler/index.ts';
import type { EmitContext, Emitter } from './emit-context.ts';
import { emitters } from './emitters.ts';
import { emitClear, type RowShare } from './halo.ts';
import { manifestOf } from './manifest.ts';
import { emitPrepare } from './prepare.ts';
import { createTables, type Tables } from './tables.ts';
import { emitTeam, teamBytes } from './team.ts';
import { emitWarm } from './warm.ts';

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

/**
 * The program of a plan. It imports a memory of exactly ⌈memoryBytes / 64 KiB⌉ pages as `cnnc.memory`; a shared one where steps are cut
 * for threads (then see team.ts for what it exports).
 */
export function emitWasm(plan: Plan, { steps = false, names = false }: EmitWasmOptions = {}): WasmProgram {
  const module = new ModuleBuilder(plan.engine);
  const shared = !steps && plan.steps.some(({ parts }) => parts);
  const control = Math.ceil(plan.bytes.total / 64) * 64;
  const tables = createTables(shared ? control + teamBytes : plan.bytes.total);
  if (shared) emitShared(plan, module, tables, control);
  else module.export('run', steps ? emitSteps(plan, module, tables) : emitRun(plan, module, tables));
  module.export('prepare', emitPrepare(plan, module));
  module.export('warm', emitWarm(module));
  const memoryBytes = tables.end();
  module.importMemory({ module: 'cnnc', name: 'memory', pages: Math.ceil(memoryBytes / pageBytes), shared });
  for (const { offset, data } of plan.constants) module.data(offset, bytesOf(data));
  for (const { offset, bytes } of tables.all()) module.data(offset, bytes);
  return {
    bytes: module.build({ names }),
    manifest: manifestOf(plan, memoryBytes, shared ? control : undefined),
  };
}

/** For several threads. */
function emitShared(plan: Plan, module: ModuleBuilder, { table }: Tables, control: number): void {
  const borders = bordersOf(plan);
  emitTeam({
    plan,
    module,
    control,
    clear: (step, share, f) => clearHalos(borders.get(step.index), { module, f }, share),
    emit: (step, f) => emitterOf(step)(step, { module, f, table }),
  });
}

/** All steps in one function. */
function emitRun(plan: Plan, module: ModuleBuilder, { table }: Tables): FunctionRef {
  const borders = bordersOf(plan);
  return module.function({ name: 'run', params: [] }, (f) => {
    for (const step of plan.steps) emitStep(step, borders.get(step.index), { module, f, table });
  });
}

/** One exported function per step, and one that calls them. */
function emitSteps(plan: Plan, module: ModuleBuilder, { table }: Tables): FunctionRef {
  const borders = bordersOf(plan);
  const refs = plan.steps.map((step) =>
    module.function({ name: `step${step.index}`, params: [] }, (f) =>
      emitStep(step, borders.get(step.index), { module, f, table }),
    ),
  );
  refs.forEach((ref, i) => module.export(`step${i}`, ref));
  return module.function({ name: 'run', params: [] }, (f) => refs.forEach((ref) => f.call(ref)));
}

function emitStep(step: Step, borders: readonly Border[] | undefined, context: EmitContext): void {
  clearHalos(borders, context);
  emitterOf(step)(step, context);
}

function emitterOf({ algorithm }: Step): Emitter {
  return emitters[algorithm] ?? internal(`no emitter for the algorithm ${algorithm}`);
}

/** A root whose border is cleared, with the byte `fill`. */
interface Border {
  readonly root: Buffer;
  readonly fill: number;
}

/** The borders that each step clears: those whose lifetime begins with it; those of inputs (which live before the first step) with the first. */
function bordersOf({ allocations, buffers }: Plan): ReadonlyMap<number, readonly Border[]> {
  const roots = new Map<number, Buffer>();
  for (const buffer of buffers) if (!roots.has(buffer.allocation)) roots.set(buffer.allocation, buffer);
  const borders = allocations.flatMap(({ id, clear: fill, first }) => {
    if (fill === undefined) return [];
    const root = roots.get(id) ?? internal(`the allocation ${id} has no buffer`);
    return [{ step: Math.max(0, first), root, fill }];
  });
  return Map.groupBy(borders, ({ step }) => step);
}

/** Clears (a share of) the borders. True if there are any. */
function clearHalos(
  borders: readonly Border[] = [],
  context: Pick<EmitContext, 'module' | 'f'>,
  share: RowShare = { part: 0, parts: 1 },
): boolean {
  for (const { root, fill } of borders) emitClear(root, { fill, share }, context);
  return borders.length > 0;
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
