/**
 * Whole nets for 256-bit engines, optimised by V8 with revectorisation switched on for this process, give what narrow programs give. Only the
 * optimising compiler pairs vectors: it takes over between the runs.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { expect, it } from 'vitest';
import { instantiate, nodeHost, optimize, plan, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { seededWeights } from '../../src/weights/bind.ts';
import { loadProgram } from './support/load-program.ts';

setFlagsFromString('--experimental-wasm-revectorize');
setFlagsFromString('--wasm-sync-tier-up');
setFlagsFromString('--wasm-tiering-budget=100');

function graphOf(path: string, net: string): Graph {
  const { model } = resolve({ path, text: readFileSync(path, 'utf8') }, nodeHost(process.cwd()));
  const { graph, diagnostics } = instantiate(model, { net, mode: 'inference' });
  if (!graph) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  // Softmax could hide differences.
  const outputs = graph.outputs.map((output) => ({
    ...output,
    nodes: output.nodes.map((node) => (node.op === 'softmax' ? (node.inputs[0] ?? node) : node)),
  }));
  return { ...graph, outputs };
}

/** Pictures of changing values, 0..255. */
function inputsOf(graph: Graph): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    graph.inputs.map(({ name, node }) => {
      const shape = shapeOf(node.type);
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 131) % 256);
      return [name, { shape, data }];
    }),
  );
}

/** The largest difference, relative to the largest value. */
function difference(a: Readonly<Record<string, readonly Tensor[]>>, b: typeof a): number {
  const [x, y] = [a, b].map((outputs) =>
    Object.values(outputs).flatMap((all) => all.flatMap(({ data }) => [...data])),
  );
  const largest = (x ?? []).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (x ?? []).reduce((most, value, i) => Math.max(most, Math.abs(value - (y?.[i] ?? NaN))), 0) / largest;
}

for (const [path, net] of [
  ['stdlib/lenet.cnn', 'LeNet5'],
  ['examples/faces/faces.cnn', 'Faces'],
] as const)
  it(`${net} in wide tiles is ${net} in narrow ones`, () => {
    const graph = graphOf(path, net);
    const inputs = inputsOf(graph);
    const [wide, narrow] = [true, false].map((tiles) => {
      const planned = plan(optimize(graph), { relaxed: true, wide: tiles });
      const { run } = loadProgram(planned, seededWeights(1));
      return [run(inputs), run(inputs), run(inputs)] as const;
    });
    for (const outputs of wide ?? []) expect(difference(outputs, narrow?.[0] ?? {})).toBeLessThan(1e-5);
  });
