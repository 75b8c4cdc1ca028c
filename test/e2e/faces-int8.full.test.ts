/**
 * The face detector in 8-bit integers, as `cnnc quantize` and `cnnc build --quantize` make it, against the package in floats: the same sure faces on
 * all six photos, three of which calibrated.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/runtime/index.ts';
import { iou, type Detection } from '../../src/vision/index.ts';
import { buildFaces, buildFacesInBytes, halfPhoto, type BuiltFaces } from './faces-package.ts';

const calibrating = [1, 3, 5];

/**
 * Outputs keep 25 dB: they are off by some 5 %. A box whose sides are 5 % shorter and whose centre is off by 5 % of a side each way shares about 0.8 of
 * the union with the right one; on average it is half of that.
 */
const leastIou = 0.8;
const leastMeanIou = 0.9;
/** A score is a sigmoid, at most a quarter as steep as its argument: an argument that is off by 0.6 moves it by 0.15. */
const mostScore = 0.15;
/** The detector keeps boxes from a score of 0.5: those that are nearer to it than scores move may be lost, or found. */
const sure = 0.5 + mostScore;

interface Package {
  load(): Promise<{ run(inputs: { photo: Pixels }): { faces: readonly Detection[] } }>;
}

let built: BuiltFaces;
const inFloats: (readonly Detection[])[] = [];
const inBytes: (readonly Detection[])[] = [];

async function loaded(folder: string): Promise<(photo: Pixels) => readonly Detection[]> {
  const { load } = (await import(pathToFileURL(join(folder, 'index.js')).href)) as Package;
  const net = await load();
  return (photo) => net.run({ photo }).faces;
}

beforeAll(async () => {
  built = await buildFaces();
  const [floats, bytes] = [
    await loaded(built.out),
    await loaded(await buildFacesInBytes(built, calibrating)),
  ];
  for (let i = 1; i <= 6; i++) {
    const photo = await halfPhoto(i);
    inFloats.push(floats(photo));
    inBytes.push(bytes(photo));
  }
});
afterAll(() => rmSync(built.folder, { recursive: true, force: true }));

/** Of each sure box among `boxes` (by photo) the box of `others` that covers it best, and how far: 0 without any. */
function partners(
  boxes: readonly (readonly Detection[])[],
  others: readonly (readonly Detection[])[],
): readonly { readonly overlap: number; readonly scores: number }[] {
  return boxes.flatMap((found, photo) =>
    found
      .filter(({ score }) => score >= sure)
      .map((box) =>
        (others[photo] ?? [])
          .map((other) => ({ overlap: iou(other, box), scores: Math.abs(other.score - box.score) }))
          .reduce((a, b) => (b.overlap > a.overlap ? b : a), { overlap: 0, scores: 1 }),
      ),
  );
}

describe('the face detector in 8-bit integers', () => {
  it('finds every sure face where it is in floats, as surely', () => {
    const found = partners(inFloats, inBytes);
    // All but one of the twenty.
    expect(found).toHaveLength(19);
    const overlaps = found.map(({ overlap }) => overlap);
    expect(Math.min(...overlaps)).toBeGreaterThan(leastIou);
    expect(overlaps.reduce((a, b) => a + b, 0) / overlaps.length).toBeGreaterThan(leastMeanIou);
    expect(Math.max(...found.map(({ scores }) => scores))).toBeLessThan(mostScore);
  });

  it('finds nothing surely that is no face in floats', () => {
    const found = partners(inBytes, inFloats);
    expect(Math.min(...found.map(({ overlap }) => overlap))).toBeGreaterThan(leastIou);
  });
});
