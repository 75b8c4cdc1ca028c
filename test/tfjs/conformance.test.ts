/** Registry × samples: the emitted TypeScript type-checks, and gives on TensorFlow.js what the interpreter gives. */
import { describe, expect, test } from 'vitest';
import { emitTfjs } from '../../src/compiler/7-emit/tfjs/index.ts';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import { typeErrors } from '../../src/compiler/7-emit/typescript/type-check.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { maxError, sampleGraph, sampleInputs, sampleWeights } from './sample-graph.ts';

const root = process.cwd();

/** Operators that only passes and lowerings for WebAssembly make. */
const neverEmitted = new Set(['phase_kernel', 'qconv', 'round_sums']);

const cases = allOps
  .filter((op) => !op.name.endsWith('_grad') && !neverEmitted.has(op.name))
  .flatMap((op) =>
    op.samples.map((sample, i) => ({ op, sample, title: `${op.name} ${i}`, name: `${op.name}_${i}` })),
  );

/** tfjs-backend-wasm 4.22 computes transposed 3-D convolutions wrongly; its other backends do not. */
const wrongOnWasm = new Set(['deconv 7']);

describe('TensorFlow.js code of every operator', () => {
  test.each(cases)('$title computes what the interpreter computes', async ({ op, sample, title }) => {
    const graph = sampleGraph(op, sample);
    const inputs = sampleInputs(graph, sample.range);
    const expected = evaluate(graph, inputs, sampleWeights).y?.[0];
    const actual = await runTfjs(graph, inputs, sampleWeights, {
      backend: wrongOnWasm.has(title) ? 'cpu' : 'wasm',
      root,
    });
    expect(maxError(actual.y?.[0], expected)).toBeLessThan(2e-5);
  });

  test('all of it type-checks under strict settings', async () => {
    const files: Record<string, string> = {};
    for (const { op, sample, name } of cases)
      Object.assign(files, (await emitTfjs(sampleGraph(op, sample, name))).files);
    expect(Object.keys(files)).toHaveLength(cases.length);
    expect(await typeErrors(files, { root })).toEqual([]);
  });
});
