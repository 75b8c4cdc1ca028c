/** What 16-bit weights do to the results of networks: LeNet-5, and the face detector with its published weights. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { optimize, plan } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { bindWeights } from '../../src/weights/bind.ts';
import { convertTfjs } from '../../src/weights/convert-tfjs.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';
import { loadProgram } from '../wasm/support/load-program.ts';
import { graphOf, photoLike, relativeError, trainedWeights, withoutDecision } from './nets.ts';

const engine = { relaxed: true, wide: false };

/** The largest change of an output by storing weights in 16 bits, relative to the output's largest value; and the files' bytes. */
function drift(
  graph: Graph,
  weights: WeightSource,
): { readonly error: number; readonly bytes: readonly number[] } {
  const inputs = photoLike(graph);
  const plans = (['f32', 'i16'] as const).map((weightsType) =>
    plan(optimize(graph), engine, { weightsType }),
  );
  const [floats = {}, integers = {}] = plans.map((planned) => loadProgram(planned, weights).run(inputs));
  const errors = Object.entries(floats).flatMap(([name, tensors]) =>
    tensors.map((tensor, i) => relativeError(integers[name]?.[i], tensor)),
  );
  return { error: Math.max(...errors), bytes: plans.map(({ file }) => file.bytes) };
}

function expectLittle({ error, bytes: [floats = 0, integers = 0] }: ReturnType<typeof drift>): void {
  expect(error).toBeGreaterThan(0);
  // Measured: 9e-6 and 7e-5.
  expect(error).toBeLessThanOrEqual(2e-4);
  // 50.4 % and 51.1 %: biases and the face detector's first layer are floats, and each filter has a scale.
  expect(integers).toBeLessThanOrEqual(0.512 * floats);
}

test('LeNet-5', () => {
  expectLittle(drift(withoutDecision(graphOf('stdlib/lenet.cnn', { net: 'LeNet5' })), trainedWeights));
});

test('the face detector', () => {
  const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  const manifest = join(faceApi, 'model/tiny_face_detector_model-weights_manifest.json');
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-integers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'faces.safetensors');
  writeSafetensors(path, convertTfjs(manifest, 'examples/faces/weights-map.json').tensors ?? []);
  const { file } = openSafetensors(path);
  const text = readFileSync('examples/faces/faces.cnn', 'utf8');
  const graph = graphOf('examples/faces/faces.cnn', { net: 'Faces', text });
  const { weights } = file ? bindWeights(graph, file) : {};
  expect(weights).toBeDefined();
  if (weights) expectLittle(drift(graph, weights));
});
