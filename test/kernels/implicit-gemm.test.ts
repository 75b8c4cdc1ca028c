import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyAround, anyAxis, choiceOf, convCase, engines, plain, verify, type ConvSpec } from './cases.ts';

const anyConv = fc.record({
  axes: fc
    .integer({ min: 0, max: 3 })
    .chain((rank) => fc.array(anyAxis, { minLength: rank, maxLength: rank })),
  groups: fc.constantFrom(1, 1, 1, 2, 3),
  inPerGroup: fc.integer({ min: 1, max: 18 }),
  outPerGroup: fc.integer({ min: 1, max: 35 }),
});

describe('implicit-gemm', () => {
  it('computes any convolution on every engine, and writes nothing else', () => {
    fc.assert(
      fc.property(anyConv, anyAround, fc.constantFrom(...engines), (spec, around, engine) => {
        const test = convCase(spec, around);
        const algorithm = test.outShape.slice(0, -1).every((n) => n === 1) ? 'gemv' : 'implicit-gemm';
        const choice = choiceOf(test.kernel, engine, algorithm);
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice)).toBeUndefined();
      }),
      { numRuns: 250 },
    );
  });

  const square = (input: number, kernel: number, stride: number, pad: number) => {
    const axis = { input, kernel, stride, dilation: 1, pads: [pad, pad] as const };
    return [axis, axis];
  };
  const layers: readonly [string, ConvSpec][] = [
    ['3×3 on 14×14', { axes: square(14, 3, 1, 1), groups: 1, inPerGroup: 32, outPerGroup: 40 }],
    ['1×1 on 7×7', { axes: square(7, 1, 1, 0), groups: 1, inPerGroup: 130, outPerGroup: 70 }],
    ['1×1 with stride 2', { axes: square(15, 1, 2, 0), groups: 1, inPerGroup: 24, outPerGroup: 48 }],
    [
      '7×7 stem with stride 2 on three channels',
      { axes: square(32, 7, 2, 3), groups: 1, inPerGroup: 3, outPerGroup: 64 },
    ],
    [
      'chunks of rows (more input than a chunk)',
      { axes: square(64, 3, 1, 1), groups: 1, inPerGroup: 24, outPerGroup: 24 },
    ],
    [
      'chunks of columns (1×1 on a large map)',
      { axes: square(58, 1, 1, 0), groups: 1, inPerGroup: 32, outPerGroup: 40 },
    ],
  ];
  for (const [name, spec] of layers)
    for (const engine of engines)
      it(`${name}, ${JSON.stringify(engine)}`, () => {
        const test = convCase(spec, plain);
        const choice = choiceOf(test.kernel, engine, 'implicit-gemm');
        expect(choice && verify(test, engine, choice)).toBeUndefined();
      });
});

describe('gemv', () => {
  it('computes dense layers and windows as large as their map', () => {
    const whole = fc
      .integer({ min: 1, max: 5 })
      .map((n) => ({ input: n, kernel: n, stride: 1, dilation: 1, pads: [0, 0] as const }));
    const spec = fc.record({
      axes: fc
        .integer({ min: 0, max: 2 })
        .chain((rank) => fc.array(whole, { minLength: rank, maxLength: rank })),
      groups: fc.constantFrom(1, 1, 2),
      inPerGroup: fc.integer({ min: 1, max: 70 }),
      outPerGroup: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(spec, anyAround, fc.constantFrom(...engines), (conv, around, engine) => {
        const test = convCase(conv, around);
        const choice = choiceOf(test.kernel, engine, 'gemv');
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});
