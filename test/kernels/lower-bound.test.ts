/** Layers with ReLU and layers without an activation are the same code with another bound; NaN and infinities pass it as they pass either. */
import { describe, expect, it } from 'vitest';
import type { ConvKernel, Epilogue } from '../../src/compiler/ir/kernel.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { lowerBound } from '../../src/compiler/7-emit/wasm/kernels/lower-bound.ts';
import { choiceOf, engines, relu, windowOf } from './cases.ts';
import { loadKernel, type LoadedKernel } from './run-kernel.ts';

const values = [NaN, -Infinity, Infinity, -3.5, 2.25, 0, 1e-40];

/** x · 1 over one input channel, for 29 output channels: whole panels and a rest. */
function loaded(epilogue: Epilogue | undefined, engine: (typeof engines)[number]): LoadedKernel {
  const axis = { input: values.length, kernel: 1, stride: 1, dilation: 1, pads: [0, 0] as const };
  const kernel: ConvKernel = {
    kind: 'conv',
    ...{ x: 0, weight: 1, bias: undefined, out: 2, inC: 1, outC: 29, groups: 1 },
    window: windowOf([axis]),
    epilogue,
  };
  const choice = choiceOf(kernel, engine, 'implicit-gemm');
  if (!choice) throw new Error('no implicit-gemm');
  const tensors = new Map([
    [0, { shape: [values.length, 1], data: Float32Array.from(values) }],
    [1, { shape: [29, 1, 1], data: new Float32Array(29).fill(1) }],
  ]);
  return loadKernel({ kernel, choice, engine, tensors, outShape: [values.length, 29] });
}

describe('a lower bound', () => {
  it('is 0 for ReLU, −∞ for no epilogue, and nothing else', () => {
    expect(lowerBound(relu)).toBe(0);
    expect(lowerBound(undefined)).toBe(-Infinity);
    expect(lowerBound({ expr: s.max(s.arg(0), s.num(1)), operands: [] })).toBeUndefined();
    expect(lowerBound({ expr: s.min(s.arg(0), s.num(0)), operands: [] })).toBeUndefined();
    const residual = { operand: 3, per: 'tensor' } as const;
    expect(lowerBound({ expr: s.max(s.arg(0), s.num(0)), operands: [residual] })).toBeUndefined();
  });

  for (const engine of engines)
    it(`passes NaN and infinities on: ${JSON.stringify(engine)}`, () => {
      const none = loaded(undefined, engine);
      const some = loaded(relu, engine);
      for (const kernel of [none, some]) kernel.run();
      values.forEach((value, pixel) => {
        const positive = Number.isNaN(value) ? NaN : Math.max(Math.fround(value), 0);
        expect([...none.read().subarray(pixel * 29, pixel * 29 + 29)]).toEqual(
          Array(29).fill(Math.fround(value)),
        );
        expect([...some.read().subarray(pixel * 29, pixel * 29 + 29)]).toEqual(Array(29).fill(positive));
      });
    });

  it('makes one program of both where pages download it', () => {
    for (const engine of engines.filter(({ wide }) => !wide)) {
      const functions = [undefined, relu].map((epilogue) => loaded(epilogue, engine).bytes.join());
      expect(functions[0]).toBe(functions[1]);
    }
  });
});
