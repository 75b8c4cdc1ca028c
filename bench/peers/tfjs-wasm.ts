/**
 * TensorFlow.js on its WebAssembly backend, running the very file that `cnnc build --target tfjs` emits, with batch norms folded as Google's own
 * converter does.
 */
import type * as Tf from '@tensorflow/tfjs-core';
import type { Peer } from './peer.ts';

interface Net {
  predict(
    inputs: Readonly<Record<string, Tf.Tensor>>,
  ): Readonly<Record<string, Tf.Tensor | readonly Tf.Tensor[]>>;
}

export const tfjsWasm: Peer = {
  async load({ prepared, read, module }, { threads }) {
    const tf = await import('@tensorflow/tfjs-core');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    tf.enableProdMode();
    wasm.setThreadsCount(threads);
    const page = (globalThis as { location?: { origin: string } }).location;
    if (page) wasm.setWasmPaths(`${page.origin}/tfjs/`);
    await tf.setBackend('wasm');
    const weights = await read('weights.safetensors');
    const Class = (await module('tfjs.js'))[prepared.className] as new (weights: ArrayBuffer) => Net;
    const net = new Class(weights.buffer);
    return {
      // Its threads are Web Workers: it has none in Node.
      threads: page ? wasm.getThreadsCount() : 1,
      async run(inputs) {
        const given = Object.fromEntries(
          prepared.inputs.map(({ name, shape }) => [
            name,
            tf.tensor(inputs[name] ?? new Float32Array(), [1, ...shape]),
          ]),
        );
        const outputs = Object.values(net.predict(given)).flat() as readonly Tf.Tensor[];
        const data = outputs.map((output) => output.dataSync<'float32'>());
        tf.dispose([given, [...outputs]]);
        return data;
      },
    };
  },
};
