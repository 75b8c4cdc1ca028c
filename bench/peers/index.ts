/** Peers by name, loaded only when asked for: a cold start must not pay for its neighbours. */
import type { Peer } from './peer.ts';

/** How to get each peer, in the order of the tables: ours, those in WebAssembly, native code. */
export const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  cnnc: async () => (await import('./cnnc.ts')).cnnc,
  'cnnc-wide': async () => (await import('./cnnc.ts')).cnncWide,
  'cnnc-one-thread': async () => (await import('./cnnc.ts')).cnncOneThread,
  'cnnc-wide-one-thread': async () => (await import('./cnnc.ts')).cnncWideOneThread,
  'cnnc-int8': async () => (await import('./cnnc.ts')).cnncInt8,
  'cnnc-int8-wide': async () => (await import('./cnnc.ts')).cnncInt8Wide,
  'onnxruntime-web': async () => (await import('./onnxruntime-web.ts')).onnxruntimeWeb,
  litert: async () => (await import('./litert.ts')).litert,
  'tfjs-wasm': async () => (await import('./tfjs-wasm.ts')).tfjsWasm,
  'onnxruntime-node': async () => (await import('./onnxruntime-node.ts')).onnxruntimeNode,
};
