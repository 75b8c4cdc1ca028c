/** Runs emitted programs as the runtime does: weights into memory once, inputs written and outputs read through the manifest. */
import { emitWasm } from '../../../src/compiler/7-emit/wasm/index.ts';
import { pack } from '../../../src/compiler/6-plan/index.ts';
import type { Plan } from '../../../src/compiler/6-plan/plan.ts';
import type { WeightSource } from '../../../src/compiler/ops/evaluate.ts';
import type { Tensor } from '../../../src/compiler/ir/type.ts';
import type { Region } from '../../../src/runtime/manifest.ts';

export interface LoadedProgram {
  readonly run: (inputs: Readonly<Record<string, Tensor>>) => Record<string, readonly Tensor[]>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function loadProgram(plan: Plan, weights: WeightSource): LoadedProgram {
  const { bytes, manifest } = emitWasm(plan);
  const pages = Math.ceil(manifest.memoryBytes / 65536);
  const memory = new WebAssembly.Memory({
    initial: pages,
    maximum: pages,
    shared: manifest.threads !== undefined,
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { cnnc: { memory } });
  (instance.exports.warm as () => void)();
  new Uint8Array(memory.buffer).set(pack(plan, weights), manifest.weights.offset);
  (instance.exports.prepare as () => void)();
  const floats = new Float32Array(memory.buffer);
  const run = instance.exports.run as () => void;
  return {
    bytes,
    run: (inputs) => {
      for (const input of manifest.inputs)
        addressesOf(input).forEach((at, i) => (floats[at] = inputs[input.name]?.data[i] ?? NaN));
      run();
      return Object.fromEntries(
        manifest.outputs.map(({ name, tensors }) => [
          name,
          tensors.map((region) => readTensor(floats, region)),
        ]),
      );
    },
  };
}

function readTensor(floats: Float32Array, region: Region): Tensor {
  return { shape: region.shape, data: Float32Array.from(addressesOf(region), (at) => floats[at] ?? NaN) };
}

/** Positions of the elements in memory, row-major, in floats. */
function addressesOf({ shape, offset, strides }: Region): readonly number[] {
  return shape.reduce<readonly number[]>(
    (found, n, axis) =>
      found.flatMap((at) => Array.from({ length: n }, (_, i) => at + i * (strides[axis] ?? 0))),
    [offset / 4],
  );
}
