import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DepthwiseKernel } from '../../src/compiler/ir/kernel.ts';
import {
  anyAround,
  anyAxis,
  choiceOf,
  engines,
  makeCase,
  verify,
  windowOf,
  type Around,
  type Case,
} from './cases.ts';

interface DepthwiseSpec {
  readonly axes: Parameters<typeof windowOf>[0];
  readonly channels: number;
  readonly multiplier: number;
}

function depthwiseCase({ axes, channels, multiplier }: DepthwiseSpec, around: Around): Case<DepthwiseKernel> {
  const window = windowOf(axes);
  const outC = channels * multiplier;
  return makeCase<DepthwiseKernel>(
    { kind: 'depthwise', window, channels, multiplier },
    { inC: channels, outC, weight: [outC, 1, ...window.kernel] },
    around,
  );
}

const plain: Around = { epilogue: 'relu6', bias: true, layouts: [], inPlace: false, seed: 1 };

describe('depthwise', () => {
  it('computes any depthwise convolution on every engine, and writes nothing else', () => {
    const spec = fc.record({
      axes: fc
        .integer({ min: 1, max: 3 })
        .chain((rank) => fc.array(anyAxis, { minLength: rank, maxLength: rank })),
      channels: fc.integer({ min: 1, max: 19 }),
      multiplier: fc.constantFrom(1, 1, 1, 2, 3, 4, 6),
    });
    fc.assert(
      fc.property(spec, anyAround, fc.constantFrom(...engines), (conv, around, engine) => {
        const test = depthwiseCase(conv, around);
        const choice = choiceOf(test.kernel, engine, 'depthwise');
        expect(choice).toBeDefined();
        if (choice) expect(verify(test, engine, choice)).toBeUndefined();
      }),
      { numRuns: 250 },
    );
  });

  for (const [kernel, stride] of [
    [3, 1],
    [3, 2],
    [5, 1],
    [5, 2],
    [7, 1],
    [11, 1],
  ] as const)
    for (const engine of engines)
      it(`${kernel}×${kernel} with stride ${stride} on 19×19×24, ${JSON.stringify(engine)}`, () => {
        const pads = [(kernel - 1) / 2, (kernel - 1) / 2] as const;
        const axis = { input: 19, kernel, stride, dilation: 1, pads };
        const test = depthwiseCase({ axes: [axis, axis], channels: 24, multiplier: 1 }, plain);
        const choice = choiceOf(test.kernel, engine, 'depthwise');
        expect(choice && verify(test, engine, choice)).toBeUndefined();
      });

  it('asks for a gap behind pixels of a multiple of 1 KiB, and needs none to be right', () => {
    const axis = { input: 9, kernel: 3, stride: 1, dilation: 1, pads: [1, 1] as const };
    const test = depthwiseCase({ axes: [axis, axis], channels: 256, multiplier: 1 }, plain);
    for (const engine of engines) {
      const choice = choiceOf(test.kernel, engine, 'depthwise');
      expect(choice?.halos[0]?.halo).toEqual([
        [1, 1],
        [1, 1],
        [0, 16],
      ]);
      const border = [{ operand: 0, halo: choice?.halos[0]?.halo.slice(0, 2) ?? [] }];
      expect(choice && verify(test, engine, choice)).toBeUndefined();
      expect(choice && verify(test, engine, { ...choice, halos: border })).toBeUndefined();
    }
  });

  it('leaves windows of very wide rows to the loop nest', () => {
    const axis = { input: 40, kernel: 17, stride: 1, dilation: 1, pads: [0, 0] as const };
    const test = depthwiseCase({ axes: [axis], channels: 4, multiplier: 1 }, plain);
    expect(choiceOf(test.kernel, { relaxed: true, wide: false }, 'depthwise')).toBeUndefined();
  });
});
