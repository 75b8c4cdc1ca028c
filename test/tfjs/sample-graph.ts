/** One-operator graphs from the registry's samples, with random weights and inputs that are the same in every run. */
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { canonicalAttrs, inputNode, makeNode, paramNode, paramPath } from '../../src/compiler/ops/build.ts';
import { isProblem, type Init, type OpDef, type Sample } from '../../src/compiler/ops/op.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { internal } from '../../src/compiler/diagnostics/internal.ts';

/** A stage as the checker would make it: canonical attributes, and a `param` node per weight. */
export function layer(def: OpDef, inputs: readonly Node[], options: Sample['options'], path: string): Node {
  const origin = { path, span: undefined };
  const types = inputs.map((input) => input.type);
  const attrs = def.category === 'internal' ? options : canonicalAttrs(def, options, types);
  if (isProblem(attrs)) internal(`${def.name}: ${attrs.code}`);
  const weights = (def.weights?.(attrs, types) ?? []).map((weight) => paramNode(weight, origin));
  return makeNode(def.name, [...inputs, ...weights], attrs, origin);
}

/** The graph `Sample` with inputs x0, x1, … and the output y. */
export function sampleGraph(def: OpDef, sample: Sample, name = 'Sample'): Graph {
  const inputs = sample.inputs.map((type, i) => inputNode(`x${i}`, type, undefined));
  const y = layer(def, inputs, sample.options, `my.${def.name}`);
  return graphOf(name, inputs, { y });
}

export function graphOf(
  name: string,
  inputs: readonly Node[],
  outputs: Readonly<Record<string, Node>>,
): Graph {
  return {
    name,
    inputs: inputs.map((node) => ({
      name: String(node.attrs.name),
      node,
      format: node.type.dtype === 'i32' ? 'i32' : 'f32',
      fit: 'stretch',
      doc: undefined,
    })),
    outputs: Object.entries(outputs).map(([output, node]) => ({
      name: output,
      nodes: [node],
      output: { kind: 'tensor' },
      trainOnly: false,
      doc: undefined,
    })),
  };
}

/** Random inputs by name, in the sample's range; whole numbers for i32. */
export function sampleInputs(
  graph: Graph,
  [low, high]: readonly [number, number] = [-1, 1],
): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, node }, i) => {
      const { shape, data } = randomTensor(shapeOf(node.type), i + 1, [low, high]);
      return [name, { shape, data: node.type.dtype === 'i32' ? data.map(Math.floor) : data }];
    }),
  );
}

/** Weights between -1 and 1, but variances positive and fixed filters as they are; seeded by the path. */
export const sampleWeights: WeightSource = (param) => {
  const init = param.attrs.init as unknown as Init;
  if (init.kind === 'fixed') return init.value;
  const path = paramPath(param);
  const seed = [...path].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7);
  const range = path.endsWith('running_var') ? ([0.3, 2] as const) : ([-1, 1] as const);
  return randomTensor(shapeOf(param.type), seed, range);
};

/** Uniform numbers by xorshift32. */
export function randomTensor(
  shape: readonly number[],
  seed: number,
  [low, high]: readonly [number, number],
): Tensor {
  let state = seed * 2_654_435_761 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => low + next() * (high - low)) };
}

/** Largest difference relative to the largest expected magnitude (at least 1); infinite where shapes or NaNs differ. */
export function maxError(actual: Tensor | undefined, expected: Tensor | undefined): number {
  if (!actual || !expected || actual.shape.join() !== expected.shape.join()) return Infinity;
  const scale = expected.data.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
  return expected.data.reduce((worst, v, i) => {
    const error = Object.is(actual.data[i], v) ? 0 : Math.abs((actual.data[i] ?? NaN) - v) / scale;
    return Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }, 0);
}
