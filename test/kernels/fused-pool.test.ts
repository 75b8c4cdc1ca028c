/** Convolutions that pool what they compute before it is stored, in every algorithm that can. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlgorithmName } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import type { ConvKernel, FusedPool } from '../../src/compiler/ir/kernel.ts';
import { anyAround, anyAxis, choiceOf, engines, makeCase, verify, windowOf, type Case } from './cases.ts';
import type { Around } from './cases.ts';

interface PooledSpec {
  readonly axes: Parameters<typeof windowOf>[0];
  readonly pool: FusedPool;
  readonly inC: number;
  readonly outC: number;
}

/** Axes grow until the map has a whole window; what is left over at its end is not computed. */
function pooledCase({ axes, pool, inC, outC }: PooledSpec, around: Around): Case<ConvKernel> {
  const grown = axes.map((axis, i) => ({
    ...axis,
    input: axis.input + axis.stride * ((pool.size[i] ?? 1) - 1),
  }));
  const window = windowOf(grown);
  const output = window.output.map((n, i) => n - (n % (pool.size[i] ?? 1)));
  const shape = { kind: 'conv', window: { ...window, output }, inC, outC, groups: 1, pool } as const;
  return makeCase<ConvKernel>(shape, { inC, outC, weight: [outC, inC, ...window.kernel] }, around);
}

const reduce = fc.constantFrom('max', 'avg');

const anyPooled = fc.tuple(fc.array(anyAxis, { minLength: 1, maxLength: 2 }), reduce).chain(([axes, how]) =>
  fc.record({
    axes: fc.constant(axes),
    pool: fc
      .array(fc.constantFrom(1, 2, 4), { minLength: axes.length, maxLength: axes.length })
      .map((size): FusedPool => ({
        reduce: how,
        size: size.every((n) => n === 1) ? size.map(() => 2) : size,
      })),
    inC: fc.integer({ min: 1, max: 18 }),
    outC: fc.integer({ min: 1, max: 35 }),
  }),
);

describe('implicit-gemm with a pool', () => {
  it('pools any convolution on every engine, and writes nothing else', () => {
    fc.assert(
      fc.property(anyPooled, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
        const test = pooledCase(spec, around);
        const choice = choiceOf(test.kernel, engine, 'implicit-gemm');
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice)).toBeUndefined();
      }),
      { numRuns: 250 },
    );
  });

  it('pools layers that are cut into chunks of rows', () => {
    const axis = { input: 62, kernel: 3, stride: 1, dilation: 1, pads: [1, 1] as const };
    const around: Around = { epilogue: 'residual', bias: true, layouts: [], inPlace: false, seed: 2 };
    const pool: FusedPool = { reduce: 'max', size: [2, 2] };
    const test = pooledCase({ axes: [axis, axis], pool, inC: 40, outC: 44 }, around);
    for (const engine of engines) {
      const choice = choiceOf(test.kernel, engine, 'implicit-gemm');
      expect(choice && verify(test, engine, choice)).toBeUndefined();
    }
  });
});

const pad = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
const anyWinograd = fc.record({
  sizes: fc.tuple(fc.integer({ min: 6, max: 15 }), fc.integer({ min: 6, max: 15 })),
  pads: fc.tuple(pad, pad),
  pool: fc.record({ reduce, size: fc.constantFrom([2, 2], [1, 2], [2, 1]) }),
  inC: fc.integer({ min: 8, max: 21 }),
  outC: fc.integer({ min: 8, max: 38 }),
});

// As without a pool, see winograd.test.ts.
const winograds: readonly (readonly [AlgorithmName, number])[] = [
  ['winograd-2x2', 1e-6],
  ['winograd-4x4', 1e-5],
];

describe.each(winograds)('%s with a pool', (algorithm, tolerance) => {
  it('pools any map, edges included, on every engine, and writes nothing else', () => {
    fc.assert(
      fc.property(anyWinograd, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
        const axes = spec.sizes.map((input, i) => ({
          input,
          kernel: 3,
          stride: 1,
          dilation: 1,
          pads: spec.pads[i] ?? ([1, 1] as const),
        }));
        const test = pooledCase({ ...spec, axes }, around);
        const choice = choiceOf(test.kernel, engine, algorithm);
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice, tolerance)).toBeUndefined();
      }),
      { numRuns: 120 },
    );
  });
});
