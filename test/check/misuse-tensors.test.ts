/** Layers, methods and axes as frameworks for tensors write them: one error in our terms, and fixes that mean the same. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { only, onlyMended } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (value: string): string => `net N {\n  in x: rgb 32x32\n  y = ${value}\n  out z: tensor(y)\n}\n`;

/** The code, and the text that the first fix leaves; each fix mends it. */
function mended(value: string): readonly [code: string, text: string] {
  const text = net(value);
  const found = onlyMended(text);
  return [found.code, applyFix(text, found)];
}

describe('modules of frameworks', () => {
  it.each([
    ['x -> nn.Conv2d(3, 64, 3)', 'x -> conv(64, 3)'],
    ['nn.Conv2d(3, 64, 3)(x)', 'conv(64, 3)(x)'],
    ['x -> nn.BatchNorm2d(3)', 'x -> bn()'],
    ['x -> flatten -> nn.Linear(3072, 10)', 'x -> flatten -> dense(10)'],
    ['x -> flatten -> layers.Dense(10)', 'x -> flatten -> dense(10)'],
    ['x -> nn.MaxPool2d(2, 2)', 'x -> maxpool(2, 2)'],
    ['F.relu(x)', 'relu(x)'],
    ['x -> torch.nn.functional.relu', 'x -> relu'],
    ['tf.nn.relu(x)', 'relu(x)'],
    ['np.mean(x)', 'mean(x)'],
  ])('%s', (value, ours) => {
    expect(mended(value)).toEqual(['names/unknown-layer', net(ours)]);
  });

  it.each([
    ['x -> Conv2d(3, 64, 3)', 'x -> conv(64, 3)'],
    ['x -> Conv2d(3, 64, (3, 3))', 'x -> conv(64, (3, 3))'],
    ['x -> Conv2d(3, 64, kernel_size = 3, padding = 1)', 'x -> conv(64, kernel = 3, pad = 1)'],
    ['x -> nn.Conv2d(3, 64, kernel_size = 3)', 'x -> conv(64, kernel = 3)'],
    ['x -> BatchNorm2d(3)', 'x -> bn()'],
    ['x -> flatten -> Linear(3072, 10)', 'x -> flatten -> dense(10)'],
    ['x -> flatten -> Linear(10)', 'x -> flatten -> dense(10)'],
    // Two numbers may as well be filters and their size.
    ['x -> Conv2d(64, 3)', 'x -> conv(64, 3)'],
  ])('%s: what comes in is not told', (value, ours) => {
    expect(mended(value)).toEqual(['names/unknown-layer', net(ours)]);
  });

  it('a value may have the name of one', () => {
    const text =
      'net N {\n  in x: rgb 32x32\n  layers = x -> relu\n  y = layers -> conv(layers.C, 3)\n  out z: tensor(y)\n}';
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });

  it('self has no values; those of the net have names', () => {
    const text = 'net N {\n  in x: rgb 32x32\n  y = x -> relu\n  w = self.y -> silu\n  out z: tensor(w)\n}';
    const found = only(text);
    expect(applyFix(text, found)).toBe(text.replace('self.', ''));
  });
});

describe('methods and sizes', () => {
  it.each([
    ['x.mean()', 'mean(x)'],
    ['x.relu()', 'relu(x)'],
    ['x.sum([H, W])', 'sum(x, [H, W])'],
    ['(x -> relu).flatten()', 'flatten((x -> relu))'],
    ['x -> conv(x.shape[-1], 3)', 'x -> conv(x.C, 3)'],
    ['x -> conv(x.size(1), 3)', 'x -> conv(x.C, 3)'],
  ])('%s', (value, ours) => {
    expect(mended(value)).toEqual(['value/no-member', net(ours)]);
  });

  it('a number of an axis that frameworks count differently has a fix for each', () => {
    expect(only(net('x -> conv(x.shape[3], 3)')).fixes.map(({ title }) => title)).toEqual(['x.W', 'x.C']);
  });
});

describe('axes by number', () => {
  it.each([
    ['x -> softmax(-1)', 'value/expected', 'x -> softmax(C)'],
    ['x -> softmax(axis = -1)', 'value/expected', 'x -> softmax(axis = C)'],
    ['x -> softmax(dim=1)', 'names/unknown-option', 'x -> softmax(axis = C)'],
    ['mean(x, dim=1)', 'names/unknown-option', 'mean(x, axes = C)'],
    ['concat(x, x, dim=1)', 'names/unknown-option', 'concat(x, x, axis = C)'],
  ])('%s', (value, code, ours) => {
    expect(mended(value)).toEqual([code, net(ours)]);
  });

  it.each(['mean(x, axis=1)', 'mean(x, axis=(1, 2))', 'x -> softmax(1)'])(
    '%s: nobody knows which is meant',
    (value) => {
      expect(only(net(value)).fixes).toEqual([]);
    },
  );
});
