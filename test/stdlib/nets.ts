/** The networks of the standard library for the tests of this folder: their graphs at chosen sizes, weights, and inputs. */
import { readFileSync } from 'node:fs';
import { instantiate, nodeHost, resolve, type InputSizes, type Mode } from '../../src/compiler/index.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { shapeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { fill, initialise, keyOf } from '../../src/weights/initialise.ts';

export interface NetOptions {
  readonly net: string;
  readonly sizes?: InputSizes | undefined;
  readonly mode?: Mode;
  /** What stands in the file; the file's own text unless given. */
  readonly text?: string;
}

/** The graph of a net of a file that has no errors; `path` is relative to the project. */
export function graphOf(
  path: string,
  { net, sizes = {}, mode = 'inference', text = readFileSync(path, 'utf8') }: NetOptions,
): Graph {
  const { model, diagnostics } = resolve({ path, text }, nodeHost(process.cwd()));
  const { graph, diagnostics: more } = instantiate(model, { net, sizes, mode });
  const errors = [...diagnostics, ...more].filter(({ severity }) => severity === 'error');
  if (!graph || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return graph;
}

/** The same graph, but with scores where it gives probabilities: a saturated softmax hides every error before it. */
export function withoutDecision(graph: Graph): Graph {
  const before = (node: Node): Node =>
    (node.op === 'softmax' || node.op === 'sigmoid') && node.inputs[0] ? node.inputs[0] : node;
  return {
    ...graph,
    outputs: graph.outputs.map((output) => ({ ...output, nodes: output.nodes.map(before) })),
  };
}

/**
 * Weights as of a trained net: kernels as training would start them, and statistics, scales and biases that are neither 0 nor 1, so
 * that a forgotten one shows.
 */
export const trainedWeights: WeightSource = (param) => {
  const initial = initialise(param, 5);
  const noise = (range: number, around: number): Tensor => ({
    shape: initial.shape,
    data: fill(
      { kind: 'uniform', fanIn: 1 / range ** 2, fanOut: 1 },
      initial.data.length,
      keyOf(6, paramPath(param)),
    ).map((x) => x + around),
  });
  return isVector(param) ? noise(0.2, initial.data[0] ?? 0) : initial;
};

/** One number per channel: biases, scales, statistics. Fixed filters and kernels are not. */
function isVector(param: Node): boolean {
  return shapeOf(param.type).length === 1;
}

/** Numbers between 0 and 255 for every input. */
export function photoLike(graph: Graph): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    graph.inputs.map(({ name, node }) => {
      const shape = shapeOf(node.type);
      const count = shape.reduce((product, n) => product * n, 1);
      const data = fill({ kind: 'uniform', fanIn: 1, fanOut: 1 }, count, keyOf(7, name));
      return [name, { shape, data: data.map((x) => 127.5 * (x + 1)) }];
    }),
  );
}

/**
 * The largest difference, relative to the largest expected magnitude; infinite where shapes differ, a number is missing, or what is
 * expected is constant (a comparison with it would prove nothing).
 */
export function relativeError(actual: Tensor | undefined, expected: Tensor): number {
  if (actual?.shape.join() !== expected.shape.join()) return Infinity;
  const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const varies = expected.data.length === 1 || expected.data.some((x) => x !== expected.data[0]);
  if (!varies || largest === 0) return Infinity;
  return expected.data.reduce((worst, x, i) => {
    const error = Math.abs((actual.data[i] ?? NaN) - x) / largest;
    return error <= worst ? worst : Number.isFinite(error) ? error : Infinity;
  }, 0);
}
