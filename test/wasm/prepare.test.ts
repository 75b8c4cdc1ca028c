/** `prepare()`: the weights file becomes, in place, bit for bit the blocks that the algorithms define. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { packWeights } from '../../src/compiler/6-plan/algorithms/index.ts';
import { scaleWord, toIntegers, wordHoldsNumbers } from '../../src/compiler/6-plan/integers.ts';
import { pack, plan, verifyPlan } from '../../src/compiler/6-plan/index.ts';
import type { Plan } from '../../src/compiler/6-plan/plan.ts';
import { emitWasm } from '../../src/compiler/7-emit/wasm/index.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { evaluate, evaluateNode } from '../../src/compiler/ops/evaluate.ts';
import { difference } from '../ops/support.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { randomGraphs } from '../support/random-graph.ts';
import { loadProgram } from './support/load-program.ts';

const engine = { relaxed: true, wide: false };

/** Memory before and after `prepare`, with a file's bytes in it. */
function prepared(planned: Plan, file: Uint8Array): ArrayBuffer {
  const { bytes, manifest } = emitWasm(planned);
  const pages = Math.ceil(manifest.memoryBytes / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { cnnc: { memory } });
  new Uint8Array(memory.buffer).set(file, manifest.weights.offset);
  (exports['prepare'] as () => void)();
  return memory.buffer;
}

/** What integers and scales stand for: no integer is −0. */
function scaled({ integers, scales }: ReturnType<typeof toIntegers>): Tensor {
  const length = integers.data.length / scales.length;
  return {
    shape: integers.shape,
    data: integers.data.map((integer, i) => integer * (scales[Math.floor(i / length)] ?? NaN) + 0),
  };
}

const inFloats: readonly string[] = ['stem', 'few-filters', 'plain'];

/**
 * Words of a block as its algorithm defines it: of a file of integers, with filters that are integers times scales to the last bit, and
 * biases that are the same bits. A stem, few filters and what is plain have their numbers as they are.
 */
function definedWords(planned: Plan, { nodes, layout }: Plan['weights'][number]): Uint32Array {
  const isIntegers = planned.file.type === 'i16' && !inFloats.includes(layout.kind);
  const [weight, ...biases] = nodes.map((node) => evaluateNode(node, testWeights));
  const rounded = weight && isIntegers ? scaled(toIntegers(weight)) : weight;
  const stored = packWeights(layout, [...(rounded ? [rounded] : []), ...biases]);
  return new Uint32Array(stored.buffer, stored.byteOffset, stored.length);
}

function expectBlocks(planned: Plan): void {
  expect(verifyPlan(planned)).toEqual([]);
  const file = pack(planned, testWeights);
  expect(file.length).toBe(planned.file.bytes);
  const memory = prepared(planned, file);
  for (const block of planned.weights) {
    const want = definedWords(planned, block);
    const got = new Uint32Array(memory, block.offset, want.length);
    expect(
      Buffer.compare(
        Buffer.from(got.buffer, block.offset, got.byteLength),
        Buffer.from(want.buffer, want.byteOffset, want.byteLength),
      ),
      block.layout.kind,
    ).toBe(0);
  }
  const arena = new Uint8Array(memory, planned.weightsOffset + planned.bytes.weights, planned.bytes.arena);
  expect(arena.every((byte) => byte === 0)).toBe(true);
}

/** A net of 3x3 convolutions (by Winograd), a strided one, a depthwise one and a dense layer. */
function mixed(): Graph {
  const input = inputMap('x', [22, 22], 8);
  const conv = (from: Node, channels: number, path: string, stride = 1): Node =>
    layer('conv', [from], { channels, kernel: 3, pad: 'same', stride }, path);
  let node = conv(input, 20, 'a');
  node = conv(node, 36, 'b');
  node = conv(node, 24, 'c', 2);
  node = conv(node, 48, 'd');
  node = layer('conv', [node], { channels: 10, kernel: 1, pad: 'same' }, 'e');
  node = conv(node, 44, 'f', 2);
  node = conv(node, 28, 'g');
  const flat = layer('flatten', [node], {}, 'flat');
  return optimize(graphOf([layer('dense', [flat], { units: 11 }, 'head')], [input]));
}

describe.each(['f32', 'i16'] as const)('prepare, weights in %s', (weightsType) => {
  test('gives the blocks that the algorithms define, and leaves the arena clear', () => {
    const planned = plan(mixed(), engine, { weightsType });
    expectBlocks(planned);
  });

  test('of any net', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => expectBlocks(plan(optimize(graph), engine, { weightsType }))),
      { numRuns: 40 },
    );
  });
});

describe('the weights file', () => {
  test('is what memory holds, and integers take half of that', () => {
    const graph = mixed();
    const [floats, integers] = (['f32', 'i16'] as const).map((weightsType) =>
      plan(graph, engine, { weightsType }),
    );
    const compact = (planned: Plan | undefined): number => planned?.file.bytes ?? 0;
    expect(compact(floats)).toBe(floats?.bytes.weights);
    // Biases are floats, and there is a scale for each filter, in whole vectors.
    const filters = 20 + 36 + 24 + 48 + 12 + 44 + 28 + 12;
    expect(compact(integers)).toBeLessThanOrEqual(0.5 * compact(floats) + 2 * filters + 2 * filters);
    expect(compact(integers)).toBeGreaterThan(0.48 * compact(floats));
  });

  test('in integers changes results by no more than their rounding', () => {
    const graph = mixed();
    const inputs = testInputs(graph);
    const want = evaluate(graph, inputs, testWeights)['y0']?.[0]?.data ?? [];
    const got =
      loadProgram(plan(graph, engine, { weightsType: 'i16' }), testWeights).run(inputs)['y0']?.[0]?.data ??
      [];
    expect(got.length).toBe(11);
    expect(difference(got, want)).toBeLessThan(1e-4);
    expect(difference(got, want)).toBeGreaterThan(1e-6);
  });
});

test('a depthwise layer, groups with a narrow last panel, a stem and a norm of its own keep their biases', () => {
  const input = inputMap('x', [12, 12], 3);
  let node = layer('conv', [input], { channels: 24, kernel: 3, pad: 'same' }, 'stem');
  node = layer('maxpool', [node], { kernel: 2 }, 'pool');
  node = layer('bn', [node], {}, 'norm');
  node = layer('dwconv', [node], { kernel: 3, pad: 'same' }, 'depthwise');
  node = layer('relu', [node], {}, 'relu');
  node = layer('conv', [node], { channels: 60, kernel: 3, groups: 3, pad: 'same', stride: 2 }, 'grouped');
  const graph = optimize(graphOf([node], [input]));
  const planned = plan(graph, engine, { weightsType: 'i16' });
  const runs = planned.weights.flatMap(({ stored }) => stored.runs);
  expect(runs.some(({ count }) => count > 1)).toBe(true);
  expect(runs.some(({ integers }) => integers === 0)).toBe(true);
  expectBlocks(planned);
});

/** Filters of numbers of equal or very different sizes, rows of equal length. */
const filters = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: -140, max: 110 }),
    fc.constantFrom(0, 3, 16),
  )
  .chain(([count, length, exponent, spread]) =>
    fc
      .array(fc.tuple(fc.double({ noNaN: true, min: -1, max: 1 }), fc.integer({ min: 0, max: spread })), {
        minLength: count * length,
        maxLength: count * length,
      })
      .map((numbers) => ({
        shape: [count, length],
        data: Float32Array.from(numbers, ([value, more]) => value * 2 ** (exponent + more)),
      })),
  );

describe('filters in 16 bits', () => {
  /** (filter, its integers, its scale) of each. */
  function rows({ shape, data }: Tensor): readonly (readonly [Float32Array, Float32Array, number])[] {
    const { integers, scales } = toIntegers({ shape, data });
    const length = shape[1] ?? 0;
    return [...scales].map((scale, i) => {
      const [from, to] = [i * length, (i + 1) * length];
      return [data.subarray(from, to), integers.data.subarray(from, to), scale] as const;
    });
  }
  const largest = (row: Float32Array): number => Math.max(...row.map(Math.abs));

  test('are whole numbers times a scale of eight bits, each within a step, and their sums within half a step', () => {
    fc.assert(
      fc.property(filters, (weight) => {
        for (const [row, integers, scale] of rows(weight)) {
          expect(new Uint32Array(Float32Array.of(scale).buffer)[0]! & 0xffff).toBe(0);
          let lost = 0;
          for (const [i, integer] of integers.entries()) {
            expect(Number.isInteger(integer) && Math.abs(integer) <= 32767).toBe(true);
            expect(Math.fround(integer * scale)).toBe(integer * scale);
            expect(Math.abs(integer - row[i]! / scale)).toBeLessThan(1);
            lost += row[i]! / scale - integer;
          }
          // The sum of doubles is rounded itself.
          expect(Math.abs(lost)).toBeLessThanOrEqual(0.5 + 1e-6);
        }
      }),
    );
  });

  test('have steps of the largest number / 32767, nearly: coarser only where that serves few numbers', () => {
    fc.assert(
      fc.property(filters, (weight) => {
        for (const [row, , scale] of rows(weight)) {
          if (largest(row) < 2 ** -100) continue;
          const finest = largest(row) / 32767;
          expect(scale).toBeGreaterThanOrEqual(finest);
          expect(scale).toBeLessThanOrEqual(finest * (row.length <= 64 ? 1.14 : 1.01));
        }
      }),
    );
  });

  test('take the nearest integers, and move the fewest of them that keep the sum', () => {
    fc.assert(
      fc.property(filters, (weight) => {
        for (const [row, integers, scale] of rows(weight)) {
          const nearest = row.map((value) => Math.round(value / scale));
          const rest = row.reduce((sum, value, i) => sum + value / scale - nearest[i]!, 0);
          const moved = integers.filter((integer, i) => integer !== nearest[i]).length;
          expect(Math.abs(moved - Math.abs(rest))).toBeLessThanOrEqual(0.5 + 1e-6);
        }
      }),
    );
  });

  test('are themselves again where they are integers already', () => {
    const integers = Float32Array.of(32767, -32767, 0, 1, -12345);
    const data = integers.map((integer) => integer * 2 ** -20);
    expect(toIntegers({ shape: [1, 5], data })).toEqual({
      integers: { shape: [1, 5], data: integers },
      scales: Float32Array.of(2 ** -20),
    });
  });

  test('of zeros or nearly are zeros, and other filters do not see them', () => {
    const data = Float32Array.of(0, -0, 1e-42, 1e-40, 3, -1);
    const { integers, scales } = toIntegers({ shape: [3, 2], data });
    expect(Array.from(integers.data.subarray(0, 4), Math.abs)).toEqual([0, 0, 0, 0]);
    expect(scales[0]).toBe(2 ** -126);
    expect(integers.data[4]! * scales[2]!).toBeCloseTo(3, 3);
  });

  test('that are not finite, or beyond 2¹²⁷, are told by their scales', () => {
    const holds = (value: number): boolean => {
      const { scales } = toIntegers({ shape: [1, 3], data: Float32Array.of(1, value, -1) });
      return scales.every((scale) => wordHoldsNumbers(scaleWord(scale)));
    };
    expect([0, 1e30, -1e38, 2 ** 126].map(holds)).toEqual([true, true, true, true]);
    expect([NaN, -NaN, Infinity, -Infinity, 3.4e38].map(holds)).toEqual([false, false, false, false, false]);
  });

  test('with NaN become NaN when they are loaded', () => {
    const input = inputMap('x', [1, 1], 4);
    const graph = graphOf([layer('conv', [input], { channels: 4, kernel: 1, bias: false }, 'c')], [input]);
    const data = Float32Array.from({ length: 16 }, (_, i) => (i === 5 ? NaN : i));
    const program = loadProgram(plan(graph, engine, { weightsType: 'i16' }), ({ type }) => ({
      shape: type.dims.map(Number),
      data,
    }));
    const got = program.run({ x: { shape: [1, 1, 4], data: Float32Array.of(1, 1, 1, 1) } })['y0']?.[0]?.data;
    expect([...(got ?? [])].map((value) => Number.isNaN(value))).toEqual([false, true, false, false]);
  });
});
