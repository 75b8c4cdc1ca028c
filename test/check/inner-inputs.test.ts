/** Inputs of a net inside another: what only training reads nobody gives; anything else is asked for, once. */
import { describe, expect, it } from 'vitest';
import { instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';

const text = (inner: string, use: string, more = ''): string =>
  `net Head {\n  in image: rgb 8x8\n  ${inner}\n}\n${more}net Outer {\n  in image: rgb 8x8\n  out p: tensor(${use})\n}`;

const found = (source: string): readonly string[] =>
  diagnose({ path: 'main.cnn', text: source }).map(({ code, message }) => `${code}: ${message}`);

const trained = `in target: f32[3]
  y = image -> gap -> dense(3)
  train_only loss = mse(y, target)
  out z: tensor(y)
  train_only out l: tensor(loss)`;

describe('an input that only training reads', () => {
  it.each([
    ['in a net', 'image -> Head', ''],
    ['in an instance', 'image -> look', 'let look = Head\n'],
    [
      'in a net that extends it',
      'image -> Wide',
      'net Wide extends Head { replace y = image -> gmp -> dense(3) }\n',
    ],
    ['in one that slides', 'image -> pad(2) -> Slide', 'net Slide = convolutional(Head)\n'],
    ['may be given', 'Head(image, image -> gap)', ''],
  ])('%s', (_, use, more) => {
    const source = text(trained, use, more);
    expect(found(source)).toEqual([]);
    for (const mode of ['inference', 'training'] as const) {
      const { model } = resolve({ path: 'main.cnn', text: source }, nodeHost('.'));
      const { graph, diagnostics } = instantiate(model, { net: 'Outer', mode });
      expect(diagnostics).toEqual([]);
      expect(graph?.inputs.map(({ name }) => name)).toEqual(['image']);
    }
  });
});

describe('an input that the output reads', () => {
  const joined = 'in other: rgb 8x8\n  out z: tensor(image + other)';

  it('is asked for', () => {
    expect(found(text(joined, 'image -> Head'))).toEqual([
      'network/input-missing: the net in this place needs a value for its input other',
    ]);
  });

  it('is not asked for beside one that does not fit', () => {
    const [first, ...others] = found(text(joined, 'image -> conv(4, 3) -> Head'));
    expect(first).toMatch(/^shape\/net-input/);
    expect(others).toEqual([]);
  });
});
