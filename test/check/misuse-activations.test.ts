/** Activations as options of layers: one message, and the fix that writes the layer behind. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

describe('activations as options', () => {
  const text = (y: string): string => `net N {\n  in x: rgb 8x8\n  y = ${y}\n  out z: tensor(y)\n}\n`;
  it.each([
    ['x -> conv(8, 3, activation = relu)', 'x -> conv(8, 3) -> relu'],
    ['x -> conv(8, 3, activation = "relu", stride = 2)', 'x -> conv(8, 3, stride = 2) -> relu'],
    ['x -> conv(8, 3, act = nn.SiLU())', 'x -> conv(8, 3) -> silu'],
    ['x -> conv(8, 3, activation = leaky) as c -> bn', 'x -> conv(8, 3) as c -> leaky_relu -> bn'],
    ['x -> conv(8, 3, activation = linear)', 'x -> conv(8, 3)'],
    ['x -> add { conv(3, 1, activation = relu), identity }', 'x -> add { conv(3, 1) -> relu, identity }'],
  ])('%s', (given, ours) => {
    const { found } = onlyOne(text(given));
    expect([found.code, applyFix(text(given), found)]).toEqual(['names/unknown-option', text(ours)]);
    expect(diagnose({ path: 'main.cnn', text: text(ours) })).toEqual([]);
  });

  it.each(['conv(3, 1, activation = relu) * 2', '2 * conv(3, 1, activation = relu)'])(
    '%s has no fix: the arrow would take in more',
    (branch) => expect(onlyOne(text(`x -> add { ${branch}, identity }`)).titles).toEqual([]),
  );
});
