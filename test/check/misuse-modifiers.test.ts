/** What is done to an input, written as elsewhere: one error, and a fix that leaves the same preprocessing in our form. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyMended } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (head: string): string =>
  `net N {\n  in image: ${head}\n  y = image -> conv(8, 3) -> gap\n  out z: tensor(y)\n}\n`;

describe('signs and brackets', () => {
  it.each([
    ['rgb 8x8 scale = 1/255', 'rgb 8x8 scale 1/255'],
    [
      'rgb 8x8\n    scale = 1/255\n    mean = [0.5, 0.4, 0.3]',
      'rgb 8x8\n    scale 1/255\n    mean [0.5, 0.4, 0.3]',
    ],
    ['rgb 8x8\n    scale = 1/255,\n    mean = 0.5', 'rgb 8x8\n    scale 1/255\n    mean 0.5'],
    ['rgb 8x8 scale = 1/255, mean = 0.5', 'rgb 8x8 scale 1/255 mean 0.5'],
    ['rgb 8x8 scale 1/255, mean 0.5', 'rgb 8x8 scale 1/255 mean 0.5'],
    ['rgb 8x8 scale: 1/255 mean: 0.5', 'rgb 8x8 scale 1/255 mean 0.5'],
    ['rgb 8x8\n    fit: "crop"\n    order: bgr', 'rgb 8x8\n    fit crop\n    order bgr'],
    ['rgb 8x8\n    fit = crop\n    order = "bgr"', 'rgb 8x8\n    fit crop\n    order bgr'],
    ['rgb 8x8 { scale: 1/255, std: 0.5 }', 'rgb 8x8 scale 1/255 std 0.5'],
    ['rgb 8x8 (scale = 1/255)', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 with scale 1/255', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 -> scale 1/255', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 / 255', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 scale 1/255 mean 0.5 0.4 0.3', 'rgb 8x8 scale 1/255 mean [0.5, 0.4, 0.3]'],
    ['rgb 8x8 scale 1/255 mean 0.5, 0.4, 0.3 std 0.2', 'rgb 8x8 scale 1/255 mean [0.5, 0.4, 0.3] std 0.2'],
    ['rgb 8x8 range = -1..1', 'rgb 8x8 range -1..1'],
    ['rgb 8x8 range -1, 1', 'rgb 8x8 range -1..1'],
    ['rgb 8x8 range 0:1', 'rgb 8x8 range 0..1'],
    ['rgb 8*8', 'rgb 8x8'],
  ])('%j', (head, ours) => {
    const text = net(head);
    const found = onlyMended(text);
    expect(found.code).toBe('syntax/unexpected');
    expect(applyFix(text, found)).toBe(net(ours));
  });

  it('layers are no preprocessing', () => {
    expect(onlyMended(net('rgb 8x8 -> relu')).message).toContain('what flows on is a value of its own');
  });

  it('values of these names that layers read are values', () => {
    const text =
      'net N {\n  in x: rgb 8x8\n  scale = 0.5\n  std = x -> gap -> sigmoid\n  y = x -> mul(scale) -> mul(std)\n  out z: tensor(y)\n}';
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});

describe('values', () => {
  it.each([
    ['rgb 8x8 range [-1, 1]', 'value/expected', 'rgb 8x8 range -1..1'],
    ['rgb 8x8 range (0, 1)', 'value/expected', 'rgb 8x8 range 0..1'],
    ['rgb 8x8 fit cover', 'names/unknown-word', 'rgb 8x8 fit crop'],
    ['rgb 8x8 fit letterbox', 'names/unknown-word', 'rgb 8x8 fit pad'],
    ['rgb 8x8 rescaling 1/255', 'names/unknown-word', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 channels bgr', 'names/unknown-word', 'rgb 8x8 order bgr'],
  ])('%s', (head, code, ours) => {
    const text = net(head);
    const found = onlyMended(text);
    expect([found.code, applyFix(text, found)]).toEqual([code, net(ours)]);
  });

  it.each(['dtype float32', 'channels_last', 'batch 32'])(
    '%s is no preprocessing, and nothing else is told',
    (words) => {
      expect(onlyMended(net(`rgb 8x8 ${words}`)).code).toBe('names/unknown-word');
    },
  );

  it('each list of a wrong length is told', () => {
    const text = net('rgb 8x8 scale 1/255 mean [0.5, 0.5] std [0.2, 0.2, 0.2, 0.2]');
    expect(diagnose({ path: 'main.cnn', text }).map(({ message }) => message)).toEqual([
      'mean gives 2 numbers for 3 channels',
      'std gives 4 numbers for 3 channels',
    ]);
  });
});
