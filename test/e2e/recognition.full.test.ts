/**
 * Face recognition with real weights: std/face's network on crops of a demo photo. Measured on these crops (the boxes of the detector,
 * not aligned by landmarks): 0.28 to 0.38 for one person, shifted, 0.47 to 0.64 between people; so what is tested is the order of distances,
 * and face-api's limit of 0.6 for one person only.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCanvas, loadImage, type Canvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import { quantize, type Ranges } from '../../src/compiler/5-optimize/quantize/index.ts';
import { optimize, plan, type Plan } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import type { WeightSource } from '../../src/compiler/ops/evaluate.ts';
import { readRanges } from '../../src/quantize/ranges-file.ts';
import { bindWeights } from '../../src/weights/bind.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { cnnc } from '../cli/run-cli.ts';
import { graphOf, relativeError } from '../stdlib/nets.ts';
import { runWasm } from '../stdlib/run.ts';
import { loadProgram } from '../wasm/support/load-program.ts';

const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
const folder = mkdtempSync(join(tmpdir(), 'cnnc-recognition-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weightsFile = join(folder, 'recognition.safetensors');

let graph: Graph;
let weights: WeightSource;
const crops: Tensor[] = [];

/** Boxes of the three faces of sample1.jpg: x, y, width, height. */
const faces = [
  [414, 356, 178, 240],
  [838, 420, 188, 228],
  [1476, 200, 204, 240],
] as const;

/** A square in the middle of a face, moved by some pixels, as a picture of 150x150. */
async function picture([x, y, width, height]: (typeof faces)[number], by: number): Promise<Canvas> {
  const image = await loadImage(join(faceApi, 'demo/sample1.jpg'));
  const canvas = createCanvas(150, 150);
  const side = 0.85 * height;
  const [left, top] = [x + (width - side) / 2 + by, y + (height - side) / 2 + by];
  canvas.getContext('2d').drawImage(image, left, top, side, side, 0, 0, 150, 150);
  return canvas;
}

/** The same as numbers. */
async function crop(face: (typeof faces)[number], by: number): Promise<Tensor> {
  const { data } = (await picture(face, by)).getContext('2d').getImageData(0, 0, 150, 150);
  return { shape: [150, 150, 3], data: Float32Array.from(data.filter((_, i) => i % 4 !== 3)) };
}

beforeAll(async () => {
  const manifest = join(faceApi, 'model/face_recognition_model-weights_manifest.json');
  const map = 'examples/recognition/weights-map.json';
  const converted = await cnnc('weights', 'convert', manifest, '--map', map, '--out', weightsFile);
  expect(converted.exit, converted.stderr).toBe(0);
  graph = graphOf('examples/recognition/recognition.cnn', { net: 'Recognition' });
  const opened = openSafetensors(weightsFile).file;
  const bound = opened && bindWeights(graph, opened).weights;
  if (!bound) throw new Error('the weights do not fit');
  weights = bound;
  for (const face of faces) crops.push(await crop(face, 0), await crop(face, 10));
});

const distance = (a: Tensor, b: Tensor): number =>
  Math.hypot(...[...a.data].map((x, i) => x - (b.data[i] ?? NaN)));

async function describeFaces(run: (face: Tensor) => Promise<readonly Tensor[]>): Promise<readonly Tensor[]> {
  const found: Tensor[] = [];
  for (const face of crops) found.push(...(await run(face)));
  return found;
}

it('is the same on TensorFlow.js, and finds every person again on a second crop', async () => {
  const given = (face: Tensor): { readonly face: Tensor } => ({ face });
  const ours = await describeFaces((face) =>
    Promise.resolve(runWasm(graph, 'simd', { inputs: given(face), weights }).outputs['descriptor'] ?? []),
  );
  const theirs = await describeFaces(
    async (face) => (await runTfjs(graph, given(face), weights, { backend: 'wasm' }))['descriptor'] ?? [],
  );
  expect([ours.length, theirs.length]).toEqual([6, 6]);
  const pairs = ours.flatMap((a, i) =>
    ours.slice(i + 1).map((b, k) => ({ same: i % 2 === 0 && k === 0, apart: distance(a, b) })),
  );
  const same = pairs.filter((pair) => pair.same).map(({ apart }) => apart);
  const different = pairs.filter((pair) => !pair.same).map(({ apart }) => apart);
  for (const [i, tensor] of ours.entries())
    expect(relativeError(theirs[i], tensor)).toBeLessThanOrEqual(1e-3);
  expect(same).toHaveLength(3);
  expect(Math.max(...same)).toBeLessThan(0.6);
  expect(Math.max(...same)).toBeLessThan(Math.min(...different));
});

/** Ranges by `cnnc quantize`, over crops of the first two people that lie elsewhere than those compared. */
async function rangesOfOthers(): Promise<Ranges> {
  const [data, ranges] = ['calibrating', 'recognition.ranges.json'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  mkdirSync(data);
  for (const [i, face] of faces.slice(0, 2).entries())
    for (const by of [-20, -10, 20, 30])
      writeFileSync(join(data, `${i}_${by}.png`), (await picture(face, by)).toBuffer('image/png'));
  const net = ['examples/recognition/recognition.cnn', '--weights', weightsFile];
  const { exit, stderr } = await cnnc('quantize', ...net, '--data', data, '--out', ranges);
  expect(exit, stderr).toBe(0);
  const read = readRanges(readFileSync(ranges, 'utf8'));
  if ('reason' in read) throw new Error(read.reason);
  return read.ranges;
}

it('keeps distances in 8-bit integers, also of a person that nothing was calibrated on', async () => {
  const floats = optimize(graph);
  const engine = { relaxed: true, wide: false };
  const [exact, bytes] = [floats, quantize(floats, await rangesOfOthers())].map((net) => {
    const { run } = loadProgram(plan(net, engine), weights);
    return crops.map((face) => run({ face })['descriptor']?.[0] as Tensor);
  }) as [Tensor[], Tensor[]];
  const moved = exact.flatMap((a, i) =>
    exact.map((b, k) => Math.abs(distance(bytes[i] as Tensor, bytes[k] as Tensor) - distance(a, b))),
  );
  expect(Math.max(...moved)).toBeGreaterThan(0);
  // Half of what lies between one person's farthest crops (0.38) and the nearest of two people (0.47). Measured: 0.031.
  expect(Math.max(...moved)).toBeLessThan(0.045);
});

/** Windows that F(4×4) computes, as `7×7/2`, each once. */
function winogradWindows({ steps }: Plan): readonly string[] {
  const windows = steps.flatMap(({ algorithm, kernel }) =>
    algorithm === 'winograd-4x4' && kernel.kind === 'conv'
      ? [`${kernel.window.kernel.join('×')}/${kernel.window.stride[0] ?? 1}`]
      : [],
  );
  return [...new Set(windows)].toSorted();
}

it.each([
  ['plain', { relaxed: false, wide: false }, ['3×3/1', '3×3/2', '7×7/2']],
  ['relaxed', { relaxed: true, wide: false }, ['3×3/1', '3×3/2', '7×7/2']],
  // The strided 3×3 layer takes tiles of 2 × 2 there.
  ['wide', { relaxed: true, wide: true }, ['3×3/1', '7×7/2']],
] as const)(
  'computes with F(4×4) what direct convolution computes, to 1e-5, also strided: %s',
  (_, engine, windows) => {
    const optimised = optimize(graph);
    const [fast, precise] = [false, true].map((option) => plan(optimised, engine, { precise: option })) as [
      Plan,
      Plan,
    ];
    expect(winogradWindows(fast)).toEqual(windows);
    expect(winogradWindows(precise)).toEqual([]);
    const [run, reference] = [fast, precise].map((p) => loadProgram(p, weights).run);
    for (const face of crops) {
      const [got, want] = [run, reference].map((f) => f?.({ face })['descriptor']?.[0]);
      // A thousandth is promised; measured: 1.4e-6.
      expect(relativeError(got, want as Tensor)).toBeLessThanOrEqual(1e-5);
    }
  },
);
