/** Registry × samples: the ONNX file gives on onnxruntime-web what the interpreter gives. Run by `npm test` in bench/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import { emitOnnx } from '../../src/compiler/7-emit/onnx/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { maxError, sampleGraph, sampleInputs, sampleWeights } from '../../test/tfjs/sample-graph.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

for (const op of allOps.filter(({ name }) => !name.endsWith('_grad'))) {
  op.samples.forEach((sample, i) =>
    test(`${op.name} ${i}`, async () => {
      const graph = sampleGraph(op, sample);
      const inputs = sampleInputs(graph, sample.range);
      const expected = evaluate(graph, inputs, sampleWeights).y?.[0];
      const actual = await runOnnx(graph, inputs);
      const error = maxError(actual, expected);
      assert.ok(error < 2e-5, `relative error ${error}`);
    }),
  );
}

async function runOnnx(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const session = await ort.InferenceSession.create(await emitOnnx(graph, sampleWeights));
  const feeds = Object.entries(inputs).map(([name, { shape, data }]): [string, ort.Tensor] => [
    name,
    new ort.Tensor('float32', data, [1, ...shape]),
  ]);
  const { y } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return { shape: y?.dims.slice(1) ?? [], data: y?.data as Float32Array };
}
