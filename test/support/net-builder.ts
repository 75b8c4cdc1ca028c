/** Builds graphs in tests as the checker does from text: written options, weights as params with paths. */
import { canonicalAttrs, inputNode, makeNode, paramNode, paramPath } from '../../src/compiler/ops/build.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { opDef } from '../../src/compiler/ops/index.ts';
import { isProblem } from '../../src/compiler/ops/op.ts';
import type { Attrs, Graph, Node } from '../../src/compiler/ir/graph.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../../src/compiler/ir/type.ts';

/** One layer of `op`; undefined where its shape rule refuses. Weights are new params under `path`. */
export function tryLayer(
  op: string,
  inputs: readonly Node[],
  options: Attrs,
  path: string,
): Node | undefined {
  const def = opDef(op);
  const types = inputs.map((input) => input.type);
  const attrs = canonicalAttrs(def, options, types);
  if (isProblem(attrs) || isProblem(def.type(attrs, types))) return undefined;
  const origin = { path, span: undefined };
  const weights = (def.weights?.(attrs, types) ?? []).map((spec) => paramNode(spec, origin));
  return makeNode(op, [...inputs, ...weights], attrs, origin);
}

/** As `tryLayer`, for uses that are right. */
export function layer(op: string, inputs: readonly Node[], options: Attrs, path: string): Node {
  const node = tryLayer(op, inputs, options, path);
  if (!node) throw new Error(`${op} refuses ${JSON.stringify(options)}`);
  return node;
}

/** An f32 feature map given by the caller. */
export function inputMap(name: string, spatial: readonly number[], channels: number): Node {
  return inputNode(name, featureMap(spatial, channels), undefined);
}

/** A net over `nodes`, one tensor output each. */
export function graphOf(outputs: readonly Node[], inputs: readonly Node[]): Graph {
  return {
    name: 'Net',
    inputs: inputs.map((node) => ({
      name: String(node.attrs['name']),
      node,
      format: 'f32',
      fit: 'stretch',
      doc: undefined,
    })),
    outputs: outputs.map((node, i) => ({
      name: `y${i}`,
      nodes: [node],
      output: { kind: 'tensor' },
      trainOnly: false,
      doc: undefined,
    })),
  };
}

/** Reproducible numbers in −1..1 from a text and a position. */
function random(key: string): (i: number) => number {
  let seed = 2166136261;
  for (const char of key) seed = Math.imul(seed ^ char.charCodeAt(0), 16777619);
  return (i) => {
    let x = (seed + Math.imul(i + 1, 0x9e3779b1)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1;
  };
}

/** A tensor of reproducible numbers in −1..1. */
export function randomTensor(type: TensorType, key: string): Tensor {
  const shape = shapeOf(type);
  const at = random(key);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => at(i)) };
}

/** Weights that keep activations near 1: scaled by fan-in, variances positive. */
export const testWeights: WeightSource = (param) => {
  const tensor = randomTensor(param.type, paramPath(param));
  const fanIn = sizeOf(tensor.shape.slice(1));
  const positive = param.attrs['name'] === 'running_var';
  const scale = tensor.shape.length > 1 ? Math.sqrt(2 / fanIn) : 1;
  return { ...tensor, data: tensor.data.map((x) => (positive ? 0.6 + x / 2 : x * scale)) };
};

/** Values for every input of the graph. */
export function testInputs(graph: Graph, key = 'a'): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, node }) => [name, randomTensor(node.type, name + key)]),
  );
}
