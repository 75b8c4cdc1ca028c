/** Any plan of any net: allocations do not overlap, and running it gives what the interpreter of the graph gives, again and again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { verifyPlan } from '../../src/compiler/6-plan/verify.ts';
import type { Graph } from '../../src/compiler/ir/graph.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { testInputs, testWeights } from '../support/net-builder.ts';
import { randomGraphs } from '../support/random-graph.ts';
import { load } from './interpret.ts';

const engine = { relaxed: true, wide: false };

/** Two runs in one memory with different inputs, against the graph. */
function expectRuns(graph: Graph): void {
  const planned = plan(graph, engine);
  expect(verifyPlan(planned)).toEqual([]);
  expect(verifyPlan(plan(graph, engine, { weightsType: 'i16' }))).toEqual([]);
  const program = load(planned, testWeights);
  for (const key of ['first', 'second']) {
    const inputs = testInputs(graph, key);
    expectClose(program.run(inputs), evaluate(graph, inputs, testWeights));
  }
}

describe('any net', () => {
  it('is planned without overlaps and computes the same in its memory', () => {
    fc.assert(fc.property(randomGraphs, expectRuns), { numRuns: 120 });
  });

  it('computes the same after optimising', () => {
    fc.assert(
      fc.property(randomGraphs, (graph) => {
        const optimised = optimize(graph, {
          after: (pass, result) => expect(verify(result), `${pass.name}:\n${printGraph(result)}`).toEqual([]),
        });
        const inputs = testInputs(graph);
        expectClose(evaluate(optimised, inputs, testWeights), evaluate(graph, inputs, testWeights));
        expectRuns(optimised);
      }),
      { numRuns: 120 },
    );
  });
});
