/** Native ONNX Runtime (its prebuilt binary; AVX-512 where the processor has it): not a WebAssembly peer, but the bar beyond them. Node only. */
import { sessionRunner } from './onnx-session.ts';
import type { Peer } from './peer.ts';

export const onnxruntimeNode: Peer = {
  async load({ prepared, read }, { threads }) {
    const ort = await import('onnxruntime-node');
    const session = await ort.InferenceSession.create(await read('model.onnx'), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
    return sessionRunner({ session, Tensor: ort.Tensor }, prepared);
  },
};
