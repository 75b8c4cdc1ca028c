import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { emitPackage, packageName, type EmittedVariant } from '../../src/compiler/7-emit/package/index.ts';
import { kinds, variantOf } from './variants.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the package and returns its folder. */
function write(name: string, variants: readonly EmittedVariant[]): string {
  const files = emitPackage({
    variants,
    net: 'AddThree',
    doc: 'Adds.\n\nThree */ lines.',
    file: 'add.cnn\n//',
    figures: { params: 3, macs: 12 },
  });
  mkdirSync(join(folder, name));
  for (const { path, content } of files) writeFileSync(join(folder, name, path), content);
  return join(folder, name);
}

interface Loaded {
  load(options?: object): Promise<{ run(inputs: object): Record<string, unknown>; variant: string }>;
  readonly InputError: new () => Error;
}

const importPackage = async (at: string): Promise<Loaded> =>
  (await import(pathToFileURL(join(at, 'index.js')).href)) as Loaded;

describe('emitPackage', () => {
  it('is a module that runs with the weights beside it', async () => {
    const { load, InputError } = await importPackage(write('plain', [variantOf({ kind: 'tensor' })]));
    const model = await load();
    expect(model.variant).toBe('simd');
    const { y } = model.run({ image: Array.from({ length: 12 }, (_, i) => i) });
    expect(y).toMatchObject({
      shape: [2, 2, 3],
      data: Float32Array.of(0.5, 101, 1, 3.5, 104, 4, 6.5, 107, 7, 9.5, 110, 10),
    });
    expect(() => model.run({})).toThrow(InputError);
    expect(() => model.run({})).toThrow(/input image is missing/);
  });

  it('notices weights of another net', async () => {
    const at = write('wrong', [variantOf({ kind: 'tensor' })]);
    writeFileSync(join(at, 'weights.bin'), new Uint8Array(12));
    const { load } = await importPackage(at);
    await expect(load()).rejects.toThrow(
      /weights\.bin does not hold the weights that this model was built with/,
    );
  });

  it('shares one weights file between variants that pack alike, and keeps two where they differ', () => {
    const names = (variants: readonly EmittedVariant[]): readonly string[] =>
      emitPackage({ variants, net: 'N', doc: undefined, file: 'n.cnn', figures: { params: 0, macs: 0 } })
        .map(({ path }) => path)
        .filter((path) => path.endsWith('.bin'));
    const simd = variantOf({ kind: 'tensor' });
    const relaxed = variantOf({ kind: 'tensor' }, 'relaxed');
    expect(names([relaxed, simd])).toEqual(['weights.bin']);
    expect(names([{ ...relaxed, weights: new Uint8Array(12) }, simd])).toEqual([
      'weights.relaxed.bin',
      'weights.simd.bin',
    ]);
    const wide = { ...variantOf({ kind: 'tensor' }, 'wide'), weights: new Uint8Array(12) };
    expect(names([wide, relaxed, simd])).toEqual(['weights.wide.bin', 'weights.relaxed.bin']);
  });

  it('decodes boxes where the net detects', async () => {
    const detect = kinds.detect;
    const { load } = await importPackage(write('detect', [variantOf(detect)]));
    const { y } = (await load()).run({ image: new Float32Array(12) });
    expect(Array.isArray(y)).toBe(true);
  });

  it('gives classes as a union, and says shapes and docs', () => {
    const types = readFileSync(
      join(write('union', [variantOf({ kind: 'label', classes: ['a', "it's"] })]), 'index.d.ts'),
      'utf8',
    );
    expect(types).toContain(`readonly y: Label<"a" | "it's">;`);
    expect(types).toMatch(/A photo\.[\s\S]*An image of any size \(fit: stretch\), or 2x2x3 rgb values/);
    const readme = readFileSync(join(folder, 'union/README.md'), 'utf8');
    expect(readme).toContain("import { load } from 'add-three';");
    expect(readme).toContain('with esbuild, copy `weights*.bin` beside the');
    expect(JSON.parse(readFileSync(join(folder, 'union/package.json'), 'utf8'))).toMatchObject({
      name: 'add-three',
      files: ['index.js', 'index.d.ts', 'weights.bin'],
      generatedBy: 'cnnc',
    });
  });

  it('names packages as npm allows', () => {
    expect(['LeNet5', 'ResNet18', 'YOLOv2', 'Faces', 'TinyYOLO'].map(packageName)).toEqual([
      'le-net5',
      'res-net18',
      'yolov2',
      'faces',
      'tiny-yolo',
    ]);
    expect(['_Net', '__'].map(packageName)).toEqual(['net', 'net']);
  });
});
