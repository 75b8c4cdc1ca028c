/** Heads of inputs and outputs that are misused: one message, and fixes that leave a file without any. */
import { describe, expect, it } from 'vitest';
import { mended } from './only-one.ts';

describe('where', () => {
  it.each([
    ['rgb[H, W] = 8x8 where H = W', 'syntax/unexpected: =='],
    ['rgb[H, W] = 8x8 where H % 2 = 0', 'syntax/unexpected: =='],
    ['rgb[H, W] = 8x8 where H % 2 == 0 where W % 2 == 0', 'syntax/unexpected: a comma'],
    ['rgb[H, W] = 8x8 where x.H % 2 == 0, x.W == x.H', 'names/used-before: leave x. out'],
    ['rgb[H, W] where H % 2 == 0 = 8x8', 'syntax/unexpected: = 8x8 before where'],
    [
      'f32[L, 12] where L % 2 == 0, L > 3 = [100, 12] scale 1/255',
      'syntax/unexpected: = [100, 12] before where',
    ],
  ])('%s', (head, said) => expect(mended(`net N {\n  in x: ${head}\n  out y: tensor(x)\n}`)).toBe(said));
});

describe('types of outputs', () => {
  it.each([
    ['tensor(x): f32', 'syntax/unexpected: leave : f32 out'],
    ['x: f32[8, 8] // numbers', 'syntax/unexpected: leave : f32[8, 8] out'],
  ])('%s', (value, said) => expect(mended(`net N {\n  in x: rgb 8x8\n  out y: ${value}\n}`)).toBe(said));
});
