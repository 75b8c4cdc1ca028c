/** What somebody writes who comes from Python and has read the reference once: each is told with how the same is written here. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { mended } from './only-one.ts';

const net = (value: string, input = 'rgb 32x32'): string =>
  `net N {\n  in x: ${input}\n  y = ${value}\n  out z: tensor(y)\n}\n`;

const notes = (text: string): string =>
  diagnose({ path: 'main.cnn', text })
    .flatMap((found) => found.notes.map((note) => note.text))
    .join(' | ');

describe('a loop', () => {
  it.each([
    ['x -> each (c, k) of [(8, 3), (16, 5)] { conv(c, k + 1) }', 'value/expected: [c, k]'],
    ['x -> each (c, k) of [(8, 3), (16, 5)] { conv(c / 2, k + 1) }', 'value/operator: [c, k]'],
    ['x -> each (c, k) of [[8, 3], [16, 5]] { repeat(c) { pad(k) } }', 'value/expected: [c, k]'],
    ['x -> repeat(3) { conv(8, 3, pad = same, dilation = 2^i) }', 'names/unknown: each i of range(3)'],
    ['x -> repeat(3) { conv(8, 3, pad = same, dilation = 2^i) } as i', 'names/unknown: each i of range(3)'],
    ['x -> repeat(3) { repeat(2) { conv(8 + i, 3) } }', 'names/unknown: each i of range(2)'],
  ])('%s', (value, expected) => {
    expect(mended(net(value))).toBe(expected);
  });

  it('a pair that is read as one is no mistake', () => {
    const text = net('x -> each (pair, i) of [(8, 3), (16, 5)] { conv(pair[0] + i, pair[1]) }');
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});

describe('a part of a value', () => {
  it.each([
    ['x[0:2]', 'syntax/unexpected: slice(x, C = (0, 2))'],
    ['x[1:]', 'syntax/unexpected: slice(x, C = (1, x.C))'],
    ['x[:2] -> relu', 'syntax/unexpected: slice(x, C = (0, 2))'],
    ['x[:, :, 0:2]', 'syntax/unexpected: slice(x, C = (0, 2))'],
    ['x[..., 0:2]', 'syntax/unexpected: slice(x, C = (0, 2))'],
    ['x[0:2, :, :]', 'syntax/unexpected: '],
    ['x[:-1]', 'syntax/unexpected: '],
    ['x[0..2]', 'value/expected: slice(x, C = (0, 2))'],
    ['x[0]', 'value/expected: slice(x, C = (0, 1))'],
    ['x -> slice(C = 0..2)', 'value/expected: (0, 2)'],
  ])('%s', (value, expected) => {
    expect(mended(net(value))).toBe(expected);
  });
});

describe('sizes and axes without their brackets', () => {
  it.each([
    ['x -> reshape(64, 48)', 'value/expected: reshape([64, 48])'],
    ['x -> reshape(32, 16, 6)', 'value/too-many-arguments: reshape([32, 16, 6])'],
    ['x -> reshape(x.H, x.W / 2, 6)', 'value/too-many-arguments: reshape([x.H, x.W / 2, 6])'],
    ['x -> transpose(1, 0, 2)', 'value/too-many-arguments: transpose([W, H, C])'],
    ['x -> transpose(0, 2, 3, 1)', 'value/too-many-arguments: '],
  ])('%s', (value, expected) => {
    expect(mended(net(value))).toBe(expected);
  });

  it('says which options there are', () => {
    expect(notes(net('x -> transpose(0, 2, 3, 1)'))).toBe('transpose has axes');
  });
});

describe('interpolation', () => {
  it.each([
    ['x -> upsample(2, bilinear)', 'names/unknown: resize(scale = 2)'],
    ['x -> upsample(2, mode = bilinear)', 'names/unknown-option: resize(scale = 2)'],
    ['x -> upsample(mode = "bilinear", factor = 2)', 'names/unknown-option: resize(scale = 2)'],
    ['x -> upsample(2, mode = nearest)', 'names/unknown-option: leave mode = nearest out'],
    ['x -> resize(64x64, method = "bilinear")', 'names/unknown-option: leave method = "bilinear" out'],
    ['x -> resize(64x64, nearest)', 'names/unknown: '],
  ])('%s', (value, expected) => {
    expect(mended(net(value))).toBe(expected);
  });
});

describe('a vector beside a map', () => {
  it.each([
    ['concat { conv(8, 3, pad = same), gap }', '-> reshape(1x1x3) -> upsample(32x32)'],
    ['concat { conv(8, 3, pad = same), gap -> dense(4) }', '-> reshape(1x1x4) -> upsample(32x32)'],
    ['concat { conv(8, 3, pad = same), gap -> reshape(1x1x3) }', '-> upsample(32x32)'],
  ])('%s', (value, fix) => {
    expect(mended(net(`x -> ${value}`))).toBe(`shape/branch-mismatch: ${fix}`);
  });

  it('is explained by the layer that took the axes away', () => {
    const [why] = notes(net('x -> concat { a: conv(8, 3, stride = 2), b: gap -> dense(4) }')).split(' | ');
    expect(why).toContain('`b` has no H and W behind "gap"');
  });
});

describe('training', () => {
  const train = (loss: string, more = ''): string =>
    `net N {\n  in x: rgb 8x8\n  l = x -> gap -> dense(3)\n  out y: label(l)\n  out z: tensor(l * 2)\n}\ntrain N {\n  data = random\n  loss = ${loss}\n  optim = sgd(lr = 0.1)\n  epochs = 1\n${more}}\n`;

  it.each([
    ['crossentropy(y)', '', 'names/unknown: l'],
    ['mse(z, l)', '', 'names/unknown: '],
    ['crossentropy(l)', '  metrics = accuracy(y)\n', 'value/too-many-arguments: accuracy'],
    ['crossentropy(l)', '  metrics = accuracy, loss(l)\n', 'syntax/unexpected: metrics = [accuracy, loss]'],
  ])('loss = %s %s', (loss, more, expected) => {
    expect(mended(train(loss, more)).split(' || ')[0]).toBe(expected);
  });

  it('an output is said to be one, and where a target stands', () => {
    expect(notes(train('mse(z, l)'))).toBe(
      'z is an output of N; training reads its values, which have names of their own',
    );
    expect(mended(train('mse(l, target)'))).toBe('names/unknown: in target: f32[3]');
  });
});

it('a function of a test takes the only number of a list', () => {
  const text = `${net('x -> gap -> dense(1)')}test "small" of N {\n  x = 0\n  expect abs(z) <= 1\n}\n`;
  expect(mended(text)).toBe('value/expected: z[0]');
});
