import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { textOf } from '../../src/compiler/1-parse/source.ts';
import { bindWeights, paramsOf } from '../../src/weights/bind.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { paramPath } from '../../src/compiler/ops/build.ts';
import { preprocessingMetadata } from '../../src/weights/preprocessing.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { writeSafetensors } from '../../src/weights/write-safetensors.ts';
import { graphOf } from '../check/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-preprocessing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const net = (preprocessing: string): ReturnType<typeof graphOf> =>
  graphOf(
    `net N {\n  in image: rgb 4x4 ${preprocessing}\n  y = image -> gap -> dense(2)\n  out z: tensor(y)\n}`,
  );
const textFor = (preprocessing: string): string | undefined =>
  preprocessingMetadata(net(preprocessing))['cnnc.input.image'];

test('the text says what is computed', () => {
  expect(textFor('')).toBe('the values as they are');
  expect(textFor('scale 1/255 mean [0.5, 0.25, 0.125] std 0.5')).toBe(
    'scale 0.003921569 mean [0.5, 0.25, 0.125] std 0.5',
  );
  expect(textFor('order bgr')).toBe('order bgr');
  expect(textFor('range 0..1')).toBe(textFor('scale 1/255'));
  expect(textFor('range -1..1')).toBe('scale 0.007843138 offset -1');
});

test('weights/other-normalisation: at the input, with both texts', () => {
  const path = join(folder, 'n.safetensors');
  const trained = net('scale 1/255');
  const tensors = paramsOf(trained).map((param) => ({ name: paramPath(param), ...initialise(param, 1) }));
  writeSafetensors(path, tensors, preprocessingMetadata(trained));
  const { file } = openSafetensors(path);
  if (!file) return expect.fail('the file cannot be read');
  expect(bindWeights(trained, file).diagnostics).toEqual([]);
  const { weights, diagnostics } = bindWeights(net('mean 127.5'), file);
  expect(weights).toBeDefined();
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
    ['weights/other-normalisation', 'warning'],
  ]);
  const [warning] = diagnostics;
  expect(warning && textOf(warning.span)).toContain('image');
  expect(warning?.notes.map(({ text }) => text)).toEqual([
    'the file was written for scale 0.003921569',
    'the net computes with mean 127.5',
  ]);
  file.close();
});
