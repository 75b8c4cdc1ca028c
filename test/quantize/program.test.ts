/** Quantised programs give the oracle's bits on every engine: with one instruction, with 16-bit products, in the order of wide registers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { verifyPlan } from '../../src/compiler/6-plan/verify.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
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
      expect(program.run(inputs), printGraph(graph)).toEqual(evaluate(graph, inputs, testWeights));
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

  // In double precision, or with a fused product, one digit in some hundred nets was a step off.
  it.each(['bytes', 'digits'])('a step left in floats has the same bits before it becomes %s', (how) => {
    const x = inputMap('x', [5], 5);
    const scaled = layer('leaky_relu', [layer('dwconv', [x], { kernel: 1 }, 's0.dw')], {}, 's0.leaky');
    const sum = layer('conv', [scaled], { channels: 8, kernel: 2, pad: 'same' }, 's1.conv');
    const end = layer('conv', [layer('relu', [sum], {}, 's1.relu')], { channels: 6, kernel: 1 }, 'end');
    const net = graphOf([end, scaled], [x]);
    expectSame(quantized(net, how === 'digits' ? everyFine(net, 1) : {}));
  });
});
