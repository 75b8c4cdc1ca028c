/** Convolutions of one to three filters: lanes along input channels and along pixels; any rank, stride, dilation, border and layout. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fewFiltersCover } from '../../src/compiler/6-plan/algorithms/few-filters.ts';
import { chooseAlgorithm } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { ConvKernel } from '../../src/compiler/ir/kernel.ts';
import {
  anyAround,
  anyAxis,
  choiceOf,
  convCase,
  engines,
  plain,
  verify,
  type Around,
  type Case,
  type ConvSpec,
} from './cases.ts';

interface FewSpec {
  readonly axes: ConvSpec['axes'];
  readonly inC: number;
  readonly outC: number;
}

function fewCase({ axes, inC, outC }: FewSpec, around: Around): Case<ConvKernel> {
  return convCase({ axes, groups: 1, inPerGroup: inC, outPerGroup: outC }, around);
}

const outC = fc.integer({ min: 1, max: 3 });
const anyAxes = fc.array(anyAxis, { minLength: 1, maxLength: 3 });
/** Maps and signals with rows longer than a tile, and volumes; stride one along the last axis. */
const rowsOfPixels = fc
  .tuple(fc.array(anyAxis, { maxLength: 2 }), anyAxis, fc.integer({ min: 0, max: 120 }))
  .map(([outer, row, more]): FewSpec['axes'] => {
    const input = row.input + (outer.length < 2 ? more : 0);
    return [
      ...outer.map((axis) => ({ ...axis, input: Math.min(axis.input, 12) })),
      { ...row, input, stride: 1 },
    ];
  });
const relaxed = { relaxed: true, wide: false };

/** Takes the kernel, unless it has a single output, and is right. */
function holds(spec: FewSpec, around: Around, engine: (typeof engines)[number]): void {
  const test = fewCase(spec, around);
  const choice = choiceOf(test.kernel, engine, 'few-filters');
  expect(choice !== undefined).toBe(test.outShape.slice(0, -1).some((n) => n > 1));
  if (choice) expect(verify(test, engine, choice)).toBeUndefined();
}

describe('few-filters', () => {
  it('sums over the channels in the lanes, on every engine, and writes nothing else', () => {
    const spec = fc.record({ axes: anyAxes, inC: fc.integer({ min: 2, max: 19 }), outC });
    fc.assert(
      fc.property(spec, anyAround, fc.constantFrom(...engines), (conv, around, engine) =>
        holds(conv, around, engine),
      ),
      { numRuns: 300 },
    );
  });

  it('has long sums in loops', () => {
    const spec = fc.record({
      axes: anyAxes.filter(({ length }) => length < 3),
      inC: fc.integer({ min: 60, max: 150 }),
      outC,
    });
    fc.assert(
      fc.property(spec, anyAround, fc.constantFrom(...engines), (conv, around, engine) =>
        holds(conv, around, engine),
      ),
      { numRuns: 100 },
    );
  });

  it('has pixels of one channel in the lanes', () => {
    fc.assert(
      fc.property(
        fc.record({ axes: rowsOfPixels, inC: fc.constant(1), outC }),
        anyAround,
        fc.constantFrom(...engines),
        (conv, around, engine) => holds(conv, around, engine),
      ),
      { numRuns: 300 },
    );
  });

  it('takes windows wider than straight code', () => {
    const axis = { input: 90, kernel: 41, stride: 1, dilation: 1, pads: [20, 20] as const };
    for (const engine of engines)
      for (const inC of [1, 6])
        holds({ axes: [axis], inC, outC: 2 }, { ...plain, epilogue: 'swish' }, engine);
  });

  it('covers rows in whole vectors, but for the last tile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(12, 24, 48),
        fc.constantFrom('pixels', 'channels'),
        (columns, pixels, lanes) => {
          const { bands } = fewFiltersCover({ rows: 3, columns }, { lanes, pixels });
          const widths = bands.flatMap(({ runs }) =>
            runs.flatMap(({ width, count }) => Array<number>(count).fill(width)),
          );
          expect(widths.reduce((a, b) => a + b, 0)).toBe(columns);
          expect(Math.max(...widths)).toBeLessThanOrEqual(pixels);
          if (lanes === 'pixels') expect(widths.slice(0, -1).filter((width) => width % 4 > 0)).toEqual([]);
        },
      ),
    );
  });

  const square = (input: number, kernel: number): FewSpec['axes'] => {
    const axis = { input, kernel, stride: 1, dilation: 1, pads: [0, 0] as const };
    return [axis, axis];
  };

  it.each([
    ['an edge filter', { axes: square(64, 3), inC: 1, outC: 1 }, 'few-filters', 'few-filters'],
    ['a mask', { axes: square(64, 1), inC: 64, outC: 1 }, 'few-filters', 'implicit-gemm'],
    ['a picture', { axes: square(64, 5), inC: 32, outC: 3 }, 'few-filters', 'implicit-gemm'],
    ['four filters', { axes: square(64, 5), inC: 32, outC: 4 }, 'implicit-gemm', 'implicit-gemm'],
  ] as const)('is the choice for %s; a precise program sums in order', (_, spec, usual, precise) => {
    const { kernel } = fewCase(spec, plain);
    const chosen = (isPrecise: boolean): string =>
      chooseAlgorithm(kernel, relaxed, { precise: isPrecise, staticWeights: true }).algorithm;
    expect([chosen(false), chosen(true)]).toEqual([usual, precise]);
  });
});
