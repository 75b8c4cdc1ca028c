/** Larger networks on TensorFlow.js against the interpreter. */
import { expect, test } from 'vitest';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { compileNet } from './nets.ts';
import { maxError, sampleInputs } from './sample-graph.ts';

test.each([
  ['examples/faces/faces.cnn', 'Faces'],
  ['stdlib/resnet.cnn', 'ResNet20'],
  ['stdlib/mobilenet.cnn', 'MobileNetV2'],
  ['stdlib/signal.cnn', 'ResNet18_1D'],
  ['stdlib/face.cnn', 'DlibFace'],
])('%s %s', async (path, net) => {
  const graph = compileNet(path, net);
  const inputs = sampleInputs(graph, [0, 255]);
  const weights = (param: Parameters<typeof initialise>[0]): ReturnType<typeof initialise> =>
    initialise(param, 1);
  const expected = evaluate(graph, inputs, weights);
  const actual = await runTfjs(graph, inputs, weights, { backend: 'wasm' });
  for (const [name, tensors] of Object.entries(expected))
    tensors.forEach((tensor, i) => expect(maxError(actual[name]?.[i], tensor)).toBeLessThan(1e-4));
});
