/** Which pools become part of the convolution before them, and that the networks still compute the same, also in parts for threads. */
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import type { Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import { plan, printPlan, type Plan } from '../../src/compiler/6-plan/index.ts';
import type { Attrs, Node } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from '../wasm/support/load-program.ts';
import { holds } from './holds.ts';

const engine = { relaxed: true, wide: false };
const x = inputMap('x', [26, 22], 12);

function conv(from: Node, attrs: Attrs = {}, path = 'c'): Node {
  return layer('conv', [from], { channels: 20, kernel: 3, pad: 'same', ...attrs }, path);
}

/** The operators of the plan's steps; the plan computes what the operators of the net say. */
function stepsOf(outputs: readonly Node[], input = x): readonly string[] {
  return kernelsOf(holds(outputs, input));
}

function kernelsOf(planned: Plan): readonly string[] {
  return planned.steps.map(({ kernel }) =>
    kernel.kind === 'conv' && kernel.pool ? 'conv + pool' : kernel.kind,
  );
}

describe('pools behind convolutions', () => {
  it('are part of them, whatever is between them in one expression', () => {
    const residual = layer('add', [conv(x), conv(x, { kernel: 1, pad: 0 }, 'shortcut')], {}, 'sum');
    const pooled = layer('maxpool', [layer('relu', [residual], {}, 'r')], { kernel: 2 }, 'p');
    expect(stepsOf([pooled])).toEqual(['conv', 'conv + pool']);
  });

  it('take the choice that is picked for them, and are fused or not by the model alone', () => {
    const pooled = layer('maxpool', [conv(x, { channels: 64 })], { kernel: 2 }, 'p');
    const graph = optimize(graphOf([pooled], [x]));
    const offered: Choice[] = [];
    const model = plan(graph, engine).steps.map(({ tuning }) => tuning);
    const planned = plan(graph, engine, {
      pick: (kernel, _, variants) => {
        if (kernel.kind !== 'conv' || !kernel.pool) return undefined;
        offered.push(...variants());
        return offered.at(-1);
      },
    });
    expect(offered.length).toBeGreaterThan(2);
    expect(kernelsOf(planned)).toEqual(['conv + pool']);
    expect(planned.steps.map(({ tuning }) => tuning)).toEqual([offered.at(-1)?.tuning]);
    expect(planned.steps.map(({ tuning }) => tuning)).not.toEqual(model);
    const values = testInputs(graph, 'a');
    expectClose(loadProgram(planned, testWeights).run(values), evaluate(graph, values, testWeights));
  });

  it('averages too, behind every algorithm, and what they leave over is not computed', () => {
    const pad = [
      [1, 0],
      [1, 1],
    ];
    const odd = conv(x, { pad, kernel: [4, 2] });
    const average = layer('avgpool', [odd], { kernel: 2 }, 'p');
    expect(stepsOf([average])).toEqual(['conv + pool']);
    const text = printPlan(plan(optimize(graphOf([average], [x])), engine));
    expect(text).toMatch(/conv 4x2 12→20 \+ avgpool 2x2 +implicit-gemm/);
    const winograd = layer('maxpool', [conv(x, { channels: 64 })], { kernel: 2 }, 'p');
    expect(stepsOf([winograd])).toEqual(['conv + pool']);
  });

  it('write into a concat and into the border of what comes next', () => {
    const left = layer('maxpool', [conv(x, {}, 'a')], { kernel: 2 }, 'pa');
    const right = layer('maxpool', [conv(x, {}, 'b')], { kernel: 2 }, 'pb');
    const both = layer('concat', [left, right], {}, 'both');
    expect(stepsOf([conv(both, {}, 'next')])).toEqual(['conv + pool', 'conv + pool', 'conv']);
  });

  it.each<readonly [string, readonly number[], Attrs, number]>([
    ['below', [25, 22], { kernel: 2, pad: 'same' }, 1],
    ['at the right', [26, 21], { kernel: 2, pad: 'same' }, 1],
    ['on both sides', [25, 21], { kernel: 2, pad: 'same' }, 3],
    [
      'with half of a window',
      [58, 53],
      {
        kernel: [4, 2],
        pad: [
          [0, 2],
          [0, 1],
        ],
      },
      3,
    ],
    [
      'by one axis of several sizes',
      [25, 22],
      {
        kernel: [2, 1],
        stride: [2, 1],
        pad: [
          [0, 1],
          [0, 0],
        ],
      },
      1,
    ],
    ['in a signal', [25], { kernel: 2, pad: 'same' }, 1],
    ['in a map of one window', [1, 6], { kernel: 2, pad: 'same' }, 0],
  ])('are part of pointwise ones whose map ends in a window, %s', (_, size, attrs, edges) => {
    const input = inputMap('x', size, 5);
    const pointwise = layer('conv', [input], { channels: 29, kernel: 1 }, 'c');
    const pooled = layer('maxpool', [layer('leaky_relu', [pointwise], { slope: 0.1 }, 'r')], attrs, 'p');
    const kernels = stepsOf([pooled], input);
    expect(kernels).toHaveLength(1 + edges);
    expect(kernels[0]).toBe('conv + pool');
    expect(kernels.slice(1).every((kernel) => kernel.startsWith('conv'))).toBe(true);
  });

  it.each<readonly [string, readonly number[], string, Attrs]>([
    ['averages', [25, 21], 'avgpool', { kernel: 2, pad: 'same' }],
    [
      'has three pixels left',
      [23, 20],
      'maxpool',
      {
        kernel: 4,
        pad: [
          [0, 1],
          [0, 0],
        ],
      },
    ],
    [
      'begins in the padding',
      [25, 21],
      'maxpool',
      {
        kernel: 2,
        pad: [
          [1, 0],
          [1, 0],
        ],
      },
    ],
  ])('stay alone behind pointwise ones where a window that %s', (_, size, op, attrs) => {
    const input = inputMap('x', size, 12);
    const pointwise = layer('conv', [input], { channels: 29, kernel: 1 }, 'c');
    expect(stepsOf([layer(op, [pointwise], attrs, 'p')], input)).toEqual(['conv', 'pool']);
  });

  it('stay alone where a map is added that ends in a window', () => {
    const input = inputMap('x', [25, 21], 12);
    const [a, b] = ['a', 'b'].map((path) => layer('conv', [input], { channels: 29, kernel: 1 }, path));
    const sum = layer('add', [a as Node, b as Node], {}, 'sum');
    const pooled = layer('maxpool', [sum], { kernel: 2, pad: 'same' }, 'p');
    expect(stepsOf([pooled], input)).toEqual(['conv', 'conv', 'pool']);
  });

  it.each([
    ['overlapping', { kernel: 3, stride: 2 }],
    ['partial', { kernel: 4, pad: 'same' }],
    ['padded', { kernel: 2, pad: 1 }],
    ['of another size', { kernel: 3 }],
  ])('stay alone where they are %s', (_, attrs) => {
    expect(stepsOf([layer('maxpool', [conv(x)], attrs, 'p')])).toEqual(['conv', 'pool']);
  });

  it('stay alone where the map itself is needed', () => {
    const map = conv(x);
    const pooled = layer('maxpool', [map], { kernel: 2 }, 'p');
    expect(stepsOf([pooled, map])).toEqual(['conv', 'pool']);
    expect(stepsOf([pooled, conv(map, {}, 'd')])).toContain('pool');
  });
});
