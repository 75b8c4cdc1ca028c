/**
 * The runtime of compiled nets: pick a variant, instantiate it with exactly the memory it needs, stream the weights into
 * that memory, let the program expand them there, run. No dependencies; the same file in Node and in browsers. A model needs no disposal:
 * when the last reference to it goes, the garbage collector frees its memory, and its threads end.
 */
import { InputError, UnsupportedError, WeightsError } from './errors.ts';
import type { Size } from './fit.ts';
import { describe, gather, writeInput, type InputValue } from './input.ts';
import type { Manifest } from './manifest.ts';
import { decodeOutput, type DetectDecoder, type OutputValue, type Seen } from './output.ts';
import { sharesMemory, startTeam, type Team } from './team.ts';
import { pickVariant, type Variant, type VariantOptions } from './variant.ts';
import { readWeights, type WeightsSource } from './weights.ts';

export { checksum } from './checksum.ts';
export { CnncError, InputError, UnsupportedError, WeightsError } from './errors.ts';
export { fitImage, place, type Fit, type Pixels, type Placement, type Size } from './fit.ts';
export type { Drawable, InputValue, Numbers } from './input.ts';
export type { Manifest, ManifestInput, ManifestKind, ManifestOutput, Region } from './manifest.ts';
export { decodeOutput } from './output.ts';
export type {
  DetectDecoder,
  Guess,
  HeadsValue,
  ImageValue,
  LabelValue,
  MaskValue,
  OutputValue,
  Seen,
  TensorValue,
} from './output.ts';
export { pickVariant, supports, type Variant, type VariantOptions } from './variant.ts';
export type { WeightsSource } from './weights.ts';

/** What the compiler made of a net for one kind of engine. */
export interface Build {
  readonly manifest: Manifest;
  /** The module's bytes, as they are or in base64. */
  readonly code: Uint8Array<ArrayBuffer> | string;
  /** Where the weights are unless `load` is told; with the checksum of the right ones. Absent for a net without weights. */
  readonly weights?: { readonly source: WeightsSource; readonly checksum: string };
}

/** A net compiled for one or more kinds of engine. */
export interface Program {
  readonly builds: Partial<Readonly<Record<Variant, Build>>>;
  /** The same for several threads; the weights have the same layout. */
  readonly threaded?: Partial<Readonly<Record<Variant, Build>>>;
  readonly detect?: DetectDecoder;
}

export interface LoadOptions extends VariantOptions {
  /** Weights from elsewhere: an address, or bytes. */
  readonly weights?: WeightsSource;
  /**
   * How many threads compute; `auto` (the default) is as many as the processor has and the program was built for. One where it was built
   * for one, or where the engine does not share memory between threads: `model.threads` says.
   */
  readonly threads?: number | 'auto';
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A net in memory, ready to run. One run at a time; `run` is synchronous. */
export interface Model<
  Inputs = Readonly<Record<string, InputValue>>,
  Outputs = Readonly<Record<string, OutputValue>>,
> {
  readonly manifest: Manifest;
  readonly variant: Variant;
  /** Threads that compute, the calling one included. */
  readonly threads: number;
  run(inputs: Inputs): Outputs;
  /** Ends the threads at once; later runs take one thread. Needed only to free them before the model itself is forgotten. */
  close(): void;
}

/** Compiles the best variant for this engine while its weights arrive. */
export async function load(program: Program, options: LoadOptions = {}): Promise<Model> {
  options.signal?.throwIfAborted();
  const variant = pickVariant(Object.keys(program.builds) as Variant[], options);
  const threaded = program.threaded?.[variant];
  const threads = threaded ? threadsOf(threaded.manifest, options.threads) : 1;
  const build = threaded && threads > 1 ? threaded : program.builds[variant]!;
  const { manifest } = build;
  const memory = allocate(manifest);
  const [compiled] = await Promise.all([
    instantiate(build.code, memory),
    fillWeights(build, memory, options),
  ]);
  (compiled.instance.exports.prepare as () => void)();
  let team = await teamOf(compiled, memory, { manifest, threads });
  const alone = teamOfOne(compiled.instance);
  const model: Model = {
    manifest,
    variant,
    get threads() {
      return team.threads;
    },
    run: (inputs) => {
      const seen = writeInputs(manifest, memory.buffer, inputs);
      team.run();
      return readOutputs(manifest, memory.buffer, { seen, detect: program.detect });
    },
    close: () => {
      team.close();
      team = alone;
    },
  };
  if (threads > 1) endWhenForgotten(model, team);
  return model;
}

let forgotten: FinalizationRegistry<() => void> | undefined;

/** Ends the threads of a model that nobody refers to any more. */
function endWhenForgotten(model: Model, { close }: Team): void {
  forgotten ??= new FinalizationRegistry((end) => end());
  forgotten.register(model, close);
}

function threadsOf({ threads }: Manifest, wanted: LoadOptions['threads'] = 'auto'): number {
  if (!sharesMemory()) return 1;
  const asked = wanted === 'auto' ? (globalThis.navigator?.hardwareConcurrency ?? 1) : wanted;
  return Math.max(1, Math.min(threads?.most ?? 1, Math.floor(asked)));
}

function teamOfOne({ exports }: WebAssembly.Instance): Team {
  return { threads: 1, run: exports.run as () => void, close: () => undefined };
}

/** As many threads as asked for, or one where they cannot be started. */
async function teamOf(
  compiled: Compiled,
  memory: WebAssembly.Memory,
  { manifest, threads }: { readonly manifest: Manifest; readonly threads: number },
): Promise<Team> {
  if (!manifest.threads || threads === 1) return teamOfOne(compiled.instance);
  try {
    return await startTeam(compiled, memory, { threads, words: manifest.threads });
  } catch {
    return teamOfOne(compiled.instance);
  }
}

const page = 65536;

function allocate(manifest: Manifest): WebAssembly.Memory {
  const pages = Math.ceil(manifest.memoryBytes / page);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: manifest.threads !== undefined });
  } catch (error) {
    const megabytes = Math.ceil((pages * page) / 1e6);
    throw new UnsupportedError(
      'unsupported/memory',
      `${manifest.net} needs ${megabytes} MB of memory, which this engine does not give`,
      {
        cause: error,
      },
    );
  }
}

interface Compiled {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly instance: WebAssembly.Instance;
}

async function instantiate(
  source: Uint8Array<ArrayBuffer> | string,
  memory: WebAssembly.Memory,
): Promise<Compiled> {
  const code = typeof source === 'string' ? Uint8Array.from(atob(source), (c) => c.charCodeAt(0)) : source;
  const { instance } = await WebAssembly.instantiate(code, { cnnc: { memory } }).catch(notCompiled);
  // While weights arrive, other threads of the engine optimise the kernels.
  (instance.exports.warm as () => void)();
  return { code, instance };
}

/** Not the module's fault: it is emitted for the variant that the engine was found to support. */
function notCompiled(error: Error): never {
  throw new UnsupportedError(
    'unsupported/compile',
    `WebAssembly is not compiled here: ${error.message} (a page with a content security policy needs 'wasm-unsafe-eval' in its script-src)`,
    { cause: error },
  );
}

async function fillWeights(build: Build, memory: WebAssembly.Memory, options: LoadOptions): Promise<void> {
  const { offset, bytes } = build.manifest.weights;
  if (bytes === 0) return;
  const source = options.weights ?? build.weights?.source;
  if (source === undefined)
    throw new WeightsError(
      'weights/missing',
      `${build.manifest.net} was built without weights: give load({ weights })`,
    );
  const checksum = build.weights?.checksum;
  const target = new Uint8Array(memory.buffer, offset, bytes);
  await readWeights(source, target, { ...options, bytes, ...(checksum === undefined ? {} : { checksum }) });
}

/** Writes every input; the first image among them is what boxes are placed on. */
function writeInputs(
  manifest: Manifest,
  memory: ArrayBuffer,
  given: Readonly<Record<string, InputValue>>,
): Seen | undefined {
  // JavaScript may call `run()`.
  const inputs = given ?? {};
  const unknown = Object.keys(inputs).find((name) => !manifest.inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    const names = manifest.inputs.map(({ name }) => name).join(', ');
    throw new InputError('input/unknown', `${manifest.net} has no input ${unknown}; it has ${names}`);
  }
  let seen: Seen | undefined;
  for (const input of manifest.inputs) {
    const value = inputs[input.name];
    if (value === undefined)
      throw new InputError('input/missing', `input ${input.name} is missing: it takes ${describe(input)}`);
    const photo: Size | undefined = writeInput(memory, input, value);
    const [height = 1, width = 1] = input.shape;
    // Numbers in place of a photo: boxes are in pixels of the input itself.
    const isImage = input.format !== 'f32' && input.format !== 'i32';
    if (isImage) seen ??= { image: photo ?? { width, height }, input: { width, height }, fit: input.fit };
  }
  return seen;
}

function readOutputs(
  manifest: Manifest,
  memory: ArrayBuffer,
  context: { readonly seen: Seen | undefined; readonly detect: DetectDecoder | undefined },
): Readonly<Record<string, OutputValue>> {
  const floats = new Float32Array(memory);
  const values = manifest.outputs.map((output) => {
    const tensors = output.tensors.map((region) => ({ data: gather(floats, region), shape: region.shape }));
    return [output.name, decodeOutput(output, tensors, context)] as const;
  });
  return Object.fromEntries(values);
}
