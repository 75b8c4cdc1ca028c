/** Whole programs: every operator's samples, and random networks, as WebAssembly against the operators' naive loops. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { ModuleBuilder } from '../../src/compiler/7-emit/wasm/assembler/index.ts';
import { emitWasm } from '../../src/compiler/7-emit/wasm/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { difference } from '../ops/support.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { randomGraphs } from '../support/random-graph.ts';
import { loadProgram } from './support/load-program.ts';
import { sampleCase } from './support/sample-case.ts';
import { engines } from './support/vector-function.ts';

/** Quantised layers want whole numbers for weights: quantized.test.ts. */
const notHere = ['input', 'param', 'const', 'qconv'];

/** Largest error relative to the largest value: sums in float32, some of mixed signs, against sums in double precision. */
const tolerance = 3e-5;

describe.each(engines)('operators, relaxed $relaxed', (engine) => {
  for (const def of allOps.filter((op) => !notHere.includes(op.name)))
    test(def.name, () => {
      def.samples.forEach((sample, i) => {
        const { graph, inputs, weights } = sampleCase(def, sample, 31 * i + 5);
        const want = evaluate(graph, inputs, weights).y0?.[0];
        const got = loadProgram(plan(graph, engine), weights).run(inputs).y0?.[0];
        expect(want).toBeDefined();
        expect(got?.shape).toEqual(want?.shape);
        expect(difference(got?.data ?? [], want?.data ?? []), JSON.stringify(sample)).toBeLessThan(tolerance);
      });
    });
});

describe.each(engines)('random networks, relaxed $relaxed', (engine) => {
  const check = (graph: Graph): void => {
    const program = loadProgram(plan(graph, engine), testWeights);
    // Twice: a halo or a sum that the first run leaves behind would show.
    for (const key of ['first', 'second']) {
      const inputs = testInputs(graph, key);
      expectClose(program.run(inputs), evaluate(graph, inputs, testWeights));
    }
  };

  test('as written', () => {
    fc.assert(fc.property(randomGraphs, check), { numRuns: 40 });
  });

  test('optimised', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => check(optimize(graph))),
      { numRuns: 40 },
    );
  });
});

describe('modules', () => {
  const input = inputMap('x', [12, 12], 8);
  const conv = (from: typeof input, path: string): typeof input =>
    layer('relu', [layer('conv', [from], { channels: 8, kernel: 3, pad: 'same' }, path)], {}, `${path}.relu`);
  const chain = (length: number): Graph => {
    let node = input;
    for (let i = 0; i < length; i++) node = conv(node, `c${i}`);
    return optimize(graphOf([node], [input]));
  };
  const engine = { relaxed: true, wide: false };

  test('equal layers share their functions: a further layer costs calls only', () => {
    const [short, long] = [chain(4), chain(8)].map((graph) => emitWasm(plan(graph, engine)).bytes.length);
    expect((long ?? 0) - (short ?? 0)).toBeLessThan(4 * 60);
  });

  test('steps can be called one by one', () => {
    const graph = chain(3);
    const planned = plan(graph, engine);
    const { bytes } = emitWasm(planned, { steps: true, names: true });
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
    expect(exported.toSorted()).toEqual(
      ['prepare', 'run', 'warm', ...planned.steps.map((_, i) => `step${i}`)].toSorted(),
    );
  });

  test('plain engines get no relaxed instruction', () => {
    const { bytes } = emitWasm(plan(chain(1), { relaxed: false, wide: false }));
    // f32x4.relaxed_madd is fd 85 02.
    expect(Buffer.from(bytes).includes(Buffer.from([0xfd, 0x85, 0x02]))).toBe(false);
  });

  test('the manifest is plain JSON', () => {
    const { manifest } = emitWasm(plan(chain(2), engine));
    expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
    expect(manifest.inputs.map(({ name, shape }) => [name, shape])).toEqual([['x', [12, 12, 8]]]);
  });
});

test('the borders to clear are sorted by step once, not looked for at every step', () => {
  const x = inputMap('x', [3, 3], 4);
  const chain = Array.from({ length: 500 }, () => 0).reduce(
    (last, _, i) => layer('conv', [last], { channels: 4, kernel: 3, pad: 1 }, `l${i}`),
    x,
  );
  const planned = plan(graphOf([chain], [x]), { relaxed: false, wide: false });
  let looks = 0;
  const allocations = planned.allocations.map((allocation) => ({
    ...allocation,
    get clear() {
      looks += 1;
      return allocation.clear;
    },
  }));
  const { bytes } = emitWasm({ ...planned, allocations });
  expect(bytes).toEqual(emitWasm(planned).bytes);
  expect(planned.allocations.filter(({ clear }) => clear !== undefined).length).toBeGreaterThan(100);
  expect(looks).toBeLessThan(3 * allocations.length);
});

test.each([
  ['stem', { channels: 3, kernel: 3, pad: 1 }, 3],
  ['winograd', { channels: 32, kernel: 3, pad: 1 }, 32],
  ['implicit-gemm', { channels: 16, kernel: 1 }, 16],
])('equal layers are built once, however many there are: %s', (algorithm, attrs, channels) => {
  const builds = (layers: number): number => {
    const x = inputMap('x', [16, 16], channels);
    const chain = Array.from({ length: layers }, () => 0).reduce(
      (last, _, i) => layer('conv', [last], attrs, `l${i}`),
      x,
    );
    const planned = plan(graphOf([chain], [x]), { relaxed: true, wide: false });
    expect(planned.steps.some((step) => step.algorithm.startsWith(algorithm))).toBe(true);
    const spy = vi.spyOn(ModuleBuilder.prototype, 'function');
    emitWasm(planned);
    const { length } = spy.mock.calls;
    spy.mockRestore();
    return length;
  };
  expect(builds(60)).toBe(builds(20));
});
