/** Layers by Strassen's scheme in whole programs: concatenations and residuals in place, several layers in one scratch memory, threads, halves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan, verifyPlan, type Picker } from '../../src/compiler/6-plan/index.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from './support/load-program.ts';
import { engines } from './support/vector-function.ts';

/** Strassen wherever it can compute a layer, however small. */
const pick: Picker = (_, __, variants) => variants().find(({ algorithm }) => algorithm === 'strassen');

const channels = fc.integer({ min: 1, max: 5 }).map((n) => 8 * n);
const anyNet = fc.record({
  size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 9 })),
  from: channels,
  to: channels,
});

/** Two branches into one map, a residual, and a padded layer that wants a border around what Strassen writes. */
function netOf({ size, from, to }: { size: readonly number[]; from: number; to: number }): Graph {
  const x = inputMap('x', size, from);
  const a = layer('relu', [layer('conv', [x], { channels: to, kernel: 1 }, 'a')], {}, 'ra');
  const b = layer('conv', [a], { channels: 16, kernel: 1 }, 'b');
  const all = layer('concat', [a, b], {}, 'all');
  const c = layer('conv', [all], { channels: to, kernel: 1 }, 'c');
  const sum = layer('relu', [layer('add', [c, a], {}, 'sum')], {}, 'rs');
  const last = layer('conv', [sum], { channels: 3, kernel: 3, pad: 1 }, 'last');
  return optimize(graphOf([last], [x]));
}

describe.each(engines)('relaxed $relaxed', (engine) => {
  it('computes what the definition says, in parts bit by bit what it computes whole', () => {
    let cut = 0;
    fc.assert(
      fc.property(anyNet, fc.integer({ min: 2, max: 4 }), (spec, threads) => {
        const graph = netOf(spec);
        const whole = plan(graph, engine, { pick });
        expect(whole.steps.filter(({ algorithm }) => algorithm === 'strassen')).toHaveLength(3);
        expect(verifyPlan(whole)).toEqual([]);
        const parts = plan(graph, engine, { pick, threads, cutFromNs: 0 });
        expect(verifyPlan(parts)).toEqual([]);
        cut += parts.steps.filter((step) => step.algorithm === 'strassen' && step.parts).length;
        const [one, several] = [whole, parts].map((planned) => loadProgram(planned, testWeights));
        for (const key of ['first', 'second']) {
          const inputs = testInputs(graph, key);
          const got = one?.run(inputs);
          expectClose(got ?? {}, evaluate(graph, inputs, testWeights));
          expect(several?.run(inputs)).toEqual(got);
        }
      }),
      { numRuns: 25 },
    );
    expect(cut).toBeGreaterThan(20);
  });

  it('reads weights that were stored in 16 bits', () => {
    const graph = netOf({ size: [6, 5], from: 24, to: 40 });
    const [got, direct] = [{ pick }, {}].map((options) =>
      loadProgram(plan(graph, engine, { ...options, weightsType: 'i16' }), testWeights).run(
        testInputs(graph),
      ),
    );
    expectClose(got ?? {}, direct ?? {});
  });
});
