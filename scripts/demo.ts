/**
 * `npm run demo`: the main job on real input. Compiles examples/faces/faces.cnn, reads the published weights of face-api's detector,
 * finds the faces on its six photos and writes annotated pictures to out/.
 */
import { loadImage } from '@napi-rs/canvas';
import Table from 'cli-table3';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ora from 'ora';
import pc from 'picocolors';
import type { Detection } from '../src/vision/index.ts';
import { annotate } from './demo/draw.ts';
import { loadFaces, type FaceDetector } from './demo/faces.ts';
import { pixelsOf } from './demo/pixels.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
const out = join(root, 'out');

interface Row {
  readonly photo: string;
  readonly faces: readonly Detection[];
  readonly ms: number;
}

const progress = ora('reading examples/faces/faces.cnn').start();
mkdirSync(out, { recursive: true });
const detector = await loadFaces({ root, faceApi, out, say: (text) => void (progress.text = text) });
const rows: Row[] = [];
for (let i = 1; i <= 6; i++) {
  progress.text = `photo ${i} of 6`;
  rows.push(await findFaces(detector, `sample${i}`));
}
progress.succeed(detector.summary);
report(rows);

/** Runs the detector on one photo and writes the annotated picture. */
async function findFaces({ run }: FaceDetector, photo: string): Promise<Row> {
  const image = await loadImage(readFileSync(join(faceApi, 'demo', `${photo}.jpg`)));
  const { width, height } = image;
  const pixels = pixelsOf(image, { width, height });
  const started = performance.now();
  const faces = run(pixels);
  const ms = performance.now() - started;
  writeFileSync(join(out, `${photo}.png`), annotate(image, faces));
  return { photo, faces, ms };
}

function report(found: readonly Row[]): void {
  const table = new Table({
    head: ['photo', 'faces', 'scores', 'ms'].map((title) => pc.bold(title)),
    colAligns: ['left', 'right', 'left', 'right'],
    style: { head: [], border: ['gray'] },
  });
  for (const { photo, faces, ms } of found)
    table.push([
      `${photo}.jpg`,
      faces.length,
      faces.map((face) => face.score.toFixed(2)).join('  '),
      ms.toFixed(1),
    ]);
  console.log(table.toString());
  console.log(`The pictures with their boxes are in ${pc.cyan('out/')}: sample1.png … sample6.png`);
}
