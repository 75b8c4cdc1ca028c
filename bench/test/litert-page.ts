/** The page of tflite.test.ts: runs a .tflite file on LiteRT.js. */
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';

export interface Sample {
  /** Base64 of the file. */
  readonly model: string;
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >;
}

declare global {
  interface Window {
    loaded: Promise<unknown>;
    runTflite: (
      sample: Sample,
    ) => Promise<{ readonly shape: readonly number[]; readonly data: readonly number[] }>;
  }
}

window.loaded = loadLiteRt(`${location.origin}/litert/`);
window.runTflite = async ({ model, inputs }) => {
  await window.loaded;
  const bytes = Uint8Array.from(atob(model), (c) => c.charCodeAt(0));
  const compiled = await loadAndCompile(bytes, { accelerator: 'wasm' });
  const given = Object.entries(inputs).map(([name, { shape, data }]) => [
    name,
    new Tensor(Float32Array.from(data), [1, ...shape]),
  ]);
  const { y } = await compiled.run(Object.fromEntries(given));
  const result = { shape: compiled.getOutputDetails()[0]?.shape, data: y?.toTypedArray() };
  compiled.delete();
  return { shape: [...(result.shape ?? [])], data: [...(result.data ?? [])].map(Number) };
};
