/** Transposed convolutions as tuned phases and as nests: any rank, stride, dilation, group and padding, against the naive loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { verifyPlan } from '../../src/compiler/6-plan/verify.ts';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import { inputNode } from '../../src/compiler/ops/build.ts';
import { deconv } from '../../src/compiler/ops/deconv.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { difference, evalNode, runLowering } from '../ops/support.ts';
import { engines } from '../kernels/cases.ts';
import { expectClose } from '../support/close.ts';
import {
  graphOf,
  inputMap,
  layer,
  randomTensor,
  testInputs,
  testWeights,
  tryLayer,
} from '../support/net-builder.ts';
import { loadProgram } from './support/load-program.ts';

const anyAxis = fc.record({
  input: fc.integer({ min: 1, max: 7 }),
  kernel: fc.integer({ min: 1, max: 6 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  pads: fc.tuple(fc.nat(3), fc.nat(3)),
});

const anyDeconv = fc.record({
  axes: fc
    .integer({ min: 1, max: 3 })
    .chain((rank) => fc.array(anyAxis, { minLength: rank, maxLength: rank })),
  groups: fc.constantFrom(1, 1, 1, 2, 3),
  perIn: fc.integer({ min: 1, max: 9 }),
  perOut: fc.integer({ min: 1, max: 19 }),
  output_pad: fc.nat(1),
  same: fc.boolean(),
  bias: fc.boolean(),
  tail: fc.constantFrom('none', 'relu', 'residual', 'tanh', 'concat'),
});

type Spec = typeof anyDeconv extends fc.Arbitrary<infer T> ? T : never;

/** The layer; undefined where its padding leaves nothing of the map. */
function layerOf({ axes, groups, perIn, perOut, output_pad, same, bias }: Spec): Node | undefined {
  const pick = <K extends keyof (typeof axes)[number]>(key: K) => axes.map((axis) => axis[key]);
  const x = inputMap('x', pick('input'), groups * perIn);
  const window = { kernel: pick('kernel'), stride: pick('stride'), dilation: pick('dilation') };
  const pad = same ? 'same' : pick('pads');
  const options = {
    ...window,
    pad,
    groups,
    output_pad: same ? 0 : output_pad,
    bias,
    channels: groups * perOut,
  };
  return tryLayer('deconv', [x], options, 'up');
}

/** With what follows it: an activation, a residual, its place in a concat. */
function netOf(spec: Spec): Graph | undefined {
  const up = layerOf(spec);
  const x = up?.inputs[0];
  if (!up || !x) return undefined;
  const { tail } = spec;
  if (tail === 'none') return graphOf([up], [x]);
  if (tail === 'relu' || tail === 'tanh') return graphOf([layer(tail, [up], {}, 'act')], [x]);
  const other = inputNode('other', up.type, undefined);
  const act = layer('relu', [other], {}, 'other.act');
  const joined =
    tail === 'residual' ? layer('add', [up, act], {}, 'sum') : layer('concat', [act, up], {}, 'both');
  // The window of what follows asks for a border around it.
  const after = layer('conv', [joined], { channels: 3, kernel: 3, pad: 1 }, 'after');
  return graphOf([after], [x, other]);
}

describe('deconv', () => {
  it('computes any layer, plain, fused, wide and on threads', () => {
    const anyProgram = fc.record({ engine: fc.constantFrom(...engines), threads: fc.constantFrom(1, 1, 3) });
    fc.assert(
      fc.property(anyDeconv, anyProgram, (spec, { engine, threads }) => {
        const net = netOf(spec);
        if (!net) return;
        const graph = optimize(net);
        const planned = plan(graph, engine, { threads, cutFromNs: 0 });
        expect(verifyPlan(planned)).toEqual([]);
        const program = loadProgram(planned, testWeights);
        for (const key of ['first', 'second']) {
          const inputs = testInputs(graph, key);
          expectClose(program.run(inputs), evaluate(graph, inputs, testWeights));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('is nests where the weight is computed', () => {
    fc.assert(
      fc.property(anyDeconv, (spec) => {
        const node = layerOf(spec);
        if (!node) return;
        const dynamic = {
          ...node,
          inputs: node.inputs.map((input, i) => inputNode(`in${i}`, input.type, undefined)),
        };
        const lowering = deconv.lower(dynamic);
        expect(lowering.kernels.every(({ kind }) => kind === 'nest')).toBe(true);
        const values = node.inputs.map((input, i) => randomTensor(input.type, `v${i}`));
        expect(
          difference(runLowering(lowering, dynamic, values).data, evalNode(deconv, dynamic, values).data),
        ).toBeLessThan(1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('is one 1×1 convolution per phase where the kernel is as large as the stride', () => {
    const up = layer('deconv', [inputMap('x', [5, 7], 24)], { channels: 12, kernel: 2, stride: 2 }, 'up');
    const { steps } = plan(graphOf([up], up.inputs.slice(0, 1)), { relaxed: true, wide: false });
    expect(steps.map(({ algorithm }) => algorithm)).toEqual(Array(4).fill('implicit-gemm'));
    expect(steps.map(({ kernel }) => (kernel.kind === 'conv' ? kernel.window.kernel : []))).toEqual(
      Array(4).fill([1, 1]),
    );
  });
});
