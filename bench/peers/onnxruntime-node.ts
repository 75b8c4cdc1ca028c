/** Native ONNX Runtime (its prebuilt binary; AVX-512 where the processor has it): not a WebAssembly peer, but the bar beyond them. Node only. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Peer } from './peer.ts';

export const onnxruntimeNode: Peer = {
  name: 'onnxruntime-node',
  title: 'onnxruntime-node 1.30 (native)',
  async load({ prepared, read }, { threads }) {
    const ort = await import('onnxruntime-node');
    const session: InferenceSession = await ort.InferenceSession.create(await read('model.onnx'), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
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
