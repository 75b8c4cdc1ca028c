/** First layers by F(4, 3) along rows: windows of any height, signals, pools, odd sizes and borders. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAlgorithm } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { ConvKernel, FusedPool } from '../../src/compiler/ir/kernel.ts';
import { anyAround, choiceOf, engines, makeCase, verify, windowOf, type Around, type Case } from './cases.ts';

interface StemSpec {
  /** Undefined: a signal. */
  readonly rows: { readonly kernel: number; readonly input: number } | undefined;
  readonly columns: number;
  readonly pads: readonly [number, number];
  readonly inC: number;
  readonly outC: number;
  readonly pool: FusedPool['reduce'] | undefined;
  readonly size: readonly [number, number];
}

function stemCase(spec: StemSpec, around: Around): Case<ConvKernel> {
  const axis = { stride: 1, dilation: 1, pads: spec.pads };
  const window = windowOf([
    ...(spec.rows ? [{ ...axis, ...spec.rows }] : []),
    { ...axis, kernel: 3, input: spec.columns },
  ]);
  const size = spec.size.slice(spec.rows ? 0 : 1);
  const output = window.output.map((n, i) => (spec.pool ? n - (n % (size[i] ?? 1)) : n));
  const { inC, outC } = spec;
  const pool = spec.pool && { pool: { reduce: spec.pool, size } };
  return makeCase<ConvKernel>(
    { kind: 'conv', window: { ...window, output }, inC, outC, groups: 1, ...pool },
    { inC, outC, weight: [outC, inC, ...window.kernel] },
    around,
  );
}

const pad = fc.integer({ min: 0, max: 2 });
const side = fc.constantFrom(1, 2, 4);
/** More channels than a vector holds too, as far as windows of so many rows have them. */
const anySpec: fc.Arbitrary<StemSpec> = fc
  .record({
    rows: fc.option(
      fc.record({ kernel: fc.integer({ min: 1, max: 4 }), input: fc.integer({ min: 7, max: 11 }) }),
      {
        nil: undefined,
      },
    ),
    columns: fc.integer({ min: 6, max: 23 }),
    pads: fc.tuple(pad, pad),
    inC: fc.integer({ min: 1, max: 9 }),
    outC: fc.integer({ min: 1, max: 35 }),
    pool: fc.constantFrom(undefined, 'max', 'avg'),
    size: fc.tuple(side, side),
  })
  .map((spec) => ({ ...spec, inC: Math.min(spec.inC, Math.floor(16 / (spec.rows?.kernel ?? 1))) }));

/** Rounding of the transforms, relative to the sum of magnitudes: measured below 1e-6. */
const tolerance = 3e-6;

describe('stem', () => {
  it('computes any map and signal on every engine, and writes nothing else', () => {
    fc.assert(
      fc.property(anySpec, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
        const test = stemCase(spec, around);
        const choice = choiceOf(test.kernel, engine, 'stem');
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice, tolerance)).toBeUndefined();
      }),
      { numRuns: 250 },
    );
  });

  it('is chosen for the first layer of VGG, unless results must be precise', () => {
    const rows = { kernel: 3, input: 224 };
    const spec = {
      rows,
      columns: 224,
      pads: [1, 1],
      inC: 3,
      outC: 64,
      pool: undefined,
      size: [1, 1],
    } as const;
    const around: Around = { epilogue: 'relu', bias: true, layouts: [], inPlace: false, seed: 1 };
    const { kernel } = stemCase(spec, around);
    const chosen = (precise: boolean): string =>
      chooseAlgorithm(kernel, { relaxed: true, wide: false }, { precise, staticWeights: true }).algorithm;
    expect([chosen(false), chosen(true)]).toEqual(['stem', 'implicit-gemm']);
  });
});
