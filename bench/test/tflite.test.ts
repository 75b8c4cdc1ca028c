/** Registry × samples: the .tflite file gives on LiteRT.js, in Chromium, what the interpreter gives. Run by `npm test` in bench/. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { maxError, sampleGraph, sampleInputs, sampleWeights } from '../../test/tfjs/sample-graph.ts';
import { launch } from '../browser/chromium.ts';
import { serve, type Served } from '../browser/serve.ts';
import { emitTflite } from '../tflite/index.ts';
import type {} from './litert-page.ts';

let [browser, page, served]: [Browser?, Page?, Served?] = [];

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('litert-page.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  served = await serve('', new Map([['page.js', outputFiles[0]?.contents ?? new Uint8Array()]]));
  browser = await launch();
  page = await browser.newPage();
  await page.goto(served.origin);
  await page.waitForFunction(() => 'runTflite' in window);
});

after(async () => {
  await browser?.close();
  served?.close();
});

for (const op of allOps.filter(({ name }) => !name.endsWith('_grad')))
  op.samples.forEach((sample, i) =>
    test(`${op.name} ${i}`, async () => {
      const graph = sampleGraph(op, sample);
      const inputs = sampleInputs(graph, sample.range);
      const expected = evaluate(graph, inputs, sampleWeights).y?.[0];
      const error = maxError(await runTflite(graph, inputs), expected);
      assert.ok(error < 2e-5, `relative error ${error}`);
    }),
  );

async function runTflite(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Promise<Tensor> {
  const model = Buffer.from(emitTflite(graph, sampleWeights)).toString('base64');
  const given = Object.entries(inputs).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
  const sample = { model, inputs: Object.fromEntries(given) };
  const result = await page?.evaluate((s) => window.runTflite(s), sample);
  return { shape: result?.shape.slice(1) ?? [], data: Float32Array.from(result?.data ?? []) };
}
