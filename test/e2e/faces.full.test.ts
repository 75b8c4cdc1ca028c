/**
 * The face detector end to end: the built package in Node finds the faces that its weights are known to find, TensorFlow.js
 * finds the same, and so does the same package as a static page in real Chromium.
 */
import { createReadStream, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTfjs } from '../../src/compiler/7-emit/tfjs/run.ts';
import { instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { fitImage, supports, type Pixels } from '../../src/runtime/index.ts';
import { decodeHeads, iou, type Detection } from '../../src/vision/index.ts';
import { bindWeights } from '../../src/weights/bind.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { buildFaces, halfPhoto, type BuiltFaces } from './faces-package.ts';

/** Faces with a score of at least 0.5 on the six half-size photos, as face-api itself finds them. */
const known = [3, 1, 3, 3, 5, 5];

interface Package {
  load(options?: { readonly wide: 'off' }): Promise<{
    readonly variant: string;
    run(inputs: { photo: Pixels }): { faces: readonly Detection[] };
  }>;
}

let built: BuiltFaces;
const photos: (Pixels & { readonly data: Uint8ClampedArray })[] = [];
const inNode: (readonly Detection[])[] = [];

beforeAll(async () => {
  built = await buildFaces();
  const { load } = (await import(pathToFileURL(join(built.out, 'index.js')).href)) as Package;
  const net = await load();
  for (let i = 1; i <= 6; i++) {
    const photo = await halfPhoto(i);
    photos.push(photo);
    inNode.push(net.run({ photo }).faces);
  }
});
afterAll(() => rmSync(built.folder, { recursive: true, force: true }));

/** Each box has a partner that covers the same (IoU) with the same score. */
function expectSame(found: readonly Detection[], wanted: readonly Detection[], scores: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const box of wanted) {
    const partner = found.reduce((a, b) => (iou(b, box) > iou(a, box) ? b : a));
    expect(iou(partner, box)).toBeGreaterThanOrEqual(0.95);
    expect(Math.abs(partner.score - box.score)).toBeLessThanOrEqual(scores);
  }
}

describe('in Node', () => {
  it('runs the wide build where that is right and faster, and gives the same without it', async () => {
    const { load } = (await import(pathToFileURL(join(built.out, 'index.js')).href)) as Package;
    expect((await load()).variant).toBe(supports('wide') ? 'wide' : 'relaxed');
    const narrow = await load({ wide: 'off' });
    expect(narrow.variant).toBe('relaxed');
    for (const [i, photo] of photos.entries()) expectSame(narrow.run({ photo }).faces, inNode[i] ?? [], 1e-5);
  });

  it('finds the faces that the weights are known to find', () => {
    expect(inNode.map((faces) => faces.length)).toEqual(known);
  });

  it('finds them where face-api itself does', () => {
    // face-api 1.7.15 in Chromium on the first photo: x, y, width, height, score.
    const theirs = [
      [390.5, 223.2, 152.0, 124.4, 0.8066],
      [712.3, 108.8, 148.2, 137.2, 0.7831],
      [168.5, 197.9, 149.7, 120.5, 0.6666],
    ] as const;
    const boxes = theirs.map(([x, y, width, height, score]) => ({
      x,
      y,
      width,
      height,
      score,
      index: 0,
      label: 'face',
    }));
    expectSame(inNode[0] ?? [], boxes, 0.01);
  });
});

describe('on TensorFlow.js', () => {
  it('finds the same, every box within an IoU of 0.95 and a score of 0.001', async () => {
    const path = 'examples/faces/faces.cnn';
    const { model } = resolve({ path, text: readFileSync(path, 'utf8') }, nodeHost('.'));
    const graph = instantiate(model, { mode: 'inference' }).graph as Graph;
    const { file } = openSafetensors(built.weights);
    const weights = file && bindWeights(graph, file).weights;
    for (const [i, photo] of photos.entries()) {
      const found = weights ? await detectOnTfjs(graph, photo, weights) : [];
      expectSame(found, inNode[i] ?? [], 1e-3);
    }
    file?.close();
  });
});

async function detectOnTfjs(
  graph: Graph,
  photo: Pixels,
  weights: Parameters<typeof runTfjs>[2],
): Promise<readonly Detection[]> {
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  if (!input || output?.output.kind !== 'detect') throw new Error('the detector has another form');
  const size = { width: 416, height: 416 };
  const data = fitImage(photo, { ...size, channels: 3 }, input.fit);
  const result = await runTfjs(graph, { photo: { shape: [416, 416, 3], data } }, weights, {
    backend: 'wasm',
  });
  const { branches } = output.output;
  const heads = (result[output.name] ?? []).map((tensor, i) => ({
    shape: tensor.shape,
    data: Float32Array.from(tensor.data),
    anchors: branches[i]?.anchors ?? [],
  }));
  return decodeHeads({ heads }, output.output, {
    image: photo,
    input: size,
    fit: input.fit,
  }) as readonly Detection[];
}

/** The page: loads the package, runs it on raw RGBA pixels and on a canvas. */
const page = `<!doctype html><script type="module">
import { load } from './index.js';
globalThis.detect = async ({ name, width, height }) => {
  const net = await (globalThis.net ??= load());
  const data = new Uint8ClampedArray(await (await fetch(name)).arrayBuffer());
  const image = new ImageData(data, width, height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d').putImageData(image, 0, 0);
  const pixels = net.run({ photo: image }).faces;
  return { variant: net.variant, pixels, canvas: net.run({ photo: canvas }).faces };
};
globalThis.ready = true;
</script>`;

function serve(folder: string): Promise<Server> {
  const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://x').pathname) || 'index.html';
    const type = types[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
    const file = createReadStream(join(folder, name));
    file.on('error', () => response.writeHead(404).end());
    file.on('open', () => response.writeHead(200, { 'content-type': type }));
    file.pipe(response);
  });
  return new Promise((resolved) => server.listen(0, '127.0.0.1', () => resolved(server)));
}

interface Found {
  readonly variant: string;
  readonly pixels: readonly Detection[];
  readonly canvas: readonly Detection[];
}

describe('in Chromium', () => {
  it('finds the same boxes as Node, from pixels and from a canvas', async () => {
    writeFileSync(join(built.out, 'index.html'), page);
    for (const [i, { data }] of photos.entries()) writeFileSync(join(built.out, `photo${i}.rgba`), data);
    const server = await serve(built.out);
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    try {
      const tab = await browser.newPage();
      const problems: string[] = [];
      tab.on('pageerror', (error) => problems.push(String(error)));
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await tab.waitForFunction('globalThis.ready');
      for (const [i, { width, height }] of photos.entries()) {
        const argument = JSON.stringify({ name: `photo${i}.rgba`, width, height });
        const found = (await tab.evaluate(`detect(${argument})`)) as Found;
        expect(found.variant).toBe('relaxed');
        expectSame(found.pixels, inNode[i] ?? [], 1e-4);
        expectSame(found.canvas, inNode[i] ?? [], 1e-4);
      }
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
