/** The face detector of examples/faces with its published weights, built by the command line into a folder. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Pixels } from '../../src/runtime/index.ts';
import { cnnc } from '../cli/run-cli.ts';

const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));

export interface BuiltFaces {
  /** Temporary; the caller removes it. */
  readonly folder: string;
  /** Where the package lies. */
  readonly out: string;
  readonly weights: string;
}

/** Converts the weights and builds the package, with a wide build: Node may take it, Chromium must not. */
export async function buildFaces(): Promise<BuiltFaces> {
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-faces-'));
  try {
    return await builtInto(folder);
  } catch (problem) {
    rmSync(folder, { recursive: true, force: true });
    throw problem;
  }
}

async function builtInto(folder: string): Promise<BuiltFaces> {
  const weights = join(folder, 'faces.safetensors');
  const out = join(folder, 'faces');
  const manifest = join(faceApi, 'model/tiny_face_detector_model-weights_manifest.json');
  const map = 'examples/faces/weights-map.json';
  await succeed('weights', 'convert', manifest, '--map', map, '--out', weights, '--json');
  await succeed('build', 'examples/faces/faces.cnn', '--weights', weights, '--wide', '--out', out, '--json');
  return { folder, out, weights };
}

/** Calibrates on the photos of these numbers and builds the package in 8-bit integers beside the other; where it lies. */
export async function buildFacesInBytes(
  { folder, weights }: BuiltFaces,
  calibrating: readonly number[],
): Promise<string> {
  const [data, ranges, out] = ['calibrating', 'faces.ranges.json', 'faces-int8'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  mkdirSync(data);
  for (const i of calibrating) copyFileSync(join(faceApi, 'demo', `sample${i}.jpg`), join(data, `${i}.jpg`));
  const net = ['examples/faces/faces.cnn', '--weights', weights, '--json'];
  await succeed('quantize', ...net, '--data', data, '--out', ranges);
  await succeed('build', ...net, '--quantize', ranges, '--wide', '--out', out);
  return out;
}

async function succeed(...args: readonly string[]): Promise<void> {
  const { exit, stderr } = await cnnc(...args);
  if (exit !== 0) throw new Error(`cnnc ${args.join(' ')} ended with ${exit}: ${stderr}`);
}

/** The i-th photo (1–6) at half size, as the published figures were taken. */
export async function halfPhoto(i: number): Promise<Pixels & { readonly data: Uint8ClampedArray }> {
  const image = await loadImage(join(faceApi, 'demo', `sample${i}.jpg`));
  const [width, height] = [Math.floor(image.width / 2), Math.floor(image.height / 2)];
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}
