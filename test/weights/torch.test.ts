/**
 * `layout torch`: a state dict computes here what it computes in PyTorch. The oracle is a network written out as PyTorch computes it,
 * channels first, from the same file.
 */
import { describe, expect, it } from 'vitest';
import { instantiate, resolve } from '../../src/compiler/index.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { bindWeights } from '../../src/weights/bind.ts';
import { readSafetensors } from '../../src/weights/safetensors.ts';
import { safetensorsChunks, type NamedTensor } from '../../src/weights/write-safetensors.ts';
import { generator } from '../ops/support.ts';

const random = generator(11);
const tensor = (name: string, ...shape: number[]): NamedTensor => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() - 0.5),
});

/** The outputs of `net` for an image [size, size, 3] given channels first, with the file's weights. */
function run(
  text: string,
  { net, file, image, size }: { net?: string; file: readonly NamedTensor[]; image: Planes; size: number },
): Float32Array {
  const { model } = resolve({ path: 'n.cnn', text }, { read: () => undefined });
  const { graph, diagnostics } = instantiate(model, {
    mode: 'inference',
    ...(net === undefined ? {} : { net }),
  });
  if (!graph) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const read = readSafetensors(Buffer.concat(safetensorsChunks(file)), 'f.safetensors').file;
  const bound = read && bindWeights(graph, read, { layout: 'torch' });
  if (!bound?.weights)
    throw new Error(bound?.diagnostics.map((d) => `${d.message} ${d.notes[0]?.text}`).join('\n'));
  const shape = [size, size, image.length];
  const data = Float32Array.from({ length: size * size * image.length }, (_, i) => {
    const [place, c] = [Math.floor(i / image.length), i % image.length];
    return image[c]?.[Math.floor(place / size)]?.[place % size] ?? 0;
  });
  const input: Tensor = { shape, data };
  const [value] = Object.values(evaluate(graph, { x: input }, bound.weights))[0] ?? [];
  return value?.data ?? new Float32Array();
}

// ---- PyTorch's layers, channels first: [C][H][W]

type Planes = readonly (readonly (readonly number[])[])[];

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const sum = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);

function planes(
  channels: number,
  height: number,
  width: number,
  at: (c: number, y: number, x: number) => number,
): Planes {
  return range(channels).map((c) => range(height).map((y) => range(width).map((x) => at(c, y, x))));
}

function conv2d(x: Planes, weight: NamedTensor, bias: NamedTensor): Planes {
  const [out = 0, into = 0, k = 0] = weight.shape;
  const [h, w] = [x[0]?.length ?? 0, x[0]?.[0]?.length ?? 0];
  return planes(
    out,
    h - k + 1,
    w - k + 1,
    (o, y, col) =>
      (bias.data[o] ?? 0) +
      sum(
        range(into * k * k).map((i) => {
          const [c, dy, dx] = [Math.floor(i / (k * k)), Math.floor(i / k) % k, i % k];
          return (weight.data[o * into * k * k + i] ?? 0) * (x[c]?.[y + dy]?.[col + dx] ?? 0);
        }),
      ),
  );
}

const maxPool2 = (x: Planes): Planes =>
  planes(x.length, (x[0]?.length ?? 0) >> 1, (x[0]?.[0]?.length ?? 0) >> 1, (c, y, col) =>
    Math.max(...[0, 1, 2, 3].map((i) => x[c]?.[2 * y + (i >> 1)]?.[2 * col + (i & 1)] ?? 0)),
  );

const flatten = (x: Planes): readonly number[] => x.flat(2);
const relu = (x: readonly number[]): readonly number[] => x.map((v) => Math.max(0, v));

function linear(x: readonly number[], weight: NamedTensor, bias: NamedTensor): readonly number[] {
  return [...bias.data].map((b, o) => b + sum(x.map((v, i) => v * (weight.data[o * x.length + i] ?? 0))));
}

function batchNorm(
  x: readonly number[],
  [weight, bias, mean, variance]: readonly NamedTensor[],
): readonly number[] {
  return x.map((v, i) => {
    const scaled = (v - (mean?.data[i] ?? 0)) / Math.sqrt((variance?.data[i] ?? 0) + 1e-5);
    return scaled * (weight?.data[i] ?? 0) + (bias?.data[i] ?? 0);
  });
}

const photo = (size: number): Planes => planes(3, size, size, () => random() * 2 - 1);
const part = (x: Planes, top: number, left: number, size: number): Planes =>
  planes(x.length, size, size, (c, y, col) => x[c]?.[top + y]?.[left + col] ?? 0);

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  // Single precision against double: sums of some hundred products.
  expect(Math.max(...expected.map((v, i) => Math.abs(v - (actual[i] ?? NaN))))).toBeLessThan(1e-5);
}

// ---- Networks

const conv = [tensor('y.conv.weight', 5, 3, 3, 3), tensor('y.conv.bias', 5)] as const;

describe('a flattened map', () => {
  // 8x8x3 -> 6x6x5 -> 3x3x5
  const features = (x: Planes): readonly number[] => flatten(maxPool2(conv2d(x, ...conv)));

  it('goes into a dense layer', () => {
    const dense = [tensor('y.dense.weight', 4, 45), tensor('y.dense.bias', 4)] as const;
    const image = photo(8);
    const text =
      'net N { in x: f32[8, 8, 3]  y = x -> conv(5, 3) -> maxpool(2) -> flatten -> dense(4)  out z: tensor(y) }';
    const file = [...conv, ...dense];
    expectClose(run(text, { file, image, size: 8 }), linear(features(image), ...dense));
  });

  it('is normalised feature by feature first', () => {
    const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => tensor(`y.bn.${name}`, 45));
    norm[3]?.data.forEach((v, i, all) => (all[i] = v + 1));
    const dense = [tensor('y.dense.weight', 4, 45), tensor('y.dense.bias', 4)] as const;
    const image = photo(8);
    const text =
      'net N { in x: f32[8, 8, 3]  y = x -> conv(5, 3) -> maxpool(2) -> flatten -> bn -> relu -> dropout(0.5) -> dense(4)  out z: tensor(y) }';
    const expected = linear(relu(batchNorm(features(image), norm)), ...dense);
    expectClose(run(text, { file: [...conv, ...norm, ...dense], image, size: 8 }), expected);
  });

  it('is one of several vectors', () => {
    // 45 features of the pooled map, 3 means, 108 of a second map
    const other = [tensor('b.conv.weight', 3, 3, 3, 3), tensor('b.conv.bias', 3)] as const;
    const dense = [tensor('c.dense.weight', 4, 45 + 3 + 108), tensor('c.dense.bias', 4)] as const;
    const image = photo(8);
    const text = `net N {
  in x: f32[8, 8, 3]
  y = x -> conv(5, 3) -> maxpool(2) -> flatten
  b = x -> conv(3, 3) -> flatten -> relu
  c = concat { y, x -> gap, b } -> dense(4)
  out z: tensor(c)
}`;
    const means = image.map((plane) => sum(plane.flat()) / 64);
    const joined = [...features(image), ...means, ...relu(flatten(conv2d(image, ...other)))];
    expectClose(run(text, { file: [...conv, ...other, ...dense], image, size: 8 }), linear(joined, ...dense));
  });
});

it('a vector that is reshaped to a map is channels first there', () => {
  const dense = [tensor('y.dense.weight', 45, 3), tensor('y.dense.bias', 45)] as const;
  const last = [tensor('y.conv.weight', 2, 5, 3, 3), tensor('y.conv.bias', 2)] as const;
  const image = photo(4);
  const text =
    'net N { in x: f32[4, 4, 3]  y = x -> gap -> dense(45) -> relu -> reshape(3x3x5) -> conv(2, 3)  out z: tensor(y) }';
  const vector = relu(
    linear(
      image.map((plane) => sum(plane.flat()) / 16),
      ...dense,
    ),
  );
  const map = planes(5, 3, 3, (c, y, x) => vector[c * 9 + y * 3 + x] ?? 0);
  expectClose(run(text, { file: [...dense, ...last], image, size: 4 }), flatten(conv2d(map, ...last)));
});

describe('a classifier that slides', () => {
  const hidden = [tensor('y.dense1.weight', 6, 45), tensor('y.dense1.bias', 6)] as const;
  const scores = [tensor('y.dense2.weight', 4, 6), tensor('y.dense2.bias', 4)] as const;
  const file = [...conv, ...hidden, ...scores];
  const text = `net N {
  in x: f32[8, 8, 3]
  y = x -> conv(5, 3) -> maxpool(2) -> flatten -> dense(6) -> relu -> dense(4)
  out z: tensor(y)
}
net Sliding = convolutional(N, 12x12)
`;
  const classify = (x: Planes): readonly number[] =>
    linear(relu(linear(flatten(maxPool2(conv2d(x, ...conv))), ...hidden)), ...scores);

  it('reads the same file, and gives at each place what PyTorch gives for its window', () => {
    const image = photo(12);
    const expected = range(9).flatMap((i) => classify(part(image, 2 * Math.floor(i / 3), 2 * (i % 3), 8)));
    expectClose(run(text, { net: 'Sliding', file, image, size: 12 }), expected);
    const window = part(image, 2, 4, 8);
    expectClose(run(text, { net: 'N', file, image: window, size: 8 }), classify(window));
  });
});
