/** What the planner decides in the cases that it was made for. */
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { memoryProblems, plan, printPlan, verifyPlan, type Plan } from '../../src/compiler/6-plan/index.ts';
import type { Node } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { load } from './interpret.ts';

const engine = { relaxed: true, wide: false };

/** Plans the net, checks that it computes the same twice, and gives the plan. */
function planned(outputs: readonly Node[], inputs: readonly Node[]): Plan {
  const graph = graphOf(outputs, inputs);
  const result = plan(graph, engine);
  expect(verifyPlan(result)).toEqual([]);
  const program = load(result, testWeights);
  for (const key of ['a', 'b']) {
    const values = testInputs(graph, key);
    expectClose(program.run(values), evaluate(graph, values, testWeights));
  }
  return result;
}

const stepsOf = (result: Plan): readonly string[] => result.steps.map((step) => step.node.op);
const bufferOf = (result: Plan, label: string): Plan['buffers'][number] => {
  const found = result.buffers.find((buffer) => buffer.label === label);
  if (!found) throw new Error(`${label} is not in\n${printPlan(result)}`);
  return found;
};

describe('concat', () => {
  const x = inputMap('x', [6, 6], 3);
  const a = layer('conv', [x], { channels: 4, kernel: 3, pad: 'same' }, 'a');
  const b = layer('conv', [x], { channels: 5, kernel: 1 }, 'b');

  it('is written in place by its branches', () => {
    const result = planned([layer('relu', [layer('concat', [a, b], {}, 'all')], {}, 'y')], [x]);
    expect(stepsOf(result)).toEqual(['conv', 'conv', 'relu']);
    expect(bufferOf(result, 'a').allocation).toBe(bufferOf(result, 'b').allocation);
    expect(bufferOf(result, 'b').offset - bufferOf(result, 'a').offset).toBe(4 * 4);
    expect(bufferOf(result, 'a').strides).toEqual([54, 9, 1]);
  });

  it('shares its halo with its parts, and nests', () => {
    const inner = layer('concat', [a, b], {}, 'inner');
    const outer = layer(
      'concat',
      [inner, layer('conv', [inner], { channels: 2, kernel: 3, pad: 1 }, 'c')],
      {},
      'outer',
    );
    const result = planned([layer('conv', [outer], { channels: 2, kernel: 5, pad: 2 }, 'y')], [x]);
    expect(stepsOf(result)).toEqual(['conv', 'conv', 'conv', 'conv']);
    expect(bufferOf(result, 'a').halo.slice(0, 2)).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('copies what has other needs: the same value twice, an output, an input', () => {
    const twice = planned([layer('concat', [a, a, x], {}, 'all')], [x]);
    expect(stepsOf(twice)).toEqual(['conv', 'concat', 'concat']);
    const shown = planned([layer('concat', [a, b], {}, 'all'), a], [x]);
    expect(stepsOf(shown)).toEqual(['conv', 'conv', 'concat']);
  });

  it('along H is in place too, unless a part needs a border of zeros', () => {
    const plain = planned([layer('concat', [a, a2()], { axis: 'H' }, 'all')], [x]);
    expect(stepsOf(plain)).toEqual(['conv', 'conv']);
    const bordered = layer('conv', [a], { channels: 1, kernel: 3, pad: 1 }, 'c');
    const mixed = planned([layer('concat', [a, a2()], { axis: 'H' }, 'all'), bordered], [x]);
    expect(stepsOf(mixed).filter((op) => op === 'concat')).toHaveLength(1);
  });

  function a2(): Node {
    return layer('conv', [x], { channels: 4, kernel: 1 }, 'a2');
  }
});

describe('memory of values', () => {
  const x = inputMap('x', [5, 5], 4);

  it('flatten is a view, and the dense layer reads the map itself', () => {
    const c = layer('conv', [x], { channels: 3, kernel: 3 }, 'c');
    const result = planned([layer('dense', [layer('flatten', [c], {}, 'flat')], { units: 2 }, 'y')], [x]);
    expect(stepsOf(result)).toEqual(['conv', 'dense']);
    expect(bufferOf(result, 'flat').offset).toBe(bufferOf(result, 'c').offset);
  });

  it('a view of a map with a halo is copied dense first', () => {
    const c = layer('conv', [x], { channels: 3, kernel: 3 }, 'c');
    const padded = layer('conv', [c], { channels: 2, kernel: 3, pad: 1 }, 'padded');
    const result = planned([layer('flatten', [c], {}, 'flat'), padded], [x]);
    expect(stepsOf(result)).toContain('flatten');
  });

  it('an element-wise layer overwrites its operand, but never an input or an output', () => {
    const c = layer('conv', [x], { channels: 3, kernel: 1 }, 'c');
    const chain = planned([layer('tanh', [layer('exp', [c], {}, 'e')], {}, 'y')], [x]);
    expect(new Set(['c', 'e', 'y'].map((label) => bufferOf(chain, label).allocation)).size).toBe(1);
    const kept = planned([layer('tanh', [c], {}, 'y'), c], [x]);
    expect(bufferOf(kept, 'c').allocation).not.toBe(bufferOf(kept, 'y').allocation);
    const first = planned([layer('tanh', [x], {}, 'y')], [x]);
    expect(bufferOf(first, 'x').allocation).not.toBe(bufferOf(first, 'y').allocation);
  });

  it('a convolution never overwrites its input, even where its epilogue reads the same value', () => {
    const c = layer('conv', [x], { channels: 4, kernel: 1 }, 'c');
    const d = layer('dwconv', [c], { kernel: 3, pad: 'same' }, 'd');
    const sum = optimize(graphOf([layer('add', [d, layer('sigmoid', [c], {}, 's')], {}, 'y')], [x]));
    const result = planned(sum.outputs[0]?.nodes ?? [], [x]);
    expect(stepsOf(result)).toEqual(['conv', 'dwconv']);
  });

  it('outputs are dense even where a padded layer reads them too', () => {
    const c = layer('conv', [x], { channels: 3, kernel: 1 }, 'c');
    const result = planned([c, layer('conv', [c], { channels: 2, kernel: 3, pad: 1 }, 'd')], [x]);
    for (const { buffers } of result.outputs) for (const buffer of buffers) expect(buffer.halo).toEqual([]);
  });

  it('inputs and static values can be outputs', () => {
    const weight = layer('dense', [inputMap('v', [], 2)], { units: 3 }, 'd').inputs[1] as Node;
    const result = planned([x, x, layer('relu', [weight], {}, 'w')], [x]);
    expect(result.steps).toHaveLength(2);
  });

  it('a halo is cleared before use where the memory had another use, and only there', () => {
    let y = x;
    for (let i = 0; i < 4; i++) y = layer('conv', [y], { channels: 4, kernel: 3, pad: 1 }, `c${i}`);
    const result = planned([y], [x]);
    const bordered = result.allocations.filter(
      ({ id, region }) => region === 'arena' && result.buffers.find((b) => b.allocation === id)?.halo.length,
    );
    expect(bordered.length).toBeGreaterThan(2);
    expect(bordered.some(({ clear }) => clear === 0)).toBe(true);
    // An input with the memory to itself keeps its border.
    const alone = planned([layer('conv', [x], { channels: 4, kernel: 3, pad: 1 }, 'c')], [x]);
    expect(alone.allocations[bufferOf(alone, 'x').allocation]?.clear).toBe(undefined);
  });

  it("an input's memory serves other values when it has been read", () => {
    const channels = [8, 8, 8, 2] as const;
    const y = channels.reduce((node, c, i) => layer('conv', [node], { channels: c, kernel: 1 }, `c${i}`), x);
    const result = planned([y], [x]);
    const [first, ...others] = ['x', 'c0', 'c1', 'c2'].map(
      (label) => result.allocations[bufferOf(result, label).allocation],
    );
    expect(first).toMatchObject({ first: -1, last: 0 });
    expect(others.map((allocation) => allocation?.offset)).toContain(first?.offset);
  });
});

describe('memory limits', () => {
  it('are reported with the place where most is alive, and large plans are no crash', () => {
    const x = inputMap('x', [20_000, 20_000], 1);
    const c = layer('conv', [x], { channels: 4, kernel: 3 }, 'c');
    const [problem] = memoryProblems(plan(graphOf([c], [x]), engine));
    expect(problem?.code).toBe('memory/too-large');
    expect(problem?.message).toBe('Net needs 8.0 GB of memory, but at most 4.3 GB can be had');
    expect(problem?.notes.map((note) => note.text).join('\n')).toMatch(/c 6\.4 GB, x 1\.6 GB/);
  });

  it('can be set', () => {
    const x = inputMap('x', [20, 20], 1);
    const small = plan(graphOf([layer('relu', [x], {}, 'y')], [x]), engine);
    expect(memoryProblems(small)).toEqual([]);
    expect(memoryProblems(small, { limitBytes: 1000 })).toHaveLength(1);
  });
});
