/** NaN and infinities, in inputs and in weights, reach the same pixels through a fast algorithm as through the direct one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlgorithmName } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import type { Engine } from '../../src/compiler/6-plan/plan.ts';
import { internal } from '../../src/compiler/diagnostics/internal.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { anyAround, choiceOf, engines, makeCase, windowOf, type Case } from './cases.ts';
import { loadKernel } from './run-kernel.ts';

interface Spec {
  readonly sizes: readonly number[];
  readonly taps: readonly number[];
  /** Of the axes with several taps. */
  readonly stride: number;
  readonly pad: number;
  readonly inC: number;
  readonly outC: number;
  readonly pool: 1 | 2;
  /** Where in the input and in the weights, as shares of their lengths, and what. */
  readonly odd: readonly { readonly operand: 0 | 1; readonly at: number; readonly value: number }[];
}

const share = fc.double({ min: 0, max: 0.999999, noNaN: true });
// Numbers whose transforms overflow where direct sums do not are among them.
const odd = fc.record({
  operand: fc.constantFrom<0 | 1>(0, 0, 0, 1),
  at: share,
  value: fc.constantFrom(NaN, Infinity, -Infinity, 1.2e38, -1e38),
});
const ofThree: readonly (readonly number[])[] = [[3, 3], [3, 3], [1, 3], [3, 1], [3]];
/** Windows in phases of three and four taps. */
const ofPhases: readonly (readonly number[])[] = [[7, 7], [7, 7], [5, 5], [5, 1], [3, 7], [7]];
const ofPlanes: readonly (readonly number[])[] = [
  [3, 3, 3],
  [2, 3, 3],
  [1, 3, 3],
];
const anySpec = (
  channels: fc.Arbitrary<number>,
  strides: readonly number[],
  windows = ofThree,
  least = 9,
): fc.Arbitrary<Spec> =>
  fc.record({
    sizes: fc.tuple(fc.integer({ min: least, max: least + 7 }), fc.integer({ min: least, max: least + 7 })),
    stride: fc.constantFrom(...strides),
    taps: fc.constantFrom(...windows),
    pad: fc.constantFrom(0, 1),
    inC: channels,
    outC: fc.integer({ min: 8, max: 21 }),
    pool: fc.constantFrom(1, 1, 2),
    odd: fc.array(odd, { minLength: 1, maxLength: 3 }),
  });

/** Sums in another order overflow elsewhere: no large finite numbers. */
const fewFilters = (channels: fc.Arbitrary<number>): fc.Arbitrary<Spec> =>
  fc
    .record({ spec: anySpec(channels, [1, 2]), outC: fc.integer({ min: 1, max: 3 }) })
    .map(({ spec, outC }): Spec => ({
      ...spec,
      outC,
      pool: 1,
      odd: spec.odd.map((place) => ({ ...place, value: Number.isFinite(place.value) ? NaN : place.value })),
    }));

function caseOf(spec: Spec, around: Parameters<typeof makeCase>[2]): Case<ConvKernel> {
  const { taps, inC, outC, pad } = spec;
  const axes = taps.map((kernel, i) => {
    const pads = kernel > 1 ? ([pad, pad] as const) : ([0, 0] as const);
    // Volumes have few planes.
    const input = taps.length === 3 ? [4, ...spec.sizes][i] : spec.sizes[i];
    return { input: input ?? 1, kernel, stride: kernel > 1 ? spec.stride : 1, dilation: 1, pads };
  });
  const whole = windowOf(axes);
  const size = taps.map((kernel, i) => (kernel > 1 && i >= taps.length - 2 ? spec.pool : 1));
  const window = { ...whole, output: whole.output.map((n, i) => n - (n % (size[i] ?? 1))) };
  const pool = spec.pool === 1 ? {} : { pool: { reduce: 'max' as const, size } };
  const test = makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups: 1, ...pool },
    { inC, outC, weight: [outC, inC, ...taps] },
    around,
  );
  const tensors = new Map(test.tensors);
  for (const { operand, at, value } of spec.odd) {
    const { data, shape } = tensors.get(operand) as Tensor;
    tensors.set(operand, { shape, data: data.with(Math.floor(at * data.length), value) });
  }
  return { ...test, tensors };
}

function outputOf(
  test: Case<ConvKernel>,
  engine: Engine,
  algorithm: AlgorithmName,
): Float32Array | undefined {
  const choice = choiceOf(test.kernel, engine, algorithm);
  if (!choice) return undefined;
  const { inPlace, ...rest } = test;
  const loaded = loadKernel({ ...rest, choice, engine, ...(inPlace === undefined ? {} : { inPlace }) });
  loaded.run();
  expect(loaded.stray()).toEqual([]);
  return loaded.read();
}

/** Finite numbers are compared elsewhere; here those that are large may differ by what rounding makes of them. */
const kindOf = (value: number): string => (Number.isFinite(value) ? 'finite' : String(value));

for (const [algorithm, what, specs] of [
  ['winograd-2x2', 'three taps', anySpec(fc.integer({ min: 8, max: 13 }), [1, 2])],
  ['winograd-4x4', 'three taps', anySpec(fc.integer({ min: 8, max: 13 }), [1, 2])],
  ['winograd-4x4', 'phases', anySpec(fc.integer({ min: 2, max: 5 }), [2], ofPhases, 17)],
  ['winograd-4x4', 'planes', anySpec(fc.integer({ min: 8, max: 10 }), [1, 2], ofPlanes)],
  ['stem', 'few channels', anySpec(fc.integer({ min: 1, max: 5 }), [1])],
  ['few-filters', 'channels in the lanes', fewFilters(fc.integer({ min: 2, max: 9 }))],
  ['few-filters', 'pixels in the lanes', fewFilters(fc.constant(1))],
] as const)
  describe(`${algorithm}: ${what}`, () => {
    it('has NaN and infinities where implicit-gemm has them', () => {
      let compared = 0;
      fc.assert(
        fc.property(specs, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
          const test = caseOf(spec, around);
          const got = outputOf(test, engine, algorithm);
          const want = outputOf(test, engine, 'implicit-gemm');
          if (!got || !want) return;
          compared += 1;
          expect([...got].map(kindOf)).toEqual([...want].map(kindOf));
        }),
        { numRuns: 150 },
      );
      expect(compared).toBeGreaterThan(30);
    });
  });

it('a NaN at any place under a strided tile, above all where only pixels in its middle read it', () => {
  const around = { epilogue: undefined, bias: true, layouts: [], inPlace: false, seed: 3 } as const;
  const [size, inC] = [16, 8];
  const layer = { sizes: [size, size], taps: [3, 3], stride: 2, pad: 1, inC, outC: 8, pool: 1 } as const;
  for (const engine of engines)
    for (const row of [2, 3, 4])
      for (let column = 0; column < 9; column++) {
        const at = ((row * size + column) * inC + 0.5) / (size * size * inC);
        const test = caseOf({ ...layer, odd: [{ operand: 0, at, value: NaN }] }, around);
        const got = outputOf(test, engine, 'winograd-4x4') ?? internal('Winograd does not take the case');
        const want = outputOf(test, engine, 'implicit-gemm') ?? [];
        expect([...got].map(kindOf)).toEqual([...want].map(kindOf));
      }
});

it('maxima pass over a NaN that is not the first of its window, whichever rows of it a tile holds', () => {
  const around = {
    epilogue: 'mixed',
    bias: false,
    layouts: [{}, {}, {}],
    inPlace: false,
    seed: 398,
  } as const;
  const odd = [0, 1].map((i) => ({ operand: 1, at: (i + 0.5) / (8 * 3 * 49), value: -Infinity }) as const);
  const layer = { sizes: [17, 18], taps: [7, 7], stride: 2, pad: 1, inC: 3, outC: 8, pool: 2 } as const;
  for (const engine of engines) {
    const test = caseOf({ ...layer, odd }, around);
    const got = outputOf(test, engine, 'winograd-4x4') ?? internal('Winograd does not take the case');
    const want = outputOf(test, engine, 'implicit-gemm') ?? [];
    expect([...got].map(kindOf)).toEqual([...want].map(kindOf));
  }
});
