/** `prepare()`: the weights file becomes, in place, bit for bit the blocks that the algorithms define. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { packWeights } from '../../src/compiler/6-plan/algorithms/index.ts';
import { hasOverflow, toHalves } from '../../src/compiler/6-plan/halves.ts';
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

/** Words of a block as its algorithm defines it. */
function definedWords(planned: Plan, { nodes, layout }: Plan['weights'][number]): Uint32Array {
  const compact = packWeights(
    layout,
    nodes.map((node) => evaluateNode(node, testWeights)),
  );
  const stored = planned.file.type === 'f32' ? compact : decodeHalf(toHalves(compact));
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
    expect(compact(halves)).toBeLessThanOrEqual(0.5 * compact(floats));
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

describe('halves', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);

  test('all 65536 are widened exactly, and come back', () => {
    const input = inputMap('x', [1, 1], 256);
    const graph = graphOf([layer('conv', [input], { channels: 256, kernel: 1, bias: false }, 'c')], [input]);
    const planned = plan(graph, engine, { weightsType: 'f16' });
    const [block] = planned.weights;
    const file = new Uint8Array(planned.file.bytes);
    file.set(new Uint8Array(all.buffer));
    const memory = prepared(planned, file);
    const floats = new Float32Array(memory, block?.offset, all.length);
    expect(toHalves(floats)).toEqual(all);
    const want = decodeHalf(all);
    expect(floats.every((value, i) => Object.is(value, want[i]))).toBe(true);
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
