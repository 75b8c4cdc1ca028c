/** Whole networks: what is emitted for them (expected/, rewritten by UPDATE=1), and that it computes what the interpreter computes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emitTfjs } from '../../src/compiler/7-emit/tfjs/index.ts';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { compileNet } from './nets.ts';
import { maxError, sampleInputs, sampleWeights } from './sample-graph.ts';

describe('emitted files', () => {
  test.each([
    ['stdlib/lenet.cnn', 'LeNet5'],
    ['test/tfjs/cases/tiny.cnn', 'Tiny'],
  ])('%s %s', async (path, net) => {
    for (const [name, text] of Object.entries((await emitTfjs(compileNet(path, net))).files)) {
      const expected = `test/tfjs/expected/${name}`;
      if (process.env.UPDATE) writeFileSync(expected, text);
      expect(text).toBe(readFileSync(expected, 'utf8'));
    }
  });
});

describe('whole networks on TensorFlow.js', () => {
  test.each([
    ['stdlib/lenet.cnn', 'LeNet5'],
    ['stdlib/lenet.cnn', 'LeNet5Rgb'],
    ['stdlib/signal.cnn', 'Course1D'],
    ['stdlib/volume.cnn', 'Course3D'],
    ['test/tfjs/cases/tiny.cnn', 'Tiny'],
  ])('%s %s', async (path, net) => {
    const graph = compileNet(path, net);
    const inputs = sampleInputs(graph, [0, 255]);
    const expected = evaluate(graph, inputs, sampleWeights);
    const actual = await runTfjs(graph, inputs, sampleWeights, { backend: 'wasm' });
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, tensors] of Object.entries(expected))
      tensors.forEach((tensor, i) => expect(maxError(actual[name]?.[i], tensor)).toBeLessThan(2e-5));
  });
});
