/**
 * Measures a plan step by step: the program with one exported function per step, run in order, so that every step finds the caches
 * as it does in an inference. Medians over runs, after the engine has replaced its baseline code.
 */
import { kernelMacs } from '../compiler/6-plan/algorithms/shape.ts';
import { accessOf } from '../compiler/6-plan/access.ts';
import { pack } from '../compiler/6-plan/index.ts';
import type { Plan, Step } from '../compiler/6-plan/plan.ts';
import { emitWasm } from '../compiler/7-emit/wasm/index.ts';
import type { FusedPool } from '../compiler/ir/kernel.ts';
import { sizeOf, type Tensor } from '../compiler/ir/type.ts';
import type { WeightSource } from '../compiler/ops/evaluate.ts';
import { writeInput } from '../runtime/input.ts';
import type { Manifest } from '../runtime/manifest.ts';
import { limitOf } from './limit.ts';

/** One step of the program. */
export interface StepProfile {
  readonly step: number;
  /** Path of the layer, as in weight files. */
  readonly path: string;
  readonly op: string;
  readonly output: readonly number[];
  readonly algorithm: string;
  readonly tuning: Step['tuning'];
  /** Multiply-accumulates of the direct computation; 0 for what multiplies nothing (pools, copies). */
  readonly macs: number;
  /** Bytes of all operands: read once and written once, they would be the least traffic. */
  readonly bytes: number;
  /** Median time. */
  readonly ms: number;
  /** Part of the sum of all steps, 0..1. */
  readonly share: number;
  /** 2 · macs per nanosecond; Winograd and Strassen count as the direct convolution that they replace. */
  readonly gflops: number;
  /** gflops / limit; above 1 where an algorithm saves multiplications. */
  readonly ofLimit: number;
}

export interface Profile {
  readonly net: string;
  readonly runs: number;
  /** Median of a whole inference, in one call. */
  readonly ms: number;
  readonly macs: number;
  readonly gflops: number;
  /** The multiply-add limit in GFLOPS, measured between the runs. */
  readonly limit: number;
  readonly steps: readonly StepProfile[];
}

export interface ProfileOptions {
  readonly weights: WeightSource;
  /** One tensor per input. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Measured inferences. */
  readonly runs: number;
}

/** Runs the plan and measures. Takes some seconds: code is compiled while it runs. */
export async function measure(plan: Plan, options: ProfileOptions): Promise<Profile> {
  const program = start(plan, options);
  const limit = limitOf(plan.engine);
  await warmUp(program, limit);
  const whole: number[] = [];
  const times: number[][] = plan.steps.map(() => []);
  let peak = 0;
  for (let run = 0; run < options.runs; run++) {
    program.write();
    whole.push(timeOf(program.run));
    program.write();
    program.steps.forEach((step, i) => times[i]?.push(timeOf(step)));
    peak = Math.max(peak, limit());
  }
  const medians = times.map(median);
  const total = medians.reduce((sum, ms) => sum + ms, 0);
  const steps = plan.steps.map((step, i) => profileOf(step, plan, { ms: medians[i] ?? 0, total, peak }));
  const macs = steps.reduce((sum, step) => sum + step.macs, 0);
  const ms = median(whole);
  return { net: plan.name, runs: options.runs, ms, macs, gflops: gflopsOf(macs, ms), limit: peak, steps };
}

/** A plan's program, loaded and ready to be called step by step. */
export interface Started {
  /** Writes the inputs: their memory may serve other values later in a run. */
  readonly write: () => void;
  readonly run: () => void;
  readonly steps: readonly (() => void)[];
}

/** Loads the program of `plan` with its weights. */
export function start(plan: Plan, { weights, inputs }: Pick<ProfileOptions, 'weights' | 'inputs'>): Started {
  const { bytes, manifest } = emitWasm(plan, { steps: true });
  const memory = new WebAssembly.Memory(pagesOf(manifest));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { cnnc: { memory } });
  new Uint8Array(memory.buffer).set(pack(plan, weights), manifest.weights.offset);
  (exports.prepare as () => void)();
  return {
    write: () =>
      manifest.inputs.forEach((input) => writeInput(memory.buffer, input, inputs[input.name] as Tensor)),
    run: exports.run as () => void,
    steps: plan.steps.map((_, i) => exports[`step${i}`] as () => void),
  };
}

function pagesOf({ memoryBytes }: Manifest): { readonly initial: number; readonly maximum: number } {
  const pages = Math.ceil(memoryBytes / 65536);
  return { initial: pages, maximum: pages };
}

/** The engine compiles in the background and takes over between calls; it is done when rounds get no faster. */
const leastWarmRounds = 6;
const mostWarmMs = 6000;
/** Small nets run several times in a round. */
const roundMs = 20;
/** Rounds without a gain of 2 % that end the warm-up. */
const steadyRounds = 5;

async function warmUp({ write, run, steps }: Started, limit: () => number): Promise<void> {
  const end = performance.now() + mostWarmMs;
  let best = Infinity;
  let steady = 0;
  for (let i = 0; i < leastWarmRounds || (steady < steadyRounds && performance.now() < end); i++) {
    const from = performance.now();
    let least = Infinity;
    do {
      write();
      least = Math.min(least, timeOf(run));
      for (const step of steps) step();
    } while (performance.now() < from + roundMs);
    limit();
    steady = least < 0.98 * best ? 0 : steady + 1;
    best = Math.min(best, least);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Milliseconds of one call. */
export function timeOf(call: () => void): number {
  const from = performance.now();
  call();
  return performance.now() - from;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function gflopsOf(macs: number, ms: number): number {
  return ms > 0 ? (2 * macs) / ms / 1e6 : 0;
}

function profileOf(
  step: Step,
  plan: Plan,
  { ms, total, peak }: { readonly ms: number; readonly total: number; readonly peak: number },
): StepProfile {
  const { kernel, node, algorithm, tuning } = step;
  const multiplies = kernel.kind === 'conv' || kernel.kind === 'depthwise' || kernel.kind === 'matmul';
  const macs = multiplies ? kernelMacs(kernel) : 0;
  const gflops = gflopsOf(macs, ms);
  return {
    step: step.index,
    path: node.path === '' ? node.op : node.path,
    op: node.op,
    output: step.buffers[accessOf(kernel).write]?.shape ?? [],
    algorithm,
    tuning: kernel.kind === 'conv' && kernel.pool ? { ...tuning, pool: poolText(kernel.pool) } : tuning,
    macs,
    bytes: bytesOf(step, plan),
    ms,
    share: total > 0 ? ms / total : 0,
    gflops,
    ofLimit: peak > 0 ? gflops / peak : 0,
  };
}

function poolText({ reduce, size }: FusedPool): string {
  return `${reduce} ${size.join('x')}`;
}

/** Every operand once; packed weights in their packed size. */
function bytesOf({ kernel, buffers }: Step, plan: Plan): number {
  const { reads, write } = accessOf(kernel);
  const touched = new Map(
    [...reads, write].flatMap((i) => (buffers[i] ? [[buffers[i].offset, buffers[i]]] : [])),
  );
  return [...touched.values()].reduce((sum, { offset, shape }) => {
    const packed = plan.weights.find((weight) => weight.offset === offset);
    return sum + (packed?.bytes ?? 4 * sizeOf(shape));
  }, 0);
}
