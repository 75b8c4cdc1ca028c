/** Microsoft's ONNX Runtime compiled to WebAssembly; all its graph optimisations on. */
import type { InferenceSession } from 'onnxruntime-web/wasm';
import type { Peer } from './peer.ts';

export const onnxruntimeWeb: Peer = {
  name: 'onnxruntime-web',
  title: 'onnxruntime-web 1.30 (wasm)',
  async load({ prepared, read }, { threads }) {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    const page = (globalThis as { location?: { origin: string } }).location;
    if (page) ort.env.wasm.wasmPaths = `${page.origin}/ort/`;
    // In Node, more threads look for the file again, and fetch() reads no files: a path it is.
    else if (threads > 1)
      ort.env.wasm.wasmPaths = new URL('.', import.meta.resolve('onnxruntime-web/wasm')).pathname;
    const session: InferenceSession = await ort.InferenceSession.create(await read('model.onnx'), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    return {
      async run(inputs) {
        const feeds = prepared.inputs.map(({ name, shape }) => [
          name,
          new ort.Tensor('float32', inputs[name] ?? new Float32Array(), [1, ...shape]),
        ]);
        const results = await session.run(Object.fromEntries(feeds) as InferenceSession.FeedsType);
        return prepared.outputs.map(({ name }) => results[name]?.data as Float32Array);
      },
    };
  },
};
