/** Runs vector code on arrays: each quadruple of `inputs[i]` is loaded, given to `emit`, and the result stored. */
import {
  ModuleBuilder,
  v128,
  type ConstantPool,
  type FunctionBuilder,
  type V128,
} from '../../../src/compiler/7-emit/wasm/assembler/index.ts';
import type { Engine } from '../../../src/compiler/6-plan/plan.ts';

export const engines: readonly Engine[] = [
  { relaxed: false, wide: false },
  { relaxed: true, wide: false },
];

export interface VectorCode {
  readonly f: FunctionBuilder;
  readonly constants: ConstantPool;
  readonly module: ModuleBuilder;
}

export function runVector(
  engine: Engine,
  inputs: readonly Float32Array[],
  emit: (code: VectorCode, args: readonly V128[]) => V128,
): Float32Array {
  const length = Math.ceil((inputs[0]?.length ?? 0) / 4) * 4;
  const pages = Math.ceil(((inputs.length + 1) * length * 4) / 65536) + 1;
  const module = new ModuleBuilder(engine);
  module.importMemory({ module: 'cnnc', name: 'memory', pages });
  const run = module.function({ name: 'run', params: [] }, (f) => {
    const constants = f.constants();
    const p = f.i32();
    f.for(p, 0, length * 4, 16, () => {
      const args = inputs.map((_, i) => f.let(v128.load(p, (i + 1) * length * 4)));
      f.store(p, 0, emit({ f, constants, module }, args));
    });
  });
  module.export('run', run);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const floats = new Float32Array(memory.buffer);
  inputs.forEach((input, i) => floats.set(input, (i + 1) * length));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), { cnnc: { memory } });
  (instance.exports.run as () => void)();
  return floats.slice(0, inputs[0]?.length ?? 0);
}
