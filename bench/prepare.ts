/**
 * Compiles a network once for everyone: the same graph and the same weights as an .onnx and as a .tflite file, as emitted TensorFlow.js code,
 * and as our own program. Weights are random (seeded by path); times do not depend on them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { rangesOver } from '../src/cli/quantizing.ts';
import { costs, instantiate, nodeHost, resolve, type Diagnostic } from '../src/compiler/index.ts';
import { applyPass } from '../src/compiler/5-optimize/pass.ts';
import { foldConstants } from '../src/compiler/5-optimize/fold-constants.ts';
import { foldScale } from '../src/compiler/5-optimize/fold-scale.ts';
import { optimize } from '../src/compiler/5-optimize/index.ts';
import { quantize, valuesToCalibrate } from '../src/compiler/5-optimize/quantize/index.ts';
import { pack } from '../src/compiler/6-plan/pack.ts';
import { plan } from '../src/compiler/6-plan/index.ts';
import { emitWasm } from '../src/compiler/7-emit/wasm/index.ts';
import { emitOnnx } from '../src/compiler/7-emit/onnx/index.ts';
import { emitTfjs } from '../src/compiler/7-emit/tfjs/index.ts';
import { weightsFile } from '../src/compiler/7-emit/tfjs/run.ts';
import type { Graph, GraphOutput } from '../src/compiler/ir/graph.ts';
import { shapeOf, type Tensor } from '../src/compiler/ir/type.ts';
import { paramPath } from '../src/compiler/ops/build.ts';
import type { WeightSource } from '../src/compiler/ops/evaluate.ts';
import { checksum } from '../src/runtime/index.ts';
import { seededWeights } from '../src/weights/bind.ts';
import { noise } from './inputs.ts';
import type { BenchNet } from './nets.ts';
import type { Inputs, Prepared } from './peers/peer.ts';
import { emitTflite } from './tflite/index.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** What a person can mend: a network that does not compile, or does not exist. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** Folder of a network's files, by the network's `name`. */
export function folderOf(name: string): string {
  return join(here, 'results', 'cache', name);
}

export interface PrepareOptions {
  /** Only their files are written. */
  readonly peers: readonly string[];
  /** For how many threads our own program is compiled. */
  readonly threads: number;
}

/** Writes the files that the peers need of the network, and describes it. */
export async function prepare(net: BenchNet, { peers, threads }: PrepareOptions): Promise<Prepared> {
  const graph = rawOutputs(compile(net));
  const weights = remembered(seededWeights(1));
  const folder = folderOf(net.name);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: Uint8Array | string): void =>
    writeFileSync(join(folder, name), content);
  const tfjs = await emitTfjs(foldNorms(graph));
  const source = Object.values(tfjs.files)[0] ?? '';
  write('tfjs.ts', source);
  write('tfjs.js', (await transform(source, { loader: 'ts' })).code);
  if (peers.includes('tfjs-wasm')) write('weights.safetensors', new Uint8Array(weightsFile(graph, weights)));
  if (peers.some((peer) => peer.startsWith('onnxruntime')))
    write('model.onnx', await emitOnnx(graph, weights));
  if (peers.includes('litert')) write('model.tflite', emitTflite(foldNorms(graph), weights));
  const optimized = optimize(graph);
  const ours = { weights, threads, write };
  if (isAnyOf(peers, 'cnnc', 'cnnc-one-thread')) writeOurs('cnnc-relaxed', optimized, ours);
  if (isAnyOf(peers, 'cnnc-wide', 'cnnc-wide-one-thread')) writeOurs('cnnc-wide', optimized, ours);
  const { macs, params } = costs(graph);
  const description: Prepared = {
    net: net.name,
    title: net.title,
    macs,
    params,
    inputs: graph.inputs.map(({ name, node }) => ({ name, shape: shapeOf(node.type) })),
    outputs: graph.outputs.map(({ name, nodes: [node] }) => ({
      name,
      shape: node ? shapeOf(node.type) : [],
    })),
    className: tfjs.className,
  };
  const inBytes = peers.filter((peer) => peer.startsWith('cnnc-int8'));
  if (inBytes.length > 0) {
    const quantized = await calibrated(optimized, weights, noise(description));
    for (const name of inBytes) writeOurs(name, quantized, ours);
  }
  write('prepared.json', JSON.stringify(description, undefined, 2));
  return description;
}

/** What `prepare` described when it last wrote the files of the network. */
export function prepared(net: BenchNet): Prepared {
  const path = join(folderOf(net.name), 'prepared.json');
  if (!existsSync(path)) throw new BenchError(`its files are not there: run with --prepare first`);
  return JSON.parse(readFileSync(path, 'utf8')) as Prepared;
}

function isAnyOf(peers: readonly string[], ...names: readonly string[]): boolean {
  return names.some((name) => peers.includes(name));
}

interface Ours {
  readonly weights: WeightSource;
  readonly threads: number;
  readonly write: (name: string, content: Uint8Array | string) => void;
}

/** Our program `name` (which says whether it has 256-bit tiles) for one thread and for several, each with the weights as it packs them. */
function writeOurs(name: string, graph: Graph, { weights, threads, write }: Ours): void {
  for (const count of new Set([1, threads])) {
    const planned = plan(graph, { relaxed: true, wide: name.endsWith('wide') }, { threads: count });
    const { bytes, manifest } = emitWasm(planned);
    const packed = pack(planned, weights);
    const build = count === 1 ? name : `${name}.threads`;
    write(`${build}.wasm`, bytes);
    write(`${build}.json`, JSON.stringify({ manifest, checksum: checksum(packed) }));
    write(`${build}.weights`, packed);
  }
}

/** The net in 8-bit integers, by the ranges of its values on the inputs that are timed. */
async function calibrated(graph: Graph, weights: WeightSource, values: Inputs): Promise<Graph> {
  const inputs = Object.fromEntries(
    graph.inputs.map(({ name, node }) => [
      name,
      { shape: shapeOf(node.type), data: values[name] ?? new Float32Array() },
    ]),
  );
  const calibration = {
    optimized: graph,
    values: valuesToCalibrate(graph),
    weights,
    show: (found: Diagnostic) => found,
  };
  return quantize(graph, { values: await rangesOver(calibration, [{ files: [], inputs }]) });
}

/** Every format asks for every weight. */
function remembered(source: WeightSource): WeightSource {
  const known = new Map<string, Tensor>();
  return (param) => {
    const path = paramPath(param);
    const tensor = known.get(path) ?? source(param);
    known.set(path, tensor);
    return tensor;
  };
}

/** The inference graph; a network that does not check is an error here. */
function compile({ file, net, sizes }: BenchNet): Graph {
  const root = dirname(here);
  const source = { path: file, text: readFileSync(join(root, file), 'utf8') };
  const { model, diagnostics } = resolve(source, nodeHost(root));
  const { graph, diagnostics: more } = instantiate(model, {
    net,
    mode: 'inference',
    ...(sizes && { sizes }),
  });
  const errors = [...diagnostics, ...more].filter(({ severity }) => severity === 'error');
  if (!graph || errors.length > 0)
    throw new BenchError(
      `${net} of ${file} does not compile:\n${errors.map(({ code, message }) => `  ${code}: ${message}`).join('\n')}`,
    );
  return graph;
}

/**
 * Every output node as a tensor of its own, taken before a final softmax: random weights saturate it, and a saturated softmax would
 * hide differences from the comparison.
 */
function rawOutputs(graph: Graph): Graph {
  const outputs = graph.outputs.flatMap((output) =>
    output.nodes.map((node, i): GraphOutput => {
      const raw = node.op === 'softmax' ? (node.inputs[0] ?? node) : node;
      const name = output.nodes.length === 1 ? output.name : `${output.name}${i}`;
      return { ...output, name, nodes: [raw], output: { kind: 'tensor' } };
    }),
  );
  return { ...graph, outputs };
}

/** Batch norms into the convolutions before them: what Google's converters do for tfjs and LiteRT, and onnxruntime when it loads. */
function foldNorms(graph: Graph): Graph {
  return [foldConstants, foldScale].reduce((folded, pass) => applyPass(pass, folded), graph);
}
