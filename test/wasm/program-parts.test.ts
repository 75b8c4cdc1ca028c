/** The parts of a program around its kernels: cleared halos, tables, pieces of nests, and what the manifest says of outputs. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { plan } from '../../src/compiler/6-plan/index.ts';
import type { Buffer } from '../../src/compiler/6-plan/plan.ts';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { ModuleBuilder } from '../../src/compiler/7-emit/wasm/assembler/index.ts';
import { emitClear } from '../../src/compiler/7-emit/wasm/halo.ts';
import { emitWasm } from '../../src/compiler/7-emit/wasm/index.ts';
import { splitByGuards } from '../../src/compiler/7-emit/wasm/nest/split.ts';
import { chooseStrategy } from '../../src/compiler/7-emit/wasm/nest/strategy.ts';
import { tidy } from '../../src/compiler/7-emit/wasm/nest/tidy.ts';
import { resolveNest } from '../../src/compiler/7-emit/wasm/nest/index.ts';
import { createTables } from '../../src/compiler/7-emit/wasm/tables.ts';
import type { Graph, Node, OutputKind } from '../../src/compiler/ir/graph.ts';
import type { NestKernel } from '../../src/compiler/ir/kernel.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { axisIndex, rowStrides } from '../../src/compiler/ops/shared/broadcast.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';
import { addresses } from './support/run-kernel.ts';

const engine = { relaxed: false, wide: false };

/** A buffer with the given border in its own memory, and its elements with the border. */
function bordered(
  shape: readonly number[],
  halo: readonly (readonly [number, number])[],
  offset: number,
): [Buffer, Buffer] {
  const padded = shape.map((n, i) => n + (halo[i]?.[0] ?? 0) + (halo[i]?.[1] ?? 0));
  const strides = rowStrides(padded);
  const inside = 4 * strides.reduce((sum, stride, i) => sum + stride * (halo[i]?.[0] ?? 0), 0);
  const common = { id: 0, label: '', elementBytes: 4 as const, strides, allocation: 0, halo };
  return [
    { ...common, shape, offset: offset + inside },
    { ...common, shape: padded, offset },
  ];
}

/** A row-major buffer in memory of its own. */
function dense(id: number, shape: readonly number[]): Buffer {
  const strides = rowStrides(shape);
  return {
    id,
    label: '',
    shape,
    elementBytes: 4,
    strides,
    offset: 4096 * (id + 1),
    halo: [],
    allocation: id,
  };
}

describe('halos', () => {
  test('the border becomes zero, the inside and the surroundings stay, in one piece or in shares of rows', () => {
    const border = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
    const axes = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), border), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        axes,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 7 }),
        (spatial, channels, parts) => {
          const [inner, outer] = bordered(
            [...spatial.map(([n]) => n), channels],
            spatial.map(([, b]) => b),
            256,
          );
          const module = new ModuleBuilder(engine);
          module.importMemory({ module: 'cnnc', name: 'memory', pages: 2 });
          module.export(
            'run',
            module.function({ name: 'run', params: [] }, (f) => {
              for (let part = 0; part < parts; part++)
                emitClear(inner, { fill: 0, share: { part, parts } }, { module, f });
            }),
          );
          const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
          const floats = new Float32Array(memory.buffer).fill(7);
          const instance = new WebAssembly.Instance(new WebAssembly.Module(module.build()), {
            cnnc: { memory },
          });
          (instance.exports.run as () => void)();
          const inside = new Set(addresses(inner));
          const want = new Float32Array(floats.length).fill(7);
          for (const at of addresses(outer)) if (!inside.has(at)) want[at] = 0;
          expect(bytesOf(floats).equals(bytesOf(want))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function bytesOf(floats: Float32Array): globalThis.Buffer {
  return globalThis.Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
}

test('tables lie behind the plan, aligned; equal ones are one; kernels may read behind the last', () => {
  const tables = createTables(1000);
  const first = tables.table(Int32Array.of(1, 2, 3, 4, 5));
  const second = tables.table(Float32Array.of(1));
  expect([first, second]).toEqual([1008, 1040]);
  expect(tables.table(Int32Array.of(1, 2, 3, 4, 5))).toBe(first);
  expect(tables.all().map(({ bytes }) => bytes.length)).toEqual([20, 4]);
  expect(tables.end()).toBeGreaterThanOrEqual(1044 + 64);
  expect(createTables(1000).end()).toBe(1000);
});

describe('pieces of nests', () => {
  test('an element-wise operation over a whole tensor is one loop', () => {
    const shape = [7, 5, 9];
    const index = ['H', 'W', 'C'].map((name) => axisIndex(name));
    const kernel: NestKernel = {
      kind: 'nest',
      axes: ['H', 'W', 'C'].map((name, i) => ({ name, size: shape[i] ?? 1 })),
      reduce: [],
      combine: 'sum',
      loads: [{ operand: 0, index, outside: undefined }],
      body: s.neg(s.arg(0)),
      finishLoads: [],
      finish: s.arg(0),
      out: { operand: 1, index },
    };
    const pieces = splitByGuards(resolveNest(kernel, [dense(0, shape), dense(1, shape)])).flatMap(tidy);
    expect(pieces.map((piece) => piece.loops)).toEqual([[{ size: sizeOf(shape), reduce: false }]]);
  });

  test('padding becomes fills around a copy, none of which tests a coordinate', () => {
    const kernel: NestKernel = {
      kind: 'nest',
      axes: [
        { name: 'H', size: 8 },
        { name: 'W', size: 9 },
        { name: 'C', size: 4 },
      ],
      reduce: [],
      combine: 'sum',
      loads: [
        { operand: 0, index: [axisIndex('H', 1, -1), axisIndex('W', 1, -2), axisIndex('C')], outside: 5 },
      ],
      body: s.arg(0),
      finishLoads: [],
      finish: s.arg(0),
      out: { operand: 1, index: [axisIndex('H'), axisIndex('W'), axisIndex('C')] },
    };
    const pieces = splitByGuards(resolveNest(kernel, [dense(0, [6, 5, 4]), dense(1, [8, 9, 4])]));
    expect(pieces.length).toBe(9);
    const copies = pieces.filter((piece) => piece.loads.length > 0);
    expect(copies.map((piece) => piece.loops.map((loop) => loop.size))).toEqual([[6, 5, 4]]);
    expect(pieces.flatMap((piece) => piece.loads.flatMap((load) => load.guards))).toEqual([]);
    expect(pieces.filter((piece) => piece.loads.length === 0).map((piece) => piece.body)).toEqual(
      Array(8).fill(s.num(5)),
    );
  });
});

describe('the loop in the lanes', () => {
  const reduction = (kept: string, reduced: string): NestKernel => ({
    kind: 'nest',
    axes: [{ name: kept, size: 32 }],
    reduce: [{ name: reduced, size: 32 }],
    combine: 'sum',
    loads: [{ operand: 0, index: [axisIndex('H'), axisIndex('C')], outside: undefined }],
    body: s.arg(0),
    finishLoads: [],
    finish: s.arg(0),
    out: { operand: 1, index: [axisIndex(kept)] },
  });
  const strategyOf = (kernel: NestKernel): unknown =>
    chooseStrategy(resolveNest(kernel, [dense(0, [32, 32]), dense(1, [32])]));

  test('is the one along which memory is contiguous, reduced or not', () => {
    expect(strategyOf(reduction('C', 'H'))).toEqual({ kind: 'map', loop: 0 });
    expect(strategyOf(reduction('H', 'C'))).toEqual({ kind: 'reduce', loop: 1 });
  });

  test('is the outputs’ where a short reduction slides over the same memory', () => {
    const kernel: NestKernel = {
      ...reduction('C', 'J'),
      reduce: [{ name: 'J', size: 5 }],
      loads: [
        {
          operand: 0,
          index: [
            {
              kind: 'affine',
              constant: 0,
              terms: [
                { axis: 'C', coefficient: 1 },
                { axis: 'J', coefficient: 1 },
              ],
            },
          ],
          outside: undefined,
        },
      ],
    };
    const buffers = [dense(0, [36]), dense(1, [32])];
    expect(chooseStrategy(resolveNest(kernel, buffers))).toEqual({ kind: 'map', loop: 0 });
  });
});

describe('the manifest', () => {
  const input = inputMap('x', [4, 4], 3);
  const classes = ['cat', 'dog', 'bird'];
  const labelled = (node: Node, output: OutputKind): Graph => ({
    ...graphOf([node], [input]),
    outputs: [{ name: 'y', nodes: [node], output, trainOnly: false, doc: 'what it is' }],
  });
  const kindOf = (graph: Graph): unknown =>
    emitWasm(plan(optimize(graph), engine)).manifest.outputs[0]?.output;
  const logits = layer('dense', [layer('flatten', [input], {}, 'f')], { units: 3 }, 'd');

  test('says whether a classification ends in probabilities, fused or not', () => {
    const label: OutputKind = { kind: 'label', classes, of: undefined };
    const labels: OutputKind = { kind: 'labels', classes: undefined, of: undefined };
    expect(kindOf(labelled(logits, label))).toEqual({ kind: 'label', classes });
    expect(kindOf(labelled(layer('softmax', [logits], {}, 's'), label))).toEqual({
      kind: 'label',
      classes,
      probabilities: true,
    });
    expect(kindOf(labelled(layer('sigmoid', [logits], {}, 's'), labels))).toEqual({
      kind: 'labels',
      probabilities: true,
    });
    expect(kindOf(labelled(layer('relu', [logits], {}, 's'), labels))).toEqual({ kind: 'labels' });
  });

  test('places outputs, and needs no more memory than it says', () => {
    const { manifest } = emitWasm(plan(optimize(labelled(logits, { kind: 'tensor' })), engine));
    const [output] = manifest.outputs;
    expect(output).toMatchObject({ name: 'y', output: { kind: 'tensor' }, doc: 'what it is' });
    expect(output?.tensors.map(({ shape }) => shape)).toEqual([[3]]);
    const ends = [...manifest.inputs, ...(output?.tensors ?? [])].map(
      ({ offset, shape }) => offset + 4 * sizeOf(shape),
    );
    expect(Math.max(...ends, manifest.weights.offset + manifest.weights.bytes)).toBeLessThanOrEqual(
      manifest.memoryBytes,
    );
  });
});
