/**
 * Runs one heavy kernel as the compiler would: the algorithm's choice, its packing and its emitter, without graph and planner. What
 * tests and `bench/kernels.ts` share.
 */
import { packWeights } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import type { Buffer, Engine, Step } from '../../src/compiler/6-plan/plan.ts';
import { emitters } from '../../src/compiler/7-emit/wasm/emitters.ts';
import { ModuleBuilder } from '../../src/compiler/7-emit/wasm/assembler/index.ts';
import { inputNode } from '../../src/compiler/ops/build.ts';
import type { ConvKernel, DepthwiseKernel, MatmulKernel, Operand } from '../../src/compiler/ir/kernel.ts';
import { featureMap, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { CanaryMemory, type Placement } from './memory.ts';

export type HeavyKernel = ConvKernel | DepthwiseKernel | MatmulKernel;

export interface KernelRun {
  readonly kernel: HeavyKernel;
  readonly choice: Choice;
  readonly engine: Engine;
  /** Values by operand; the output has none. */
  readonly tensors: ReadonlyMap<Operand, Tensor>;
  readonly outShape: readonly number[];
  /** Halos come from the choice. */
  readonly layouts?: ReadonlyMap<Operand, Pick<Placement, 'around' | 'gap'>>;
  /** This operand is the same memory as the output. */
  readonly inPlace?: Operand;
}

export interface LoadedKernel {
  readonly run: () => void;
  readonly read: () => Float32Array;
  /** Words outside of the output that have changed. */
  readonly stray: () => readonly number[];
  readonly codeBytes: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Lays everything out, emits the module and instantiates it. */
export function loadKernel(options: KernelRun): LoadedKernel {
  const { kernel, choice, engine } = options;
  const memory = new CanaryMemory(memoryBytes(options));
  const buffers = placeOperands(options, memory);
  const scratch =
    choice.scratchBytes > 0
      ? { offset: memory.allocate(choice.scratchBytes / 4), bytes: choice.scratchBytes }
      : undefined;
  const step: Step = {
    index: 0,
    node: inputNode('x', featureMap([], 1), undefined),
    kernel,
    algorithm: choice.algorithm,
    tuning: choice.tuning,
    buffers,
    scratch,
  };
  const bytes = emitStep(step, engine, memory);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: memory.memory },
  });
  const out = buffers[kernel.out] as Buffer;
  memory.snapshot();
  return {
    run: instance.exports['run'] as () => void,
    read: () => memory.read(out),
    stray: () => memory.strayWrites(out, scratch ? [scratch] : []),
    codeBytes: bytes.length,
    bytes,
  };
}

function emitStep(step: Step, engine: Engine, memory: CanaryMemory): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder(engine);
  module.importMemory({ module: 'env', name: 'memory', pages: memory.pages });
  const table = (data: Int32Array | Float32Array): number => {
    const at = memory.allocate(data.length);
    memory.words.set(new Int32Array(data.buffer, data.byteOffset, data.length), at / 4);
    return at;
  };
  const emit = emitters[step.algorithm];
  if (!emit) throw new Error(`no emitter for ${step.algorithm}`);
  const run = module.function({ name: 'run', params: [] }, (f) => emit(step, { module, f, table }));
  module.export('run', run);
  return module.build({ names: true });
}

function memoryBytes({ tensors, outShape, choice }: KernelRun): number {
  // Halos, foreign channels and gaps at most multiply small maps; large ones in benchmarks have a halo of a pixel or three.
  const floats = [...tensors.values()].reduce((sum, t) => sum + sizeOf(t.shape), sizeOf(outShape));
  return floats * 4 * 5 + (choice.weights?.bytes ?? 0) + choice.scratchBytes + (1 << 16);
}

function placeOperands(options: KernelRun, memory: CanaryMemory): readonly Buffer[] {
  const { kernel, choice, tensors, outShape, layouts, inPlace } = options;
  const haloOf = (operand: Operand): Placement['halo'] =>
    choice.halos.find((need) => need.operand === operand)?.halo ?? [];
  const buffers: Buffer[] = [];
  for (const [operand, tensor] of tensors) {
    const packed =
      choice.weights && 'weight' in kernel && (operand === kernel.weight || operand === kernel.bias);
    const placement = packed
      ? { shape: [packBlock(kernel, choice, tensors).length], data: packBlock(kernel, choice, tensors) }
      : { shape: tensor.shape, data: tensor.data, halo: haloOf(operand) ?? [], ...layouts?.get(operand) };
    buffers[operand] =
      packed && 'bias' in kernel && operand === kernel.bias
        ? (buffers[kernel.weight] as Buffer)
        : memory.place(`operand ${operand}`, placement);
  }
  buffers[kernel.out] =
    inPlace === undefined
      ? memory.place('out', { shape: outShape, data: undefined, ...layouts?.get(kernel.out) })
      : (buffers[inPlace] as Buffer);
  return buffers;
}

function packBlock(
  kernel: ConvKernel | DepthwiseKernel,
  choice: Choice,
  tensors: ReadonlyMap<Operand, Tensor>,
): Float32Array {
  const parts = [kernel.weight, ...(kernel.bias === undefined ? [] : [kernel.bias])];
  return packWeights(
    choice.weights?.layout ?? { kind: 'plain' },
    parts.map((operand) => tensors.get(operand) as Tensor),
  );
}
