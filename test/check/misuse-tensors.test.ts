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
    ['nn.ReLU(inplace = True)(x)', 'relu()(x)'],
    ['x -> nn.Conv2d(3, 8, 3, device = None)', 'x -> conv(8, 3)'],
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

describe('methods one behind another', () => {
  it.each([
    ['x.relu().conv(8, 3)', 'x -> relu -> conv(8, 3)', 'a 32x32x3 feature map has no relu'],
    ['x.conv(8, 3).bn.relu()', 'x -> conv(8, 3) -> bn -> relu', 'a 32x32x3 feature map has no conv'],
    ['x.relu().silu() + x', '(x -> relu -> silu) + x', 'a 32x32x3 feature map has no relu'],
    ['x -> conv(8, 3).relu()', 'x -> conv(8, 3) -> relu', 'the layer conv has no relu'],
    ['x.contiguous().view(-1)', 'x -> flatten', 'a 32x32x3 feature map has no contiguous'],
    ['x.relu().detach() * 2', '(x -> relu) * 2', 'a 32x32x3 feature map has no relu'],
    ['x.cuda() * 2', 'x * 2', 'a 32x32x3 feature map has no cuda'],
  ])('%s', (value, ours, message) => {
    const text = net(value);
    const found = only(text);
    expect([found.message, applyFix(text, found)]).toEqual([message, net(ours)]);
  });

  it('what is no layer stays', () => {
    const text = net('x.relu().foo()');
    expect(applyFix(text, only(text))).toBe(net('relu(x).foo()'));
  });
});

/** What is said of a part by numbers. */
const cut = (sign: string): string =>
  `\`${sign}\` is not expected here: a part of a value is a layer: \`slice(x, C = (0, 64))\``;

describe('axes by number, and parts of a value', () => {
  it.each([
    ['x -> squeeze(0)', 'x -> flatten'],
    ['squeeze(x)', 'flatten(x)'],
    ['torch.squeeze(x)', 'flatten(x)'],
    ['x -> unsqueeze(0)', 'x -> identity'],
    ['torch.unsqueeze(x, 0) + x', '(x) + x'],
    ['x -> view(-1, 3072)', 'x -> flatten'],
  ])('%s', (value, ours) => {
    expect(mended(value)).toEqual(['names/unknown-layer', net(ours)]);
  });

  it.each([
    ['x -> reshape(32, 96)', 'x -> reshape([32, 96])'],
    ['x -> reshape(-1, 3072)', 'x -> flatten'],
  ])('%s', (value, ours) => {
    expect(mended(value)).toEqual(['value/expected', net(ours)]);
  });

  it.each([
    ['x -> permute(0, 3, 1, 2)', 'names/unknown-layer', '`transpose([W, H, C])`'],
    ['x.permute(0, 3, 1, 2)', 'value/no-member', '`transpose([W, H, C])`'],
    ['x.transpose(1, 2)', 'value/no-member', '`transpose([W, H, C])`'],
    ['x.T', 'value/no-member', '`transpose([W, H, C])`'],
    ['x -> transpose(1, 2)', 'value/too-many-arguments', 'transpose has axes'],
    ['bmm(x, x)', 'names/unknown-layer', '`matmul(a, b, over = C)`'],
    ['x -> attention(8)', 'names/unknown-layer', '`matmul` and `softmax`'],
    ['nn.MultiheadAttention(64, 8)(x)', 'names/unknown-layer', '`matmul` and `softmax`'],
    ['x -> lstm(64)', 'names/unknown-layer', 'no recurrent layers'],
    ['x -> chunk(2, 1)', 'names/unknown-layer', '`split(2, 0)`'],
    ['x -> conv(len(x), 3)', 'value/expected', 'x.H, x.W, x.C'],
  ])('%s has a note', (value, code, note) => {
    const found = only(net(value));
    expect([found.code, found.fixes]).toEqual([code, []]);
    expect(found.notes.map(({ text }) => text).join()).toContain(note);
  });

  it.each([
    ['(x -> gap)[1]', 'slice((x -> gap), C = (1, 2))'],
    ['x -> conv(len(x -> gap), 3)', 'x -> conv((x -> gap).C, 3)'],
  ])('%s: where there is one axis it is the one', (value, ours) => {
    expect(mended(value)).toEqual(['value/expected', net(ours)]);
  });

  it.each([
    ['x[..., 0]', '..', 'slice(x, C = (0, 1))'],
    ['x[:, :, :2]', ':', 'slice(x, C = (0, 2))'],
    ['x[..., 1:3] -> relu', '..', 'slice(x, C = (1, 3)) -> relu'],
  ])('%s', (value, sign, ours) => {
    const found = onlyMended(net(value));
    expect([found.message, applyFix(net(value), found)]).toEqual([cut(sign), net(ours)]);
  });

  it.each([
    ['x[:, 0]', ':'],
    ['x[0, :]', ','],
    ['x[:-1]', ':'],
    ['x[::2, ::2]', ':'],
  ])('%s: nobody knows which axes are meant', (value, sign) => {
    const found = only(net(value));
    expect([found.message, found.fixes]).toEqual([cut(sign), []]);
  });

  it('the axis of a product is what it sums over', () => {
    const text = net('matmul(x -> gap, x -> gap, axis = C)');
    expect(mended('matmul(x -> gap, x -> gap, axis = C)')).toEqual([
      'names/unknown-option',
      text.replace('axis', 'over'),
    ]);
  });
});
