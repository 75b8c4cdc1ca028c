/** Dilated convolutions as dense ones on the phases of their maps: which are taken apart, and that they still compute the same, also in threads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan, type Plan } from '../../src/compiler/6-plan/index.ts';
import type { Attrs, Node } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { expectClose } from '../support/close.ts';
import { graphOf, inputMap, layer, testInputs, testWeights } from '../support/net-builder.ts';
import { loadProgram } from '../wasm/support/load-program.ts';
import { holds } from './holds.ts';

const engine = { relaxed: true, wide: false };

function conv(from: Node, attrs: Attrs, path = 'c'): Node {
  return layer('conv', [from], { channels: 32, kernel: 3, pad: 'same', ...attrs }, path);
}

function algorithms({ steps }: Plan): readonly string[] {
  return steps.map(({ algorithm }) => algorithm);
}

const winograd = (count: number): readonly string[] => Array<string>(count).fill('winograd-4x4');

describe('a dilated convolution', () => {
  it('is one of phases, each by Winograd', () => {
    const x = inputMap('x', [24, 20], 32);
    expect(algorithms(holds([conv(x, { dilation: 2 })], x))).toEqual(winograd(4));
    expect(algorithms(holds([conv(x, { dilation: [1, 3] })], x))).toEqual(winograd(3));
    const signal = inputMap('s', [200], 32);
    expect(algorithms(holds([conv(signal, { dilation: 4 })], signal))).toEqual(winograd(4));
  });

  it('has residuals and activations of its own phases, and writes into a concat and the border of what comes next', () => {
    const x = inputMap('x', [23, 21], 32);
    const first = layer('relu', [layer('add', [conv(x, { dilation: 2 }), x], {}, 'sum')], {}, 'r');
    const second = conv(first, { dilation: 3 }, 'd');
    const both = layer('concat', [first, second], {}, 'both');
    const planned = holds([conv(both, { dilation: 2 }, 'e')], x);
    expect(algorithms(planned)).toEqual(winograd(4 + 9 + 4));
  });

  it('stays whole where that costs no more: many phases, few channels, strides, sums that must be precise', () => {
    const x = inputMap('x', [24, 24], 32);
    expect(algorithms(holds([conv(x, { dilation: 5 })], x))).toEqual(['implicit-gemm']);
    expect(algorithms(holds([conv(x, { dilation: 2, stride: 2 })], x))).toEqual(['implicit-gemm']);
    const narrow = inputMap('n', [24, 24], 3);
    expect(algorithms(holds([conv(narrow, { dilation: 2 })], narrow))).toEqual(['implicit-gemm']);
    const graph = optimize(graphOf([conv(x, { dilation: 2 })], [x]));
    expect(algorithms(plan(graph, engine, { precise: true }))).toEqual(['implicit-gemm']);
  });

  it('of millions of phases is not taken apart to count them', () => {
    const x = inputMap('x', [14000, 14000], 1);
    const graph = graphOf([conv(x, { dilation: 3500, pad: 0, channels: 8 })], [x]);
    expect(plan(graph, engine).steps).toHaveLength(1);
  });

  it('takes the choice that is picked for its phases', () => {
    const x = inputMap('x', [24, 20], 32);
    const graph = optimize(graphOf([conv(x, { dilation: 2 })], [x]));
    const planned = plan(graph, engine, {
      pick: ({ kind, ...kernel }, _, variants) =>
        kind === 'conv' && 'window' in kernel && kernel.window.dilation[0] === 1
          ? variants().find(({ algorithm }) => algorithm === 'winograd-2x2')
          : undefined,
    });
    expect(algorithms(planned)).toEqual(Array<string>(4).fill('winograd-2x2'));
    const values = testInputs(graph, 'a');
    expectClose(loadProgram(planned, testWeights).run(values), evaluate(graph, values, testWeights));
  });

  it('of any size, window and padding computes the same', () => {
    const pad = fc.integer({ min: 0, max: 5 });
    const axis = fc.record({
      size: fc.integer({ min: 12, max: 26 }),
      kernel: fc.constantFrom(1, 3, 3, 3),
      dilation: fc.integer({ min: 1, max: 3 }),
      pad: fc.tuple(pad, pad),
    });
    let split = 0;
    fc.assert(
      fc.property(
        fc.array(axis, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 16, max: 50 }),
        fc.boolean(),
        (axes, inC, channels, wide) => {
          const x = inputMap(
            'x',
            axes.map(({ size }) => size),
            inC,
          );
          const attrs = {
            channels,
            kernel: axes.map(({ kernel }) => kernel),
            dilation: axes.map(({ dilation }) => dilation),
            pad: axes.map(({ pad: sides }) => sides),
          };
          const planned = holds([layer('relu', [conv(x, attrs)], {}, 'r')], x, wide);
          if (planned.steps.length > 1) split += 1;
        },
      ),
      { numRuns: 40 },
    );
    expect(split).toBeGreaterThan(4);
  });
});
