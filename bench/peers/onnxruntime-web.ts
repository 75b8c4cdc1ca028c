/** Microsoft's ONNX Runtime compiled to WebAssembly; all its graph optimisations on. */
import { sessionRunner } from './onnx-session.ts';
import type { Peer } from './peer.ts';

export const onnxruntimeWeb: Peer = {
  async load({ prepared, read }, { threads }) {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = 'error';
    const page = (globalThis as { location?: { origin: string } }).location;
    if (page) ort.env.wasm.wasmPaths = `${page.origin}/ort/`;
    // In Node, more threads look for the file again, and fetch() reads no files: a path it is.
    else if (threads > 1)
      ort.env.wasm.wasmPaths = new URL('.', import.meta.resolve('onnxruntime-web/wasm')).pathname;
    const session = await ort.InferenceSession.create(await read('model.onnx'), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    return sessionRunner({ session, Tensor: ort.Tensor }, prepared);
  },
};
