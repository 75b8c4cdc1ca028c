/**
 * The part of @litertjs/core that is used here (tsconfig.json points to it): its own declarations change what `new Float32Array` gives
 * everywhere, and need those of WebGPU.
 */
export class Tensor {
  constructor(data: Float32Array, shape: readonly number[]);
  toTypedArray(): Float32Array;
  delete(): void;
}

export interface CompiledModel {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  getOutputDetails(): readonly { readonly shape: Int32Array }[];
  delete(): void;
}

/** Loads the WebAssembly from a folder. */
export function loadLiteRt(folder: string, options?: { readonly threads?: boolean }): Promise<unknown>;

export function loadAndCompile(
  model: Uint8Array,
  options: { readonly accelerator: 'wasm'; readonly cpuOptions?: { readonly numThreads: number } },
): Promise<CompiledModel>;
