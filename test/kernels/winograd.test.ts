import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlgorithmName, Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import { chooseAlgorithm } from '../../src/compiler/6-plan/algorithms/index.ts';
import { lanes } from '../../src/compiler/6-plan/algorithms/tile.ts';
import { winogradShape, type WinogradTuning } from '../../src/compiler/6-plan/algorithms/winograd-shape.ts';
import type { Engine } from '../../src/compiler/6-plan/plan.ts';
import { internal } from '../../src/compiler/diagnostics/internal.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';
import { anyAround, choiceOf, engines, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';

interface Spec {
  /** Pixels and taps of each axis. */
  readonly sizes: readonly number[];
  readonly taps: readonly number[];
  /** Of the axes with several taps; default 1. */
  readonly stride?: number;
  readonly pads: readonly (readonly [number, number])[];
  readonly inC: number;
  readonly outC: number;
}

function winogradCase({ sizes, taps, stride = 1, pads, inC, outC }: Spec, around: Around): Case<ConvKernel> {
  const window = windowOf(
    sizes.map((input, i) => {
      const kernel = taps[i] ?? 1;
      const half = Math.floor((kernel - 1) / 2);
      const pad = pads[i] ?? ([half, half] as const);
      return { input, kernel, stride: kernel > 1 ? stride : 1, dilation: 1, pads: pad };
    }),
  );
  return makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups: 1 },
    { inC, outC, weight: [outC, inC, ...taps] },
    around,
  );
}

/** Rounding of the transforms, relative to the sum of magnitudes: measured below 2e-7 and 3e-6 (docs/performance.md). */
const tolerances: Readonly<Record<string, number>> = { 'winograd-2x2': 1e-6, 'winograd-4x4': 1e-5 };
const algorithms: readonly AlgorithmName[] = ['winograd-2x2', 'winograd-4x4'];

const size = fc.integer({ min: 6, max: 15 });
const pad = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
const anySpec = fc.record({
  sizes: fc.tuple(size, size),
  taps: fc.constantFrom([3, 3], [3, 3], [3, 3], [1, 3], [3, 1]),
  stride: fc.constant(1),
  pads: fc.tuple(pad, pad),
  inC: fc.integer({ min: 8, max: 21 }),
  outC: fc.integer({ min: 8, max: 38 }),
});
/** Outputs of strided windows are half as large. */
const wider = fc.integer({ min: 9, max: 26 });
const anyStrided = fc.record({
  sizes: fc.tuple(wider, wider),
  taps: fc.constantFrom([3, 3], [3, 3], [3, 3], [1, 3], [3, 1]),
  stride: fc.constant(2),
  pads: fc.tuple(pad, pad),
  inC: fc.integer({ min: 8, max: 21 }),
  outC: fc.integer({ min: 8, max: 38 }),
});
/** Windows that are taken apart into phases of three or four taps, next to axes with three taps or one. */
const anyPhased = fc
  .record({
    sizes: fc.tuple(fc.integer({ min: 24, max: 35 }), fc.integer({ min: 24, max: 35 })),
    window: fc.constantFrom(
      ...[[7, 7], [5, 5], [7, 5], [6, 8], [7, 1], [1, 5], [3, 7], [7]].map((taps) => ({ taps, stride: 2 })),
      ...[[4, 4], [4, 3], [4]].map((taps) => ({ taps, stride: 1 })),
      { taps: [9, 10], stride: 3 },
      { taps: [11, 11], stride: 4 },
    ),
    pads: fc.tuple(pad, pad),
    inC: fc.integer({ min: 1, max: 9 }),
    outC: fc.integer({ min: 8, max: 38 }),
  })
  .map(({ sizes, window, ...rest }): Spec => {
    const axes = window.taps.length;
    return { ...rest, ...window, sizes: sizes.slice(0, axes), pads: rest.pads.slice(0, axes) };
  });
/** Volumes: any window and stride from plane to plane. */
const anyVolume = fc
  .record({
    planes: fc.record({ input: fc.integer({ min: 3, max: 6 }), taps: fc.integer({ min: 1, max: 3 }), pad }),
    sizes: fc.tuple(fc.integer({ min: 11, max: 18 }), fc.integer({ min: 11, max: 18 })),
    window: fc.constantFrom(
      { taps: [3, 3], stride: 1 },
      { taps: [3, 1], stride: 1 },
      { taps: [3, 3], stride: 2 },
      { taps: [7, 7], stride: 2 },
    ),
    pads: fc.tuple(pad, pad),
    inC: fc.integer({ min: 3, max: 20 }),
    outC: fc.integer({ min: 8, max: 27 }),
  })
  .map(({ planes, sizes, window, pads, inC, outC }): Spec => {
    const { taps, stride } = window;
    const [row, column] = sizes.map((size) => (taps[0] === 7 ? 2 * size : size)) as [number, number];
    return {
      sizes: [planes.input, row, column],
      taps: [planes.taps, ...taps],
      stride,
      pads: [planes.pad, ...pads],
      inC,
      outC,
    };
  });
const anySignal = fc.record({
  sizes: fc.tuple(fc.integer({ min: 9, max: 40 })),
  taps: fc.constant([3]),
  stride: fc.integer({ min: 1, max: 2 }),
  pads: fc.tuple(pad),
  inC: fc.integer({ min: 8, max: 21 }),
  outC: fc.integer({ min: 8, max: 38 }),
});

for (const algorithm of algorithms)
  describe(algorithm, () => {
    const residual: Around = { epilogue: 'residual', bias: true, layouts: [], inPlace: true, seed: 5 };
    const changed = (test: Case<ConvKernel>, engine: Engine, change: Partial<WinogradTuning>): Choice => {
      const choice = choiceOf(test.kernel, engine, algorithm) ?? internal('Winograd does not take the case');
      const wanted = { ...(choice.tuning as unknown as WinogradTuning), ...change };
      // Chunks are whole panels.
      const width = wanted.vectors * lanes;
      const tuning = { ...wanted, channels: Math.ceil(wanted.channels / width) * width };
      return { ...choice, tuning: { ...tuning }, scratchBytes: winogradShape(test.kernel, tuning).bytes };
    };

    it('computes any map, edges included, on every engine, and writes nothing else', () => {
      const spec = fc.oneof(
        { weight: 4, arbitrary: anySpec },
        { weight: 4, arbitrary: anyStrided },
        { weight: 1, arbitrary: anySignal },
      );
      fc.assert(
        fc.property(spec, anyAround, fc.constantFrom(...engines), (conv, around, engine) => {
          const test = winogradCase(conv, around);
          const choice = choiceOf(test.kernel, engine, algorithm);
          // Strided tiles are for wide engines, but for whole ones of 4 × 4.
          if (engine.wide || conv.stride === 1) expect(choice).toBeDefined();
          if (choice) expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
        }),
        { numRuns: 160 },
      );
    });

    it.each([
      ['windows in phases', anyPhased, 160],
      ['volumes', anyVolume, 80],
    ] as const)('computes %s, wherever pixels lie', (_, specs, numRuns) => {
      let computed = 0;
      fc.assert(
        fc.property(specs, anyAround, fc.constantFrom(...engines), (conv, around, engine) => {
          const test = winogradCase(conv, around);
          const choice = choiceOf(test.kernel, engine, algorithm);
          if (engine.wide && algorithm === 'winograd-4x4' && conv.inC >= 8) expect(choice).toBeDefined();
          if (!choice) return;
          computed += 1;
          expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
        }),
        { numRuns },
      );
      expect(computed).toBeGreaterThan(10);
    });

    it('computes volumes in chunks of channels, and in blocks that go from plane to plane', () => {
      const spec = { sizes: [4, 11, 14], taps: [3, 3, 3], pads: [], inC: 24, outC: 44 };
      const test = winogradCase(spec, residual);
      const halos = [{ operand: 0, halo: [[1, 1] as const, [1, 5] as const, [1, 5] as const] }];
      for (const engine of engines)
        for (const depth of [72, 24, 8])
          for (const [block, channels] of [
            [5, 16],
            [17, 48],
          ] as const) {
            const choice = { ...changed(test, engine, { block, depth, channels }), halos };
            expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
          }
    });

    it('computes maps of several blocks of tiles, the last one not full', () => {
      const test = winogradCase({ sizes: [41, 38], taps: [3, 3], pads: [], inC: 40, outC: 44 }, residual);
      for (const engine of engines)
        for (const channels of [16, 48]) {
          const choice = changed(test, engine, { block: 8, narrow: 0, channels });
          // Whole tiles at the edge read more of the border than narrow ones, for which the choice may have asked.
          const halos = [{ operand: 0, halo: [[1, 5] as const, [1, 5] as const] }];
          expect(verify(test, engine, { ...choice, halos }, tolerances[algorithm])).toBeUndefined();
        }
    });

    it('computes strided maps that whole tiles divide', () => {
      for (const engine of engines)
        for (const sizes of [[16, 24], [32]])
          for (const [count, inC] of [
            [3, 24],
            [5, 4],
            [7, 4],
          ] as const) {
            const taps = sizes.map(() => count);
            const test = winogradCase({ sizes, taps, stride: 2, pads: [], inC, outC: 43 }, residual);
            const choice = choiceOf(test.kernel, engine, algorithm);
            const isOffered = algorithm === 'winograd-4x4' || count === 5 || (engine.wide && count < 7);
            expect(choice !== undefined).toBe(isOffered);
            if (choice) expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
          }
    });

    it('computes phases in small blocks and chunks of output channels, the last ones not full', () => {
      for (const engine of engines)
        for (const sizes of [[32, 48], [96]]) {
          const taps = sizes.map(() => 5);
          const test = winogradCase({ sizes, taps, stride: 2, pads: [], inC: 8, outC: 43 }, residual);
          for (const [block, channels] of [
            [6, 16],
            [10, 32],
          ] as const) {
            const choice = changed(test, engine, { block, narrow: 0, channels });
            expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
          }
        }
    });

    it('computes chunks of input and output channels, the last one not full', () => {
      for (const sizes of [[7, 13], [26]])
        for (const engine of engines) {
          const taps = sizes.map(() => 3);
          const test = winogradCase({ sizes, taps, pads: [], inC: 40, outC: 83 }, residual);
          for (const [depth, channels] of [
            [40, 32],
            [20, 96],
            [8, 48],
          ] as const) {
            const choice = changed(test, engine, { depth, channels });
            expect(verify(test, engine, choice, tolerances[algorithm])).toBeUndefined();
          }
        }
    });
  });

describe('choosing Winograd', () => {
  const around: Around = { epilogue: undefined, bias: true, layouts: [], inPlace: false, seed: 1 };
  const engine = { relaxed: true, wide: false };
  const chosen = (sizes: readonly number[], channels: number, precise: boolean): string => {
    const taps = sizes.map(() => 3);
    const { kernel } = winogradCase({ sizes, taps, pads: [], inC: channels, outC: channels }, around);
    return chooseAlgorithm(kernel, engine, {
      precise,
      staticWeights: true,
    }).algorithm;
  };

  it('takes it for the 3×3 layers of ResNet and VGG, and for signals', () => {
    expect(chosen([56, 56], 64, false)).toBe('winograd-4x4');
    expect(chosen([28, 28], 128, false)).toBe('winograd-4x4');
    expect(chosen([7, 7], 512, false)).toMatch(/^winograd/);
    expect(chosen([256], 64, false)).toBe('winograd-4x4');
  });

  it('takes it for the strided 3×3 layers of ResNet', () => {
    const spec = { sizes: [56, 56], taps: [3, 3], stride: 2, pads: [], inC: 64, outC: 128 };
    const { kernel } = winogradCase(spec, around);
    expect(chooseAlgorithm(kernel, engine, { precise: false, staticWeights: true }).algorithm).toBe(
      'winograd-4x4',
    );
  });

  it('takes it for the first layer of ResNet, also in one dimension', () => {
    for (const sizes of [[224, 224], [1000]]) {
      const taps = sizes.map(() => 7);
      const inC = sizes.length === 2 ? 3 : 12;
      const { kernel } = winogradCase({ sizes, taps, stride: 2, pads: [], inC, outC: 64 }, around);
      for (const wide of [false, true])
        expect(
          chooseAlgorithm(kernel, { relaxed: true, wide }, { precise: false, staticWeights: true }).algorithm,
        ).toBe('winograd-4x4');
    }
  });

  it('never takes it where results must be precise', () => {
    expect(chosen([56, 56], 64, true)).toBe('implicit-gemm');
  });
});
