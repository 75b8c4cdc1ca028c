/**
 * Google's LiteRT for the web on its CPU path (XNNPACK in WebAssembly with relaxed SIMD), for which we write a .tflite file of the same graph.
 * It loads its WebAssembly through a script element: pages only.
 */
import type { Peer } from './peer.ts';

export const litert: Peer = {
  async load({ prepared, read }, { threads }) {
    const { loadAndCompile, loadLiteRt, Tensor } = await import('@litertjs/core');
    await loadLiteRt(`${location.origin}/litert/`, { threads: threads > 1 });
    const model = await loadAndCompile(await read('model.tflite'), {
      accelerator: 'wasm',
      cpuOptions: { numThreads: threads },
    });
    return {
      async run(inputs) {
        const given = Object.fromEntries(
          prepared.inputs.map(({ name, shape }) => [
            name,
            new Tensor(inputs[name] ?? new Float32Array(), [1, ...shape]),
          ]),
        );
        const results = await model.run(given);
        const data = prepared.outputs.map(({ name }) => results[name]?.toTypedArray() as Float32Array);
        for (const tensor of [...Object.values(given), ...Object.values(results)]) tensor.delete();
        return data;
      },
    };
  },
};
