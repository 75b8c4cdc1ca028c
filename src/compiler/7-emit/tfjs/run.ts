/**
 * Runs an emitted net: the emitted TypeScript itself is stripped of its types and imported, so that what users read is what runs and what
 * tests compare. TensorFlow.js is the user's own; cnnc does not bring it along.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TfCore from '@tensorflow/tfjs-core';
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { shapeOf, type Tensor } from '../../ir/type.ts';
import { paramPath } from '../../ops/build.ts';
import type { WeightSource } from '../../ops/evaluate.ts';
import { safetensorsChunks } from '../../../weights/write-safetensors.ts';
import { emitTfjs } from './index.ts';
import { isFixed } from './program.ts';

export type TfjsBackend = 'wasm' | 'cpu';

export interface RunTfjsOptions {
  readonly backend: TfjsBackend;
  /** Folder whose `node_modules` has `@tensorflow/tfjs-core` and the backend; the current one by default. */
  readonly root?: string;
}

/** TensorFlow.js, or the backend that was asked for, is not installed where it was looked for. */
export class TfjsMissingError extends Error {
  override readonly name = 'TfjsMissingError';
}

/** An instance of an emitted class. */
export interface TfjsNet {
  predict(
    inputs: Readonly<Record<string, TfCore.Tensor>>,
  ): Record<string, TfCore.Tensor | readonly TfCore.Tensor[]>;
  dispose?(): void;
}

/** The outputs by name, one tensor per node (several for the branches of `detect`), for one sample. */
export async function runTfjs(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  weights: WeightSource,
  { backend, root = process.cwd() }: RunTfjsOptions,
): Promise<Record<string, readonly Tensor[]>> {
  const tf = await loadTfjs(backend, root);
  const net = await instantiateTfjs(graph, weights, root);
  const given = Object.fromEntries(
    graph.inputs.map(({ name, node }) => [name, toTf(tf, inputs[name], shapeOf(node.type))]),
  );
  const results = net.predict(given);
  const outputs: Record<string, readonly Tensor[]> = {};
  for (const [name, result] of Object.entries(results))
    outputs[name] = await Promise.all([result].flat().map((tensor) => fromTf(tensor as TfCore.Tensor)));
  tf.dispose([given, results as TfCore.TensorContainer]);
  net.dispose?.();
  return outputs;
}

/** TensorFlow.js with `backend` in charge. */
export async function loadTfjs(backend: TfjsBackend, root: string): Promise<typeof TfCore> {
  const require = createRequire(join(root, 'package.json'));
  const tf = requirePackage(require, '@tensorflow/tfjs-core', root) as typeof TfCore;
  tf.enableProdMode();
  requirePackage(require, `@tensorflow/tfjs-backend-${backend}`, root);
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}

/** Emits the graph, imports the result and constructs its class with the weights as a file would hold them. */
export async function instantiateTfjs(graph: Graph, weights: WeightSource, root: string): Promise<TfjsNet> {
  const { files, className } = await emitTfjs(graph);
  const [source = ''] = Object.values(files);
  const core = pathToFileURL(createRequire(join(root, 'package.json')).resolve('@tensorflow/tfjs-core'));
  const code = (await withoutTypes(source)).replace("'@tensorflow/tfjs-core'", JSON.stringify(core.href));
  const named = `${code}\n//# sourceURL=emitted-${Object.keys(files)[0]}`;
  const module = (await import(`data:text/javascript,${encodeURIComponent(named)}`)) as Record<
    string,
    new (weights: ArrayBuffer) => TfjsNet
  >;
  const Net = module[className] as new (weights: ArrayBuffer) => TfjsNet;
  return new Net(weightsFile(graph, weights));
}

/** The safetensors file of the weights that the graph reads. */
export function weightsFile(graph: Graph, weights: WeightSource): ArrayBuffer {
  const params = topological(graph).filter((node) => node.op === 'param' && !isFixed(node));
  const unique = new Map(params.map((param): [string, Node] => [paramPath(param), param]));
  const tensors = [...unique].map(([name, param]) => ({ name, ...weights(param) }));
  const chunks = safetensorsChunks(tensors);
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes.buffer;
}

async function withoutTypes(source: string): Promise<string> {
  const { ts } = await import('ts-morph');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function toTf(tf: typeof TfCore, value: Tensor | undefined, shape: readonly number[]): TfCore.Tensor {
  return tf.tensor(value?.data ?? new Float32Array(), [1, ...shape]);
}

async function fromTf(tensor: TfCore.Tensor): Promise<Tensor> {
  return { shape: tensor.shape.slice(1), data: Float32Array.from(await tensor.data()) };
}

function requirePackage(require: NodeJS.Require, name: string, root: string): unknown {
  try {
    return require(name);
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new TfjsMissingError(`${name} is not installed in ${root}: npm install ${name}`);
  }
}
