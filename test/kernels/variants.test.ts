/** Whatever `cnnc tune` may choose is right: every variant of random layers, on every engine. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseAlgorithm, variants } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { ConvKernel, DepthwiseKernel } from '../../src/compiler/ir/kernel.ts';
import { anyAround, anyAxis, engines, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';

const options = { precise: false, staticWeights: true };

/** 4 × 4 tiles of Winograd amplify rounding, see docs/performance.md. */
const winogradTolerance = 2e-5;

function verifyAll(test: Case): void {
  for (const engine of engines) {
    const all = variants(test.kernel, engine, options);
    expect(all[0]).toEqual(chooseAlgorithm(test.kernel, engine, options));
    expect(new Set(all.map(({ algorithm, tuning }) => JSON.stringify([algorithm, tuning]))).size).toBe(
      all.length,
    );
    for (const choice of all.filter(({ algorithm }) => algorithm !== 'nest')) {
      const tolerance = choice.algorithm.startsWith('winograd') ? winogradTolerance : 2e-6;
      expect(
        verify(test, engine, choice, tolerance),
        `${choice.algorithm} ${JSON.stringify(choice.tuning)}`,
      ).toBeUndefined();
    }
  }
}

const square = (axis: Parameters<typeof windowOf>[0][number]) => [axis, axis];

function convCase(
  axes: Parameters<typeof windowOf>[0],
  inC: number,
  outC: number,
  around: Around,
): Case<ConvKernel> {
  const window = windowOf(axes);
  return makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups: 1 },
    { inC, outC, weight: [outC, inC, ...window.kernel] },
    around,
  );
}

it('any convolution', () => {
  fc.assert(
    fc.property(
      anyAxis,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 40 }),
      anyAround,
      (axis, inC, outC, around) => verifyAll(convCase(square(axis), inC, outC, around)),
    ),
    { numRuns: 15 },
  );
});

it('3×3 convolutions with several blocks of tiles', () => {
  const size = fc.integer({ min: 9, max: 21 });
  const channels = fc.integer({ min: 8, max: 21 });
  fc.assert(
    fc.property(size, channels, channels, anyAround, (input, inC, outC, around) =>
      verifyAll(
        convCase(square({ input, kernel: 3, stride: 1, dilation: 1, pads: [1, 1] }), inC, outC, around),
      ),
    ),
    { numRuns: 5 },
  );
});

it('dense layers', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 90 }),
      anyAround,
      (inC, outC, around) => verifyAll(convCase([], inC, outC, around)),
    ),
    { numRuns: 10 },
  );
});

it('depthwise convolutions', () => {
  fc.assert(
    fc.property(
      anyAxis,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      anyAround,
      (axis, channels, multiplier, around) => {
        const window = windowOf(square(axis));
        const outC = channels * multiplier;
        verifyAll(
          makeCase<DepthwiseKernel>(
            { kind: 'depthwise', window, channels, multiplier },
            { inC: channels, outC, weight: [outC, 1, ...window.kernel] },
            around,
          ),
        );
      },
    ),
    { numRuns: 15 },
  );
});
