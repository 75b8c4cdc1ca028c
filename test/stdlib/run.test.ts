/** Small networks of the standard library on WebAssembly, plain and relaxed, against the interpreter; filters and losses against figures. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { graphOf, photoLike, relativeError, trainedWeights, withoutDecision } from './nets.ts';
import { runWasm, type Variant } from './run.ts';

const variants: readonly Variant[] = ['simd', 'relaxed'];

describe.each([
  { file: 'lenet', net: 'LeNet5' },
  { file: 'lenet', net: 'LeNet5Rgb' },
  { file: 'signal', net: 'Course1D' },
  { file: 'signal', net: 'ResNet18_1D', sizes: { signal: [96, 1] } },
  { file: 'volume', net: 'Course3D' },
  { file: 'resnet', net: 'ResNet20' },
])('$net', ({ file, net, sizes }) => {
  const graph = withoutDecision(graphOf(`stdlib/${file}.cnn`, { net, sizes }));
  const inputs = photoLike(graph);
  const expected = evaluate(graph, inputs, trainedWeights);

  it.each(variants)('is the same on wasm (%s) as in the interpreter', (variant) => {
    const { outputs, winograd } = runWasm(graph, variant, { inputs, weights: trainedWeights });
    for (const [name, tensors] of Object.entries(expected))
      for (const [i, tensor] of tensors.entries())
        expect(relativeError(outputs[name]?.[i], tensor), name).toBeLessThanOrEqual(winograd ? 1e-3 : 1e-4);
  });
});

/** The single output of a text's net `N`, by the interpreter and on wasm. */
function numbers(text: string, inputs: Readonly<Record<string, Tensor>>): readonly (readonly number[])[] {
  const graph = graphOf('main.cnn', { net: 'N', text });
  const given = { inputs, weights: trainedWeights };
  const runs = [
    evaluate(graph, inputs, trainedWeights),
    ...variants.map((v) => runWasm(graph, v, given).outputs),
  ];
  return runs.map((outputs) => [...(Object.values(outputs)[0]?.[0]?.data ?? [])]);
}

const tensor = (shape: readonly number[], ...data: readonly number[]): Tensor => ({
  shape,
  data: Float32Array.from(data),
});

const rows = (count: number, row: readonly number[]): readonly number[] =>
  Array.from({ length: count }, () => row).flat();

describe('filters', () => {
  it('finds the vertical edge of the course: 6x6 of 10s and 0s gives 4x4 with 30s in the middle', () => {
    const text = `use { Vertical } from "std/filters"
      net N { in image: gray 6x6  out y: tensor(image -> conv(kernel = Vertical)) }`;
    const image = tensor([6, 6, 1], ...rows(6, [10, 10, 10, 0, 0, 0]));
    for (const found of numbers(text, { image })) expect(found).toEqual(rows(4, [0, 30, 30, 0]));
  });

  it('sees no difference of direction in the strength of an edge', () => {
    const text = `use { EdgeStrength } from "std/filters"
      net N { in image: gray 6x6  out y: tensor(image -> EdgeStrength -> crop(1)) }`;
    const across = tensor([6, 6, 1], ...rows(6, [1, 1, 1, 0, 0, 0]));
    const down = tensor([6, 6, 1], ...rows(3, rows(6, [1])), ...rows(3, rows(6, [0])));
    for (const found of numbers(text, { image: across })) expect(found).toEqual(rows(4, [0, 4, 4, 0]));
    for (const found of numbers(text, { image: down }))
      expect(found).toEqual([...rows(4, [0]), ...rows(8, [4]), ...rows(4, [0])]);
  });
});

describe('losses', () => {
  const loss = (call: string, inputs: Readonly<Record<string, Tensor>>): readonly number[] => {
    const kinds = Object.entries(inputs).map(([name, { shape }]) => `in ${name}: f32[${shape.join(', ')}]`);
    const text = `use { Content, Style, Triplet, Contrastive, Dice, Yolo } from "std/losses"
      net N {\n${kinds.join('\n')}\nout y: tensor(${call})\n}`;
    return numbers(text, inputs).map(([value = NaN]) => value);
  };
  const a = tensor([2], 1, 2);
  const b = tensor([2], 1, 4);
  const c = tensor([2], 4, 6);

  it.each([
    // d(a, b)² = 4 and d(a, c)² = 25.
    ['a -> Triplet(c, b)', { a, b, c }, 25 - 4 + 0.2],
    ['a -> Triplet(b, c)', { a, b, c }, 0],
    ['a -> Content(c)', { a, c }, 12.5],
    ['a -> Contrastive(b, s)', { a, b, s: tensor([1], 1) }, 2],
    ['a -> Contrastive(b, s, 5)', { a, b, s: tensor([1], 0) }, 0.5 * (5 - 2) ** 2],
    ['a -> Dice(b)', { a: tensor([4], 1, 1, 0, 0), b: tensor([4], 1, 0, 0, 0) }, 1 - 3 / 4],
  ])('%s', (call, inputs, expected) => {
    for (const found of loss(call, inputs as unknown as Record<string, Tensor>))
      expect(found).toBeCloseTo(expected, 5);
  });

  describe('of YOLO', () => {
    const half = 0.5;
    /** Logits of 0: centres and objects of one half, sizes of the anchor, classes all alike. */
    const head = (values: number): Tensor => tensor([1, 2, 2 * values], ...rows(4 * values, [0]));
    const target = (values: number, ...object: readonly number[]): Tensor =>
      tensor([1, 2, 2 * values], ...rows(3 * values, [0]), ...object);

    it.each([
      // Three of four boxes are not there, and each is believed in by one half.
      ['Yolo(t, 2)', 7, [0.5, 0.5, 0, 0, 1, 1, 0], 3 * 0.5 * half ** 2 + half ** 2 + 2 * half ** 2],
      // The centre is off by (¼, ½), the size by a factor of e³ in one direction.
      ['Yolo(t, 2)', 7, [0.25, 1, 3, 0, 1, 0.5, 0.5], 0.375 + 0.25 + 5 * (0.25 ** 2 + 0.5 ** 2 + 9)],
      ['Yolo(t, 2, coord = 1, noobj = 2)', 7, [0.25, 0.5, 0, 0, 1, 0.5, 0.5], 1.5 + 0.25 + 0.25 ** 2],
      // One class is not told apart from others.
      ['Yolo(t, 2)', 5, [0.5, 0.5, 0, 0, 1], 0.375 + 0.25],
    ])('x -> %s with %i values', (call, values, box, expected) => {
      for (const found of loss(`x -> ${call}`, { x: head(values), t: target(values, ...box) }))
        expect(found).toBeCloseTo(expected, 5);
    });
  });

  it('compares styles by what occurs together, not where', () => {
    const here = tensor([1, 2, 2], 1, 2, 3, 4);
    const swapped = tensor([1, 2, 2], 3, 4, 1, 2);
    for (const found of loss('x -> Style(y)', { x: here, y: swapped })) expect(found).toBe(0);
  });
});
