/** Sliding classifiers: one pass over a larger image equals the network run on every window by itself (the course, week 3). */
import { describe, expect, it } from 'vitest';
import { convolutional, isSliding, type Sliding } from '../../src/compiler/3-check/convolutional.ts';
import { costs, instantiate, nodeHost, resolve } from '../../src/compiler/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { seededWeights } from '../../src/weights/bind.ts';
import { generator } from '../ops/support.ts';

const weights = seededWeights(7);

/** The course's classifier: 14x14x3, conv 5x5, pool, two dense layers, four classes. */
const course = `net N {
  in image: f32[14, 14, 3]
  y = image -> conv(16, 5) -> relu -> POOL -> flatten -> dense(40) -> relu -> dense(40) -> relu -> dense(4)
  out p: tensor(y -> softmax)
}`;

function graphOf(text: string): Graph {
  const { model, diagnostics } = resolve({ path: 'n.cnn', text }, nodeHost('.'));
  const { graph, diagnostics: more } = instantiate(model, { mode: 'inference' });
  if (!graph) throw new Error([...diagnostics, ...more].map((d) => d.message).join('\n'));
  return graph;
}

function slide(text: string, ...sizes: number[]): Sliding {
  const result = convolutional(graphOf(text), sizes);
  if (!isSliding(result)) throw new Error(result.reason);
  return result;
}

function randomImage(shape: readonly number[]): Tensor {
  const random = generator(3);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1) };
}

/** Part of [H, W, C] from (top, left) of the size `window`. */
function crop(image: Tensor, [top, left]: readonly [number, number], [h, w]: readonly number[]): Tensor {
  const [, width = 0, channels = 0] = image.shape;
  const data = new Float32Array((h ?? 0) * (w ?? 0) * channels);
  for (let y = 0; y < (h ?? 0); y++) {
    const from = ((top + y) * width + left) * channels;
    data.set(image.data.subarray(from, from + (w ?? 0) * channels), y * (w ?? 0) * channels);
  }
  return { shape: [h ?? 0, w ?? 0, channels], data };
}

function single(graph: Graph, image: Tensor): Tensor {
  const name = graph.inputs[0]?.name ?? '';
  const output = graph.outputs[0]?.name ?? '';
  const [value] = evaluate(graph, { [name]: image }, weights)[output] ?? [];
  if (!value) throw new Error('no output');
  return value;
}

/** Largest difference between the pass and the windows, over the places in `inside`. */
function difference(text: string, sliding: Sliding): number {
  const original = graphOf(text);
  const input = sliding.graph.inputs[0]?.node.type;
  const image = randomImage(input ? shapeOf(input) : []);
  const pass = single(sliding.graph, image);
  const [rows = 0, columns = 0, channels = 0] = pass.shape;
  let worst = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = [i * (sliding.stride[0] ?? 1), j * (sliding.stride[1] ?? 1)] as const;
      const alone = single(original, crop(image, at, sliding.window));
      for (let c = 0; c < channels; c++)
        worst = Math.max(
          worst,
          Math.abs((alone.data[c] ?? NaN) - (pass.data[(i * columns + j) * channels + c] ?? NaN)),
        );
    }
  return worst;
}

describe('a valid network slides exactly', () => {
  // f32 sums of the same products in the same order; the bound is the issue's.
  const exact = 1e-5;

  it.each([
    ['maxpool(2)', 16, [2, 2]],
    ['maxpool(2)', 28, [8, 8]],
    ['avgpool(2)', 16, [2, 2]],
    ['avgpool(2)', 28, [8, 8]],
  ])('%s over %ix%i', (pool, size, places) => {
    const text = course.replace('POOL', pool);
    const sliding = slide(text, size, size);
    expect(sliding.places).toEqual(places);
    expect(sliding.stride).toEqual([2, 2]);
    expect(sliding.inexact).toEqual([]);
    expect(difference(text, sliding)).toBeLessThanOrEqual(exact);
  });

  it('with a global average pool and an uneven image', () => {
    const text = `net N {
      in image: f32[12, 10, 2]
      y = image -> conv(5, 3) -> bn -> relu -> maxpool(2) -> conv(6, 3, stride = 2) -> gap -> dense(3)
      out p: tensor(y)
    }`;
    const sliding = slide(text, 17, 18);
    expect(sliding.stride).toEqual([4, 4]);
    expect(sliding.places).toEqual([2, 3]);
    expect(difference(text, sliding)).toBeLessThanOrEqual(exact);
  });

  it('costs less than all windows', () => {
    const text = course.replace('POOL', 'maxpool(2)');
    const sliding = slide(text, 28, 28);
    const windows = costs(graphOf(text)).macs * 64;
    expect(costs(sliding.graph).macs).toBeLessThan(windows / 4);
  });
});

describe('where padding makes it inexact', () => {
  const same = `net N {
    in image: f32[8, 8, 2]
    y = image -> conv(4, 3, pad = same) -> relu -> maxpool(2) -> flatten -> dense(3)
    out p: tensor(y)
  }`;

  it('names the padded layers', () => {
    const sliding = slide(same, 12, 12);
    expect(sliding.inexact.map((node) => node.path)).toEqual(['y.conv']);
    expect(sliding.places).toEqual([3, 3]);
  });

  it('differs there and nowhere else: a 1x1 kernel with pad = same has no padding', () => {
    expect(difference(same, slide(same, 12, 12))).toBeGreaterThan(1e-3);
    const pointwise = same.replace('conv(4, 3', 'conv(4, 1');
    const sliding = slide(pointwise, 12, 12);
    expect(sliding.inexact).toEqual([]);
    expect(difference(pointwise, sliding)).toBeLessThanOrEqual(1e-5);
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
      'its input has 2 spatial axes, and 1 sizes are given',
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
      'net N { in v: f32[7, 7, 1]\n out p: tensor(v -> mean) }',
      [9, 9],
      'mean looks at the whole image, not at one window',
    ],
  ])('%s', (text, sizes, expected) => {
    expect(reason(text, ...sizes)).toBe(expected);
  });
});
