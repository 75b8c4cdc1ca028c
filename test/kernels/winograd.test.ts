import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlgorithmName } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import { chooseAlgorithm } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';
import { anyAround, choiceOf, engines, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';

interface Spec {
  readonly height: number;
  readonly width: number;
  readonly pads: readonly (readonly [number, number])[];
  readonly inC: number;
  readonly outC: number;
}

function winogradCase({ height, width, pads, inC, outC }: Spec, around: Around): Case<ConvKernel> {
  const axis = (input: number, i: number) => {
    const pad = pads[i] ?? ([1, 1] as const);
    return { input, kernel: 3, stride: 1, dilation: 1, pads: pad };
  };
  const window = windowOf([axis(height, 0), axis(width, 1)]);
  return makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups: 1 },
    { inC, outC, weight: [outC, inC, 3, 3] },
    around,
  );
}

/** Rounding of the transforms, relative to the sum of magnitudes: measured below 2e-7 and 3e-6 (docs/performance.md). */
const tolerances: Readonly<Record<string, number>> = { 'winograd-2x2': 1e-6, 'winograd-4x4': 1e-5 };
const sizes: readonly AlgorithmName[] = ['winograd-2x2', 'winograd-4x4'];

const pad = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
const anySpec = fc.record({
  height: fc.integer({ min: 6, max: 15 }),
  width: fc.integer({ min: 6, max: 15 }),
  pads: fc.tuple(pad, pad),
  inC: fc.integer({ min: 8, max: 21 }),
  outC: fc.integer({ min: 8, max: 38 }),
});

for (const algorithm of sizes)
  describe(algorithm, () => {
    it('computes any map, edges included, on every engine, and writes nothing else', () => {
      fc.assert(
        fc.property(anySpec, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
          const test = winogradCase(spec, around);
          const choice = choiceOf(test.kernel, engine, algorithm);
          expect(choice).toBeDefined();
          if (choice) expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
        }),
        { numRuns: 120 },
      );
    });

    it('computes maps of several blocks of tiles, the last one not full', () => {
      const around: Around = { epilogue: 'residual', bias: true, layouts: [], inPlace: true, seed: 5 };
      const test = winogradCase({ height: 41, width: 38, pads: [], inC: 40, outC: 44 }, around);
      for (const engine of engines) {
        const choice = choiceOf(test.kernel, engine, algorithm);
        const blocks = choice && { ...choice, tuning: { ...choice.tuning, block: 8 } };
        expect(Number(choice?.tuning['block'])).toBeGreaterThanOrEqual(8);
        expect(blocks && verify(test, engine, blocks, tolerances[algorithm])).toBeUndefined();
      }
    });
  });

describe('choosing Winograd', () => {
  const around: Around = { epilogue: undefined, bias: true, layouts: [], inPlace: false, seed: 1 };
  const engine = { relaxed: true, wide: false };
  const chosen = (spec: Omit<Spec, 'pads'>, precise: boolean): string =>
    chooseAlgorithm(winogradCase({ ...spec, pads: [] }, around).kernel, engine, {
      precise,
      staticWeights: true,
    }).algorithm;

  it('takes it for the 3×3 layers of ResNet and VGG', () => {
    expect(chosen({ height: 56, width: 56, inC: 64, outC: 64 }, false)).toBe('winograd-4x4');
    expect(chosen({ height: 28, width: 28, inC: 128, outC: 128 }, false)).toBe('winograd-4x4');
    expect(chosen({ height: 7, width: 7, inC: 512, outC: 512 }, false)).toMatch(/^winograd/);
  });

  it('never takes it where results must be precise', () => {
    expect(chosen({ height: 56, width: 56, inC: 64, outC: 64 }, true)).toBe('implicit-gemm');
  });
});
