import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import { chooseAlgorithm } from '../../src/compiler/6-plan/algorithms/index.ts';
import { strassenShape, type StrassenTuning } from '../../src/compiler/6-plan/algorithms/strassen-shape.ts';
import type { Engine } from '../../src/compiler/6-plan/plan.ts';
import { internal } from '../../src/compiler/diagnostics/internal.ts';
import type { ConvKernel, Operand } from '../../src/compiler/ir/kernel.ts';
import type { Tensor } from '../../src/compiler/ir/type.ts';
import { anyAround, choiceOf, engines, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';
import { loadKernel } from './run-kernel.ts';

interface Spec {
  /** Of the input. */
  readonly sizes: readonly number[];
  /** Along every axis; 1 unless said. */
  readonly stride?: number;
  readonly inC: number;
  readonly outC: number;
}

function pointwise({ sizes, stride = 1, inC, outC }: Spec, around: Around): Case<ConvKernel> {
  const window = windowOf(
    sizes.map((input) => ({ input, kernel: 1, stride, dilation: 1, pads: [0, 0] as const })),
  );
  return makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups: 1 },
    { inC, outC, weight: [outC, inC, ...sizes.map(() => 1)] },
    around,
  );
}

/** The model's choice with other panels and blocks. */
function choiceWith(kernel: ConvKernel, engine: Engine, change: Partial<StrassenTuning>): Choice {
  const choice = choiceOf(kernel, engine, 'strassen') ?? internal('Strassen does not take the case');
  const tuning = { ...(choice.tuning as unknown as StrassenTuning), ...change };
  return { ...choice, tuning: { ...tuning }, scratchBytes: strassenShape(kernel, tuning).bytes };
}

/**
 * Rounding, relative to the sum of magnitudes. Sums of four quarters are at most four times as large as each, and outputs are sums of up to four
 * products of them; errors are then twice those of the direct convolution (4.2e-7 instead of 2.4e-7 at most, measured), in shallow sums more.
 */
const tolerance = 2e-6;

const size = fc.integer({ min: 1, max: 9 });
const channels = fc.integer({ min: 1, max: 9 }).map((n) => 8 * n);
const anySpec = fc.record({
  sizes: fc.oneof(fc.tuple(size, size), fc.tuple(fc.integer({ min: 1, max: 40 }))),
  stride: fc.integer({ min: 1, max: 3 }),
  inC: channels,
  outC: channels,
});

describe('strassen', () => {
  it('computes any map, odd and strided ones included, in blocks of any size, and writes nothing else', () => {
    fc.assert(
      fc.property(
        anySpec,
        anyAround,
        fc.constantFrom(...engines),
        fc.integer({ min: 1, max: 30 }),
        (conv, around, engine, block) => {
          const test = pointwise(conv, around);
          const choice = choiceWith(test.kernel, engine, { block });
          expect(verify(test, engine, choice, tolerance)).toBeUndefined();
        },
      ),
      { numRuns: 120 },
    );
  });

  const plain: Around = { epilogue: 'relu6', bias: true, layouts: [], inPlace: false, seed: 7 };

  it('errs little more than the direct convolution on deep sums', () => {
    const test = pointwise({ sizes: [7, 6], inC: 512, outC: 64 }, plain);
    for (const engine of engines) {
      const choice = choiceWith(test.kernel, engine, {});
      // 3.7e-7 measured; the direct convolution 2.4e-7.
      expect(verify(test, engine, choice, 5e-7)).toBeUndefined();
    }
  });

  it('leaves an infinity or NaN where the direct convolution leaves it', () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 1.2e38, -1e38);
    const place = fc.nat(10_000);
    fc.assert(
      fc.property(
        anySpec,
        anyAround,
        fc.constantFrom(...engines),
        fc.array(fc.record({ operand: fc.constantFrom(0, 1), place, special }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.integer({ min: 2, max: 9 }),
        (conv, around, engine, changes, block) => {
          const test = pointwise(conv, { ...around, epilogue: undefined });
          for (const { operand, place: at, special: value } of changes) {
            const { data } = test.tensors.get(operand) ?? internal('no such operand');
            data[at % data.length] = value;
          }
          const direct = outputOf(test, engine, choiceOf(test.kernel, engine, 'implicit-gemm'));
          const got = outputOf(test, engine, choiceWith(test.kernel, engine, { block }));
          expect(kindsOf(got)).toEqual(kindsOf(direct ?? got));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is taken for deep layers, and never where results must be precise', () => {
    const { kernel } = pointwise({ sizes: [14, 14], inC: 512, outC: 512 }, plain);
    const chosen = (precise: boolean): string =>
      chooseAlgorithm(kernel, { relaxed: true, wide: false }, { precise, staticWeights: true }).algorithm;
    expect(chosen(false)).toBe('strassen');
    expect(chosen(true)).toBe('implicit-gemm');
  });
});

function outputOf(
  test: Case<ConvKernel>,
  engine: Engine,
  choice: Choice | undefined,
): Float32Array | undefined {
  if (!choice) return undefined;
  const { kernel, outShape, layouts } = test;
  const tensors: ReadonlyMap<Operand, Tensor> = test.tensors;
  const loaded = loadKernel({ kernel, choice, engine, tensors, outShape, layouts });
  loaded.run();
  return loaded.read();
}

/** NaN, an infinity, or finite, per element. */
function kindsOf(values: Float32Array | undefined): readonly number[] {
  return Array.from(values ?? [], (value) => (Number.isFinite(value) ? 0 : value));
}
