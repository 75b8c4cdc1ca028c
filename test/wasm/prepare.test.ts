/** `prepare()`: the weights file becomes, in place, bit for bit the blocks that the algorithms define. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { packWeights } from '../../src/compiler/6-plan/algorithms/index.ts';
import { hasOverflow, roundFilters, toHalves } from '../../src/compiler/6-plan/halves.ts';
import { pack, plan, verifyPlan } from '../../src/compiler/6-plan/index.ts';
import type { Plan } from '../../src/compiler/6-plan/plan.ts';
import { emitWasm } from '../../src/compiler/7-emit/wasm/index.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { evaluate, evaluateNode } from '../../src/compiler/ops/evaluate.ts';
import { decodeHalf } from '../../src/weights/dtype.ts';
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

/**
 * Words of a block as its algorithm defines it: of a file of halves, with filters that are halves to the last number and biases that are
 * the same bits. A stem has its numbers as they are.
 */
function definedWords(planned: Plan, { nodes, layout }: Plan['weights'][number]): Uint32Array {
  const isHalves = planned.file.type === 'f16' && layout.kind !== 'stem';
  const tensors = nodes.map((node) => evaluateNode(node, testWeights));
  const stored = packWeights(
    layout,
    tensors.map((tensor) => (isHalves && tensor.shape.length > 1 ? roundFilters(tensor) : tensor)),
  );
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

describe.each(['f32', 'f16'] as const)('prepare, weights in %s', (weightsType) => {
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
  test('is what memory holds, and halves take half of that', () => {
    const graph = mixed();
    const [floats, halves] = (['f32', 'f16'] as const).map((weightsType) =>
      plan(graph, engine, { weightsType }),
    );
    const compact = (planned: Plan | undefined): number => planned?.file.bytes ?? 0;
    expect(compact(floats)).toBe(floats?.bytes.weights);
    const biases = 4 * (20 + 36 + 24 + 48 + 10 + 44 + 28 + 11);
    expect(compact(halves)).toBeLessThanOrEqual(0.5 * compact(floats) + biases);
    expect(compact(halves)).toBeGreaterThan(0.48 * compact(floats));
  });

  test('in halves changes results by no more than their rounding', () => {
    const graph = mixed();
    const inputs = testInputs(graph);
    const want = evaluate(graph, inputs, testWeights)['y0']?.[0]?.data ?? [];
    const got =
      loadProgram(plan(graph, engine, { weightsType: 'f16' }), testWeights).run(inputs)['y0']?.[0]?.data ??
      [];
    expect(got.length).toBe(11);
    expect(difference(got, want)).toBeLessThan(1e-3);
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
  const planned = plan(graph, engine, { weightsType: 'f16' });
  const runs = planned.weights.flatMap(({ stored }) => stored.runs);
  expect(runs.some(({ count }) => count > 1)).toBe(true);
  expect(runs.some(({ halves }) => halves === 0)).toBe(true);
  expectBlocks(planned);
});

describe('filters in halves', () => {
  const numbers = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: -30, max: 15 }))
    .chain(([filters, taps, exponent]) =>
      fc
        .array(fc.float({ noNaN: true, min: -1, max: 1 }), {
          minLength: filters * taps,
          maxLength: filters * taps,
        })
        .map((values) => ({
          shape: [filters, taps],
          data: Float32Array.from(values, (value) => value * 2 ** exponent),
        })),
    );
  const stepAt = (value: number): number => 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value)))) - 10);

  test('are neighbouring halves, and keep their sums within half a step', () => {
    fc.assert(
      fc.property(numbers, (weight) => {
        const { data } = roundFilters(weight);
        const [filters = 0, taps = 0] = weight.shape;
        expect(data).toEqual(decodeHalf(toHalves(data)));
        for (let filter = 0; filter < filters; filter++) {
          let [lost, most] = [0, 0];
          for (let i = filter * taps; i < (filter + 1) * taps; i++) {
            const [value = 0, half = 0] = [weight.data[i], data[i]];
            expect(Math.abs(value - half)).toBeLessThanOrEqual(stepAt(value));
            lost += value - half;
            most = Math.max(most, Math.abs(value));
          }
          // The sum of doubles is rounded itself.
          expect(Math.abs(lost)).toBeLessThanOrEqual((stepAt(most) / 2) * (1 + 1e-9));
        }
      }),
    );
  });

  test('leave what is a half, is not finite or lies beyond halves as it is', () => {
    const data = Float32Array.of(0.1, 1, NaN, 1e9, -65504, Infinity, 2 ** -24, 0, -0);
    const rounded = roundFilters({ shape: [1, 9], data }).data;
    expect([...rounded.subarray(1)]).toEqual([...data.subarray(1)]);
    expect(rounded[0]).not.toBe(data[0]);
  });
});

describe('halves', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

  test('all 65536 are widened exactly, and come back', () => {
    const input = inputMap('x', [1, 1], 256);
    const graph = graphOf([layer('conv', [input], { channels: 256, kernel: 1, bias: false }, 'c')], [input]);
    const planned = plan(graph, engine, { weightsType: 'f16' });
    const [block] = planned.weights;
    const [{ count = 0, floats = 0, halves = 0 } = {}] = block?.stored.runs ?? [];
    expect(count * halves).toBe(all.length);
    const file = new Uint8Array(planned.file.bytes);
    const panels = Array.from({ length: count }, (_, i) => all.subarray(i * halves, (i + 1) * halves));
    for (const [i, panel] of panels.entries())
      new Uint16Array(file.buffer, i * (4 * floats + 2 * halves) + 4 * floats, halves).set(panel);
    const memory = prepared(planned, file);
    for (const [i, panel] of panels.entries()) {
      const at = (block?.offset ?? 0) + 4 * (i * (floats + halves) + floats);
      const widened = new Float32Array(memory, at, halves);
      expect(toHalves(widened)).toEqual(panel);
      const want = decodeHalf(panel);
      expect(widened.every((value, j) => Object.is(value, want[j]))).toBe(true);
    }
  });

  test('are the nearest ones, ties to even', () => {
    const ulp = 2 ** -10;
    const cases: readonly (readonly [number, number])[] = [
      [1 + ulp / 2, 1],
      [1 + (3 * ulp) / 2, 1 + 2 * ulp],
      [1 + ulp / 2 + 2 ** -20, 1 + ulp],
      [2 ** -25, 0],
      [2 ** -25 + 2 ** -35, 2 ** -24],
      [3 * 2 ** -25, 2 ** -23],
      [-(2 ** -14) + 2 ** -26, -(2 ** -14)],
      [65519, 65504],
      [65520, Infinity],
      [-1e9, -Infinity],
      [-0, -0],
    ];
    const rounded = decodeHalf(toHalves(Float32Array.from(cases, ([value]) => value)));
    expect([...rounded]).toEqual(cases.map(([, want]) => want));
  });

  test('say where a number was too large', () => {
    expect(hasOverflow(toHalves(Float32Array.of(1, 65504, -65504)))).toBe(false);
    expect(hasOverflow(toHalves(Float32Array.of(1, -65520)))).toBe(true);
  });
});
