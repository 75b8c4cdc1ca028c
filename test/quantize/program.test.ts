/** Quantised programs give the oracle's bits on every engine: with one instruction, with 16-bit products, in the order of wide registers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { verifyPlan } from '../../src/compiler/6-plan/verify.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from '../wasm/support/load-program.ts';
import { engines, everyFine, quantizableNets, quantized } from './support.ts';

const modes = engines.flatMap((engine) =>
  (engine.relaxed ? [false] : [false, true]).map((precise) => ({ ...engine, precise })),
);

describe.each(modes)('relaxed $relaxed, wide $wide, deterministic $precise', ({ precise, ...engine }) => {
  const expectSame = (graph: Graph): void => {
    expect(verify(graph), printGraph(graph)).toEqual([]);
    const planned = plan(graph, engine, { precise });
    expect(verifyPlan(planned)).toEqual([]);
    const program = loadProgram(planned, testWeights);
    for (const key of ['calibration', 'other']) {
      const inputs = testInputs(graph, key);
      const want = evaluate(graph, inputs, testWeights)['y0']?.[0];
      const got = program.run(inputs)['y0']?.[0];
      expect(got?.data, printGraph(graph)).toEqual(want?.data);
    }
  };

  it('any net of quantisable layers computes the same bits as the interpreter', () => {
    fc.assert(
      fc.property(quantizableNets, (net) => expectSame(quantized(net))),
      { numRuns: 40 },
    );
  });

  it('so does one whose layers, but for depthwise ones, read two digits', () => {
    fc.assert(
      fc.property(quantizableNets, fc.integer({ min: 1, max: 3 }), (net, every) =>
        expectSame(quantized(net, everyFine(net, every))),
      ),
      { numRuns: 20 },
    );
  });
});
