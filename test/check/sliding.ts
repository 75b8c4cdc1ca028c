/** One pass of a sliding net against every window on its own, for tests: the interpreter, and the wasm target without Winograd. */
import { convolutional, isSliding, type Sliding } from '../../src/compiler/3-check/sliding/convolutional.ts';
import { instantiate, nodeHost, optimize, plan, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { generator } from '../ops/support.ts';
import { trainedWeights } from '../stdlib/nets.ts';
import { loadProgram } from '../wasm/support/load-program.ts';

/** The graph of a text's net (the last one unless `net` names one). */
export function graphOf(text: string, net?: string): Graph {
  const { model, diagnostics } = resolve({ path: 'n.cnn', text }, nodeHost('.'));
  const { graph, diagnostics: more } = instantiate(model, { mode: 'inference', ...(net ? { net } : {}) });
  if (!graph) throw new Error([...diagnostics, ...more].map((d) => d.message).join('\n'));
  return graph;
}

export function slide(graph: Graph, sizes: readonly number[]): Sliding {
  const result = convolutional(graph, sizes);
  if (!isSliding(result)) throw new Error(result.reason);
  return result;
}

export function randomTensor(shape: readonly number[], seed = 3): Tensor {
  const random = generator(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1) };
}

/** Runs a graph on its only input; outputs by name. */
export type Runner = (image: Tensor) => Readonly<Record<string, readonly Tensor[]>>;

export const onEval = (graph: Graph): Runner => {
  const name = graph.inputs[0]?.name ?? '';
  return (image) => evaluate(graph, { [name]: image }, trainedWeights);
};

export const onWasm =
  (relaxed: boolean) =>
  (graph: Graph): Runner => {
    const name = graph.inputs[0]?.name ?? '';
    const planned = plan(optimize(graph), { relaxed, wide: false }, { precise: true });
    const { run } = loadProgram(planned, trainedWeights);
    return (image) => run({ [name]: image });
  };

/** Part of a tensor from a place (zeros beyond the end), of a size per spatial axis; all channels. */
export function part(tensor: Tensor, from: readonly number[], size: readonly number[]): Tensor {
  const channels = tensor.shape.at(-1) ?? 1;
  const data = new Float32Array(sizeOf(size) * channels);
  for (const [i, place] of placesOf(size).entries()) {
    const at = place.map((p, axis) => p + (from[axis] ?? 0));
    if (at.some((p, axis) => p >= (tensor.shape[axis] ?? 0))) continue;
    const offset = at.reduce((sum, p, axis) => sum * (tensor.shape[axis] ?? 1) + p, 0) * channels;
    data.set(tensor.data.subarray(offset, offset + channels), i * channels);
  }
  return { shape: [...size, channels], data };
}

/** All places of a box, the last axis fastest. */
export function placesOf(size: readonly number[]): readonly (readonly number[])[] {
  return size.reduce<readonly (readonly number[])[]>(
    (places, n) => places.flatMap((place) => Array.from({ length: n }, (_, i) => [...place, i])),
    [[]],
  );
}

/**
 * Largest difference, relative to the largest value of the pass where that is above 1, between one pass and all windows on their own:
 * for each output the vector of a window against its place, or the map of a window against its part of the larger map.
 */
export function difference(
  original: Graph,
  sliding: Sliding,
  { pass, alone }: { readonly pass: (graph: Graph) => Runner; readonly alone: (graph: Graph) => Runner },
): number {
  const [input] = sliding.graph.inputs;
  const image = randomTensor(input ? shapeOf(input.node.type) : []);
  const together = pass(sliding.graph)(image);
  const single = alone(original);
  let worst = 0;
  for (const window of placesOf(sliding.places)) {
    const corner = window.map((place, i) => place * (sliding.stride[i] ?? 1));
    const expected = single(part(image, corner, sliding.window));
    for (const { name } of original.outputs)
      for (const [i, tensor] of (expected[name] ?? []).entries())
        worst = Math.max(worst, distance(together[name]?.[i], tensor, { window, corner, sliding }));
  }
  return worst;
}

function distance(
  together: Tensor | undefined,
  alone: Tensor,
  { window, corner, sliding }: { window: readonly number[]; corner: readonly number[]; sliding: Sliding },
): number {
  if (!together) return Infinity;
  const isMap = alone.shape.length > window.length;
  const size = isMap ? alone.shape.slice(0, -1) : window.map(() => 1);
  // Places of a map lie jump pixels apart: (larger - window) / jump more of them.
  const from = isMap ? mapCorner(together, alone, { corner, sliding }) : window;
  const { data } = part(together, from, size);
  if (data.length !== alone.data.length) return Infinity;
  const scale = together.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return data.reduce((most, x, i) => Math.max(most, Math.abs(x - (alone.data[i] ?? NaN)) / scale), 0);
}

function mapCorner(
  together: Tensor,
  alone: Tensor,
  { corner, sliding }: { corner: readonly number[]; sliding: Sliding },
): readonly number[] {
  return corner.map((pixel, i) => {
    const windows = (sliding.places[i] ?? 1) - 1;
    const more = (together.shape[i] ?? 0) - (alone.shape[i] ?? 0);
    const perWindow = windows === 0 ? 0 : Math.floor(more / windows);
    return (pixel / (sliding.stride[i] ?? 1)) * perWindow;
  });
}
