/** Plans of a net that compute what its operators say. */
import { expect } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan, verifyPlan, type Plan } from '../../src/compiler/6-plan/index.ts';
import type { Node } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from '../wasm/support/load-program.ts';
import { load } from './interpret.ts';

/** The plan of the net for one thread: interpreted, as a program, again with other inputs, and in parts for threads. */
export function holds(outputs: readonly Node[], input: Node, wide = false): Plan {
  const graph = optimize(graphOf(outputs, [input]));
  const engine = { relaxed: true, wide };
  const whole = plan(graph, engine);
  const cut = plan(graph, engine, { threads: 3, cutFromNs: 0 });
  for (const planned of [whole, cut]) expect(verifyPlan(planned)).toEqual([]);
  const [interpreted, program] = [load(whole, testWeights), loadProgram(whole, testWeights)];
  for (const key of ['first', 'second']) {
    const values = testInputs(graph, key);
    const want = evaluate(graph, values, testWeights);
    expectClose(interpreted.run(values), want);
    expectClose(program.run(values), want);
  }
  const values = testInputs(graph, 'third');
  expect(loadProgram(cut, testWeights).run(values)).toEqual(program.run(values));
  return whole;
}
