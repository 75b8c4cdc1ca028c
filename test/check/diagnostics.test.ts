/** What diagnostics say and mend, beyond their marked cases: the words, the second places, the fixes. */
import { describe, expect, test } from 'vitest';
import { applyFix, checkText, codes } from './support.ts';

const only = (text: string): ReturnType<typeof checkText>['diagnostics'][number] => {
  const { diagnostics } = checkText(text);
  expect(diagnostics.map((d) => d.code)).toHaveLength(1);
  return diagnostics[0]!;
};

describe('branches that do not fit', () => {
  const residual = (skip: string): string => `block Basic(c, stride = 1) = add {
  main: conv(c, 3, stride = stride, pad = 1, bias = false) -> bn -> relu -> conv(c, 3, pad = 1, bias = false) -> bn
  skip: ${skip}
} -> relu
net R {
  in x: rgb 56x56
  y = x -> conv(64, 3, pad = 1) -> relu -> Basic(128, stride = 2)
  out z: tensor(y)
}`;

  test('say what each branch does, and give the shortcut in the words of the block', () => {
    const d = only(residual('identity'));
    expect(d.notes).toEqual([
      {
        word: 'why',
        text: '`main` halves H and W at "stride = stride" (2) and doubles C at "conv(c, …)" (128); `skip` passes the input through',
      },
    ]);
    expect(d.fixes[0]?.title).toBe('skip: conv(c, 1, stride = stride, bias = false) -> bn');
    expect(codes(applyFix(residual('identity'), d))).toEqual([]);
  });

  test('a forgotten padding is found where it was forgotten', () => {
    const text = `net G {
  in x: rgb 28x28
  a = x -> conv(32, 1)
  b = x -> conv(32, 3)
  out s: tensor(a + b)
}`;
    const d = only(text);
    expect(d.label).toBe('26x26x32   H 28 ≠ 26   W 28 ≠ 26');
    expect(applyFix(text, d)).toContain('b = x -> conv(32, 3, pad = same)');
    expect(codes(applyFix(text, d))).toEqual([]);
  });
});

test('nothing left comes with the trail', () => {
  const d = only(`net N {
  in x: gray 16x16
  y = x -> conv(6, 5) -> maxpool(2) -> conv(16, 5) -> maxpool(2) -> conv(8, 3)
  out z: tensor(y)
}`);
  expect(d.notes[0]).toEqual({
    word: 'trail',
    text: '16x16 -> conv 12x12 -> maxpool 6x6 -> conv 2x2 -> maxpool 1x1 -> conv(8, 3)',
  });
});

describe('names from elsewhere', () => {
  const net = (pipeline: string): string =>
    `net N {\n  in x: rgb 8x8\n  y = x -> ${pipeline}\n  out z: tensor(y)\n}`;
  test.each([
    ['Conv2D(4, 3)', 'conv(4, 3)'],
    ['conv(filters = 4, kernel_size = 3)', 'conv(channels = 4, kernel_size = 3)'],
    ['conv(4, 3, pading = same)', 'conv(4, 3, pad = same)'],
    ['MaxPool2d(2)', 'maxpool(2)'],
    ['BatchNormalization', 'bn'],
    ['maxpol(2)', 'maxpool(2)'],
    ['Linear(3)', 'dense(3)'],
  ])('%s', (written, mended) => {
    const text = net(written);
    const [first] = checkText(text).diagnostics;
    expect(first && applyFix(text, first)).toBe(net(mended));
  });

  test('every stage of a pipeline is looked at', () => {
    expect(codes(net('maxpool(2, strides = 2) -> conv(16, 3, pading = same) -> dense(clases)'))).toEqual([
      'names/unknown-option',
      'names/unknown-option',
      'names/unknown',
    ]);
  });

  test('a net of the stdlib is offered with its use line', () => {
    const files = { 'std/resnet.cnn': 'export net ResNet50 {\n  in x: rgb 8x8\n  out y: tensor(x)\n}' };
    const text = net('ResNet50');
    const [first] = checkText(text, files).diagnostics;
    expect(first && applyFix(text, first).split('\n')[0]).toBe('use { ResNet50 } from "std/resnet"');
  });
});

test('a block used many times says once what is wrong with it', () => {
  expect(
    codes(`block B(c) = conv(c, 3, bias = true) -> bn
net N {
  in x: rgb 32x32
  y = x -> repeat(5) { B(4) }
  out z: tensor(y)
}`),
  ).toEqual(['network/bias-before-bn']);
});
