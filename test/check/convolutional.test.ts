/** Sliding classifiers: the course's own (week 3), and what keeps a net from sliding. */
import { describe, expect, it } from 'vitest';
import { convolutional, isSliding } from '../../src/compiler/3-check/sliding/convolutional.ts';
import { costs } from '../../src/compiler/index.ts';
import { difference, graphOf, onEval, onWasm, slide } from './sliding.ts';

/** The course's classifier: 14x14x3, conv 5x5, pool, two dense layers, four classes. */
const course = `net N {
  in image: f32[14, 14, 3]
  y = image -> conv(16, 5) -> relu -> POOL -> flatten -> dense(40) -> relu -> dense(40) -> relu -> dense(4)
  out p: tensor(y -> softmax)
}`;

describe('a valid network slides exactly', () => {
  // f32 sums of the same products in the same order; the bound is the issue's.
  const exact = 1e-5;

  it.each([
    ['maxpool(2)', 16, [2, 2]],
    ['maxpool(2)', 28, [8, 8]],
    ['avgpool(2)', 16, [2, 2]],
    ['avgpool(2)', 28, [8, 8]],
  ])('%s over %ix%i', (pool, size, places) => {
    const original = graphOf(course.replace('POOL', pool));
    const sliding = slide(original, [size, size]);
    expect(sliding.places).toEqual(places);
    expect(sliding.stride).toEqual([2, 2]);
    expect(sliding.inexact).toEqual([]);
    for (const pass of [onEval, onWasm(true)])
      expect(difference(original, sliding, { pass, alone: onEval })).toBeLessThanOrEqual(exact);
  });

  it('costs less than all windows', () => {
    const text = course.replace('POOL', 'maxpool(2)');
    const sliding = slide(graphOf(text), [28, 28]);
    const windows = costs(graphOf(text)).macs * 64;
    expect(costs(sliding.graph).macs).toBeLessThan(windows / 4);
  });
});

describe('what cannot slide says why', () => {
  const reason = (text: string, ...sizes: number[]): string => {
    const result = convolutional(graphOf(text), sizes);
    return isSliding(result) ? 'slides' : result.reason;
  };

  it.each([
    [
      'net N { in v: f32[7]\n out p: tensor(v -> dense(3)) }',
      [9],
      'its input has no spatial axes to slide along',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> conv(2, 3)) }',
      [9],
      'its input has 2 spatial axes, and 1 size is given',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> conv(2, 3)) }',
      [5, 9],
      '5x9 is smaller than its window 7x7',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> conv(2, 3) -> flatten) }',
      [9, 9],
      'an output is flattened, so its places cannot be told apart',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> conv(2, 3) -> flatten -> softmax -> dense(2)) }',
      [9, 9],
      'softmax comes between flatten and dense',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> conv(2, 3) -> flatten -> bn -> dense(2)) }',
      [9, 9],
      'bn comes between flatten and dense',
    ],
    [
      'net N { in v: f32[7, 7, 2]\n out p: tensor(v -> mul { identity, gap -> dense(2) -> sigmoid } -> gap) }',
      [9, 9],
      'mul joins a map with what is made of the whole window, which each window has for itself',
    ],
    [
      'net N { in v: f32[7, 7, 2]\n out p: tensor(v -> concat { conv(2, 3, stride = 2), conv(2, 5) } -> gap) }',
      [9, 9],
      'concat joins maps whose places lie differently far apart',
    ],
    [
      'net N { in v: f32[8, 8, 2]\n out p: tensor(v -> space_to_depth(4) -> gap) }',
      [10, 12],
      'the blocks of space_to_depth do not divide its map at this size',
    ],
    ...['in_norm', 'ln([H, C])', 'resize(size = 4x4)', 'softmax(H)', 'reshape(49x2)'].map(
      (layer): [string, number[], string] => [
        `net N { in v: f32[7, 7, 2]\n y = v -> ${layer}\n out p: tensor(y) }`,
        [9, 9],
        `${layer.replace(/\(.*/, '')} looks at the whole image, not at one window`,
      ],
    ),
    [
      'net N { in v: f32[7, 7, 1]\n in w: f32[3]\n out p: tensor(concat { v -> gap, w }) }',
      [9, 9],
      'the net has more than one input',
    ],
    [
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> mean) }',
      [9, 9],
      'mean looks at the whole image, not at one window',
    ],
  ])('%s', (text, sizes, expected) => {
    expect(reason(text, ...sizes)).toBe(expected);
  });
});
