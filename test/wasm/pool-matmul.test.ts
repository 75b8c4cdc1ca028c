/** Pools, matrix products and plain convolutions against the operators' naive loops or their definition. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Epilogue, Kernel, MatmulKernel, PoolKernel, Window } from '../../src/compiler/ir/kernel.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';
import { forEachWindow } from '../../src/compiler/ops/shared/loops.ts';
import { evalKernel } from './support/eval-nest.ts';
import { runKernel, type Operand } from './support/run-kernel.ts';
import { random, tensor } from './support/tensors.ts';
import { engines } from './support/vector-function.ts';

function expectClose(got: Float32Array, want: ArrayLike<number>): void {
  expect(got.length).toBe(want.length);
  const off = got.findIndex(
    (v, i) => !(Math.abs(v - (want[i] ?? NaN)) <= 1e-5 * Math.max(1, Math.abs(want[i] ?? 0))),
  );
  if (off >= 0) expect.fail(`element ${off}: ${got[off]}, not ${want[off]}`);
}

function checkAgainst(
  kernel: Kernel,
  operands: readonly Operand[],
  out: number,
  want: ArrayLike<number>,
): void {
  for (const engine of engines) expectClose(runKernel(engine, { kernel, operands, out }), want);
}

/** 0.5 · value + tensor · channel − scalar: one operand of each role, numbered from `first`. */
function epilogue(first: number): Epilogue {
  const [value, full, channel, scalar] = [s.arg(0), s.arg(1), s.arg(2), s.arg(3)];
  return {
    expr: s.sub(s.add(s.mul(value, s.num(0.5)), s.mul(full, channel)), scalar),
    operands: [
      { operand: first, per: 'tensor' },
      { operand: first + 1, per: 'channel' },
      { operand: first + 2, per: 'scalar' },
    ],
  };
}

function applyEpilogue(
  values: readonly number[],
  [full, channel, scalar]: readonly Operand[],
): readonly number[] {
  const c = channel?.data ?? [];
  return values.map(
    (v, i) => 0.5 * v + (full?.data?.[i] ?? NaN) * (c[i % c.length] ?? NaN) - (scalar?.data?.[0] ?? NaN),
  );
}

/** Windows of rank 1 to 3 with pads smaller than the window. */
const windows = fc
  .array(
    fc.record({
      input: fc.integer({ min: 1, max: 9 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      begin: fc.integer({ min: 0, max: 4 }),
      end: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((axes): Window => {
    const bounded = axes.map((a) => ({ ...a, begin: a.begin % a.kernel, end: a.end % a.kernel }));
    const span = (a: (typeof bounded)[number]): number => a.dilation * (a.kernel - 1) + 1;
    return {
      input: bounded.map((a) => a.input),
      output: bounded.map((a) => Math.floor((a.input + a.begin + a.end - span(a)) / a.stride) + 1),
      kernel: bounded.map((a) => a.kernel),
      stride: bounded.map((a) => a.stride),
      dilation: bounded.map((a) => a.dilation),
      pads: bounded.map((a) => [a.begin, a.end] as const),
    };
  })
  .filter((w) => w.output.every((n) => n > 0));

const channels = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(16, 19, 64, 67));

function evalPool(kernel: PoolKernel, x: Float32Array): readonly number[] {
  const { window, channels: n } = kernel;
  const out: number[] = [];
  forEachWindow(window, (place, taps) => {
    for (let c = 0; c < n; c++) {
      const values: number[] = [];
      taps((at) => values.push(x[at * n + c] ?? NaN));
      const count = kernel.countPadding ? sizeOf(window.kernel) : values.length;
      out[place * n + c] =
        kernel.reduce === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / count;
    }
  });
  return out;
}

/** A window that holds no cell at all (dilation beyond the border) has no maximum and no average. */
function hasEmptyWindow({ window }: PoolKernel): boolean {
  let empty = false;
  forEachWindow(window, (_, taps) => {
    let count = 0;
    taps(() => count++);
    empty ||= count === 0;
  });
  return empty;
}

describe('pools', () => {
  test('of any rank, stride, dilation and border, with and without epilogue', () => {
    fc.assert(
      fc.property(
        windows,
        channels,
        fc.constantFrom('max', 'avg'),
        fc.record({
          countPadding: fc.boolean(),
          finished: fc.boolean(),
          slice: fc.constantFrom(0, 5),
          border: fc.constantFrom(0, 1),
        }),
        (window, c, reduce, { countPadding, finished, slice, border }) => {
          const base = {
            kind: 'pool',
            reduce,
            countPadding,
            window,
            channels: c,
            x: 0,
            out: finished ? 4 : 1,
          } as const;
          const kernel: PoolKernel = { ...base, epilogue: finished ? epilogue(1) : undefined };
          if (hasEmptyWindow(kernel)) return;
          const halo = window.input.map(() => [border, border] as const);
          const x = tensor([...window.input, c], border ? { halo } : {});
          const shape = [...window.output, c];
          const extras = finished ? [tensor(shape), tensor([c]), tensor([])] : [];
          const pooled = evalPool(kernel, x.data ?? random(0));
          const want = finished ? applyEpilogue(pooled, extras) : pooled;
          checkAgainst(kernel, [x, ...extras, { shape, slice }], kernel.out, want);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('the usual ones: 2×2, 3×3 stride 2 padded, 13×13 same, the whole map', () => {
    const square = (input: number, kernel: number, stride: number, pad: number): Window => {
      const output = Math.floor((input + 2 * pad - kernel) / stride) + 1;
      const pads = [pad, pad] as const;
      return {
        input: [input, input],
        output: [output, output],
        kernel: [kernel, kernel],
        stride: [stride, stride],
        dilation: [1, 1],
        pads: [pads, pads],
      };
    };
    for (const window of [square(12, 2, 2, 0), square(13, 3, 2, 1), square(14, 13, 1, 6), square(7, 7, 7, 0)])
      for (const reduce of ['max', 'avg'] as const) {
        const kernel: PoolKernel = {
          kind: 'pool',
          reduce,
          countPadding: false,
          window,
          channels: 24,
          x: 0,
          out: 1,
          epilogue: undefined,
        };
        const x = tensor([...window.input, 24]);
        checkAgainst(
          kernel,
          [x, { shape: [...window.output, 24] }],
          1,
          evalPool(kernel, x.data ?? random(0)),
        );
      }
  });

  test('minus infinity and infinity are values like others', () => {
    const window: Window = {
      input: [4],
      output: [2],
      kernel: [2],
      stride: [2],
      dilation: [1],
      pads: [[0, 0]],
    };
    const kernel: PoolKernel = {
      kind: 'pool',
      reduce: 'max',
      countPadding: false,
      window,
      channels: 1,
      x: 0,
      out: 1,
      epilogue: undefined,
    };
    const data = Float32Array.of(-Infinity, -Infinity, Infinity, 3);
    for (const engine of engines)
      expect([
        ...runKernel(engine, { kernel, operands: [{ shape: [4, 1], data }, { shape: [2, 1] }], out: 1 }),
      ]).toEqual([-Infinity, Infinity]);
  });
});

describe('matrix products', () => {
  test('of any size and transposition, with and without epilogue', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 13 }), fc.constantFrom(16, 33));
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (m, n, k, transposeA, transposeB, finished) => {
          const base = {
            kind: 'matmul',
            m,
            n,
            k,
            transposeA,
            transposeB,
            a: 0,
            b: 1,
            out: finished ? 5 : 2,
          } as const;
          const kernel: MatmulKernel = { ...base, epilogue: finished ? epilogue(2) : undefined };
          const [a, b] = [
            tensor(transposeA ? [k, m] : [m, k], { slice: 2 }),
            tensor(transposeB ? [n, k] : [k, n]),
          ];
          const extras = finished ? [tensor([m, n]), tensor([n]), tensor([])] : [];
          const operands = [a, b, ...extras, { shape: [m, n], slice: 3 }];
          const tensors = operands.map((operand) => ({
            shape: operand.shape,
            data: 'data' in operand && operand.data ? operand.data : random(m * n),
          }));
          checkAgainst(kernel, operands, kernel.out, evalKernel(kernel, tensors, kernel.out));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('plain convolutions', () => {
  test('grouped, dilated, of any rank, as loop nests', () => {
    const counts = fc.record({
      groups: fc.integer({ min: 1, max: 3 }),
      i: fc.integer({ min: 1, max: 5 }),
      o: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(windows, counts, fc.boolean(), (window, { groups, i, o }, halo) => {
        const [inC, outC] = [groups * i, groups * o];
        const kernel = {
          kind: 'conv',
          window,
          inC,
          outC,
          groups,
          x: 0,
          weight: 1,
          bias: 2,
          out: 6,
          epilogue: epilogue(3),
        } as const;
        const shape = [...window.output, outC];
        const x = tensor([...window.input, inC], halo ? { halo: [...window.pads, [0, 0]] } : {});
        const operands = [
          x,
          tensor([outC, i, ...window.kernel]),
          tensor([outC]),
          tensor(shape),
          tensor([outC]),
          tensor([]),
          { shape },
        ];
        const tensors = operands.map((operand) => ({
          shape: operand.shape,
          data: 'data' in operand && operand.data ? operand.data : random(0),
        }));
        checkAgainst(kernel, operands, 6, evalKernel(kernel, tensors, 6));
      }),
      { numRuns: 40 },
    );
  });

  test('depthwise with a multiplier', () => {
    fc.assert(
      fc.property(
        windows,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (window, n, multiplier) => {
          const kernel = {
            kind: 'depthwise',
            window,
            channels: n,
            multiplier,
            x: 0,
            weight: 1,
            bias: undefined,
            out: 2,
            epilogue: undefined,
          } as const;
          const shape = [...window.output, n * multiplier];
          const operands = [
            tensor([...window.input, n]),
            tensor([n * multiplier, 1, ...window.kernel]),
            { shape },
          ];
          const tensors = operands.map((operand) => ({
            shape: operand.shape,
            data: 'data' in operand && operand.data ? operand.data : random(0),
          }));
          checkAgainst(kernel, operands, 2, evalKernel(kernel, tensors, 2));
        },
      ),
      { numRuns: 40 },
    );
  });
});
