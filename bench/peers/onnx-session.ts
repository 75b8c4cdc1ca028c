/** A session of ONNX Runtime as a runner: its API is the same in WebAssembly and in Node. */
import type { InferenceSession, TensorConstructor } from 'onnxruntime-web/wasm';
import type { Prepared, Runner } from './peer.ts';

interface Loaded {
  readonly session: InferenceSession;
  /** Of the package that made the session. */
  readonly Tensor: TensorConstructor;
}

export function sessionRunner({ session, Tensor }: Loaded, { inputs, outputs }: Prepared): Runner {
  return {
    async run(given) {
      const feeds = inputs.map(({ name, shape }) => [
        name,
        new Tensor('float32', given[name] ?? new Float32Array(), [1, ...shape]),
      ]);
      const results = await session.run(Object.fromEntries(feeds) as InferenceSession.FeedsType);
      return outputs.map(({ name }) => results[name]?.data as Float32Array);
    },
  };
}
