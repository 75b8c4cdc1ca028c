/** Loop nests as WebAssembly against their meaning, over random shapes, layouts, borders, tables and reductions. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Index, Load, LoopAxis, NestKernel } from '../../src/compiler/ir/kernel.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { sizeOf } from '../../src/compiler/ir/type.ts';
import { evalKernel } from './support/eval-nest.ts';
import { runKernel, type Operand } from './support/run-kernel.ts';
import { random, tensor } from './support/tensors.ts';
import { engines } from './support/vector-function.ts';

const at = (axis: string, coefficient = 1, constant = 0): Index => ({
  kind: 'affine',
  constant,
  terms: [{ axis, coefficient }],
});
const window = (out: string, inner: string, stride: number, constant: number): Index => ({
  kind: 'affine',
  constant,
  terms: [
    { axis: out, coefficient: stride },
    { axis: inner, coefficient: 1 },
  ],
});
const axis = (name: string, size: number): LoopAxis => ({ name, size });
const read = (operand: number, ...index: Index[]): Load => ({ operand, index, outside: undefined });
const padded = (operand: number, outside: number, ...index: Index[]): Load => ({ operand, index, outside });

const plain = { reduce: [], combine: 'sum', finishLoads: [], finish: s.arg(0) } as const;

/** Runs on every engine and compares with the meaning. */
function check(kernel: Omit<NestKernel, 'kind'>, operands: readonly Operand[], inPlace?: number): void {
  const nest: NestKernel = { kind: 'nest', ...kernel };
  const { operand: out } = nest.out;
  const tensors = operands.map(({ shape, data }) => ({
    shape,
    data: data ?? new Float32Array(sizeOf(shape)),
  }));
  const want = evalKernel(nest, tensors, out);
  for (const engine of engines) {
    const got = runKernel(engine, {
      kernel: nest,
      operands,
      out,
      ...(inPlace === undefined ? {} : { inPlace }),
    });
    // What the nest does not store keeps what was there.
    const off = got.findIndex((value, i) => {
      const wanted = want[i] ?? NaN;
      return !Number.isNaN(wanted) && !(Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)));
    });
    if (off >= 0) expect.fail(`element ${off}: ${got[off]}, not ${want[off]}`);
  }
}

const size = fc.integer({ min: 1, max: 9 });
const channels = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 21, 32, 67));
const layout = fc.record({ border: fc.integer({ min: 0, max: 2 }), slice: fc.constantFrom(0, 0, 3) });
const shapeHWC = fc.tuple(size, size, channels);

function laidOut(shape: readonly number[], { border, slice }: { border: number; slice: number }): Operand {
  const halo = shape.map((_, i) => (i < shape.length - 1 ? ([border, 1] as const) : ([0, 0] as const)));
  return tensor(shape, border > 0 ? { halo, slice } : { slice });
}

describe('element-wise', () => {
  test('over any layout, with tensor, channel, place and scalar operands', () => {
    const expr = s.max(s.add(s.mul(s.arg(0), s.arg(1)), s.sub(s.arg(2), s.arg(3))), s.num(-0.5));
    fc.assert(
      fc.property(shapeHWC, layout, layout, ([h, w, c], lx, lo) => {
        const out = laidOut([h, w, c], lo);
        check(
          {
            ...plain,
            axes: [axis('H', h), axis('W', w), axis('C', c)],
            loads: [read(0, at('H'), at('W'), at('C')), read(1, at('C')), read(2, at('H'), at('W')), read(3)],
            body: expr,
            out: { operand: 4, index: [at('H'), at('W'), at('C')] },
          },
          [
            laidOut([h, w, c], lx),
            tensor([c]),
            tensor([h, w]),
            tensor([]),
            { ...out, data: out.data ?? random(0) },
          ],
        );
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['exp', s.exp(s.arg(0))],
    ['swish', s.mul(s.arg(0), s.div(s.num(1), s.add(s.num(1), s.exp(s.neg(s.arg(0))))))],
    ['gelu', s.mul(s.arg(0), s.erf(s.arg(0)))],
  ] as const)('%s', (_, body) => {
    for (const n of [1, 2, 3, 4, 7, 8, 31, 64, 101])
      check(
        {
          ...plain,
          axes: [axis('C', n)],
          loads: [read(0, at('C'))],
          body,
          out: { operand: 1, index: [at('C')] },
        },
        [tensor([n]), { shape: [n] }],
      );
  });

  test('long rows go in chunks, the rest apart', () => {
    for (const n of [16384, 16385, 3 * 4096 * 2 + 13]) {
      const index = [at('C')];
      check(
        {
          ...plain,
          axes: [axis('C', n)],
          loads: [read(0, ...index)],
          body: s.neg(s.arg(0)),
          out: { operand: 1, index },
        },
        [tensor([n]), { shape: [n] }],
      );
    }
  });

  test('many rows are calls of one function', () => {
    check(
      {
        ...plain,
        axes: [axis('H', 90), axis('W', 80), axis('C', 5)],
        loads: [read(0, at('H'), at('W'), at('C')), read(1, at('C'))],
        body: s.mul(s.arg(0), s.arg(1)),
        out: { operand: 2, index: [at('H'), at('W'), at('C')] },
      },
      [
        tensor([90, 80, 5], {
          halo: [
            [1, 1],
            [1, 1],
          ],
        }),
        tensor([5]),
        { shape: [90, 80, 5] },
      ],
    );
  });

  test('in place', () => {
    fc.assert(
      fc.property(shapeHWC, layout, ([h, w, c], l) => {
        const index = [at('H'), at('W'), at('C')];
        check(
          {
            ...plain,
            axes: [axis('H', h), axis('W', w), axis('C', c)],
            loads: [read(0, ...index), read(1, at('C'))],
            body: s.add(s.arg(0), s.arg(1)),
            out: { operand: 2, index },
          },
          [laidOut([h, w, c], l), tensor([c]), { shape: [h, w, c] }],
          0,
        );
      }),
      { numRuns: 20 },
    );
  });

  test('a constant fills, without operands', () => {
    check(
      { ...plain, axes: [axis('C', 11)], loads: [], body: s.num(3), out: { operand: 0, index: [at('C')] } },
      [{ shape: [11] }],
    );
  });

  test('one element', () => {
    check({ ...plain, axes: [], loads: [read(0)], body: s.neg(s.arg(0)), out: { operand: 1, index: [] } }, [
      tensor([]),
      { shape: [] },
    ]);
  });
});

describe('moves', () => {
  test('padding on every axis, channels too, whether or not the halo holds the zeros', () => {
    const pads = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(
        shapeHWC,
        fc.tuple(pads, pads, pads),
        layout,
        fc.constantFrom(0, -2.5),
        ([h, w, c], p, l, fill) => {
          const names = ['H', 'W', 'C'];
          const out = [h, w, c].map((n, i) => n + (p[i]?.[0] ?? 0) + (p[i]?.[1] ?? 0));
          check(
            {
              ...plain,
              axes: names.map((name, i) => axis(name, out[i] ?? 1)),
              loads: [padded(0, fill, ...names.map((name, i) => at(name, 1, -(p[i]?.[0] ?? 0))))],
              body: s.arg(0),
              out: { operand: 1, index: names.map((name) => at(name)) },
            },
            [laidOut([h, w, c], l), { shape: out }],
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('tables (resizing) on spatial axes and on channels', () => {
    fc.assert(
      fc.property(shapeHWC, shapeHWC, ([h, w, c], out) => {
        const table = (name: string, n: number, from: number): Index => ({
          kind: 'table',
          axis: name,
          values: Array.from({ length: n }, (_, i) => (i * 7 + 3) % from),
        });
        check(
          {
            ...plain,
            axes: [axis('H', out[0]), axis('W', out[1]), axis('C', out[2])],
            loads: [read(0, table('H', out[0], h), table('W', out[1], w), table('C', out[2], c))],
            body: s.mul(s.arg(0), s.num(2)),
            out: { operand: 1, index: [at('H'), at('W'), at('C')] },
          },
          [tensor([h, w, c]), { shape: out }],
        );
      }),
      { numRuns: 30 },
    );
  });

  test('permutations and strided stores (space to depth)', () => {
    fc.assert(
      fc.property(size, size, channels, fc.integer({ min: 1, max: 3 }), (h, w, c, r) => {
        check(
          {
            ...plain,
            axes: [axis('H', h), axis('W', w), axis('y', r), axis('x', r), axis('C', c)],
            loads: [read(0, window('H', 'y', r, 0), window('W', 'x', r, 0), at('C'))],
            body: s.arg(0),
            out: {
              operand: 1,
              index: [
                at('C'),
                at('W'),
                {
                  kind: 'affine',
                  constant: 0,
                  terms: [
                    { axis: 'H', coefficient: r * r },
                    { axis: 'y', coefficient: r },
                    { axis: 'x', coefficient: 1 },
                  ],
                },
              ],
            },
          },
          [tensor([h * r, w * r, c]), { shape: [c, w, h * r * r] }],
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('reductions', () => {
  const combines = ['sum', 'max', 'min', 'prod'] as const;
  test('over any set of axes, with broadcast operands inside and after', () => {
    fc.assert(
      fc.property(
        shapeHWC,
        fc.constantFrom(...combines),
        fc.integer({ min: 1, max: 7 }),
        layout,
        ([h, w, c], combine, mask, l) => {
          const axes = [axis('H', h), axis('W', w), axis('C', c)];
          const reduced = axes.filter((_, i) => (mask >> i) & 1);
          const kept = axes.filter((_, i) => !((mask >> i) & 1));
          const keptShape = kept.map((a) => a.size);
          const keptIndex = kept.map((a) => at(a.name));
          check(
            {
              axes: kept,
              reduce: reduced,
              combine,
              loads: [read(0, at('H'), at('W'), at('C')), read(1, ...keptIndex), read(2, at('C'))],
              body: s.add(s.mul(s.arg(0), s.arg(2)), s.arg(1)),
              finishLoads: [read(1, ...keptIndex)],
              finish: s.sub(s.mul(s.arg(0), s.num(0.25)), s.arg(1)),
              out: { operand: 3, index: keptIndex },
            },
            [laidOut([h, w, c], l), tensor(keptShape), tensor([c]), { shape: keptShape }],
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  test('products, fused with their sums', () => {
    for (const [n, k] of [
      [1, 1],
      [3, 5],
      [17, 40],
      [64, 33],
      [5, 1000],
    ] as const)
      check(
        {
          axes: [axis('O', n)],
          reduce: [axis('I', k)],
          combine: 'sum',
          loads: [read(0, at('I')), read(1, at('O'), at('I'))],
          body: s.mul(s.arg(0), s.arg(1)),
          finishLoads: [read(2, at('O'))],
          finish: s.max(s.add(s.arg(0), s.arg(1)), s.num(0)),
          out: { operand: 3, index: [at('O')] },
        },
        [tensor([k]), tensor([n, k]), tensor([n]), { shape: [n] }],
      );
  });

  test('long reductions: every block of channels is a call', () => {
    check(
      {
        axes: [axis('C', 37)],
        reduce: [axis('H', 70), axis('W', 60)],
        combine: 'sum',
        loads: [read(0, at('H'), at('W'), at('C'))],
        body: s.arg(0),
        finishLoads: [],
        finish: s.div(s.arg(0), s.num(4200)),
        out: { operand: 1, index: [at('C')] },
      },
      [
        tensor([70, 60, 37], {
          halo: [
            [1, 1],
            [1, 1],
          ],
        }),
        { shape: [37] },
      ],
    );
  });

  test('windows with stride and padding; across channels (local response normalisation)', () => {
    const small = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        shapeHWC,
        small,
        small,
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        ([h, w, c], k, stride, pad, halo) => {
          const out = [h, w].map((n) => Math.floor((n + 2 * pad - k) / stride) + 1);
          const [oh = 0, ow = 0] = out;
          if (oh < 1 || ow < 1) return;
          const border = [
            [pad, pad],
            [pad, pad],
          ] as const;
          check(
            {
              axes: [axis('H', oh), axis('W', ow), axis('C', c)],
              reduce: [axis('y', k), axis('x', k)],
              combine: 'sum',
              loads: [padded(0, 0, window('H', 'y', stride, -pad), window('W', 'x', stride, -pad), at('C'))],
              body: s.mul(s.arg(0), s.arg(0)),
              finishLoads: [],
              finish: s.arg(0),
              out: { operand: 1, index: [at('H'), at('W'), at('C')] },
            },
            [tensor([h, w, c], halo ? { halo: border } : {}), { shape: [oh, ow, c] }],
          );
          check(
            {
              axes: [axis('H', h), axis('C', c)],
              reduce: [axis('j', 2 * pad + 1)],
              combine: 'max',
              loads: [padded(0, -0.25, at('H'), window('C', 'j', 1, -pad))],
              body: s.arg(0),
              finishLoads: [read(0, at('H'), at('C'))],
              finish: s.add(s.arg(0), s.arg(1)),
              out: { operand: 1, index: [at('H'), at('C')] },
            },
            [tensor([h, c]), { shape: [h, c] }],
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a NaN reaches maximum and sum; an infinity does not become one', () => {
    const data = random(40);
    data[7] = NaN;
    const index = [at('C')];
    for (const combine of ['sum', 'max'] as const) {
      const kernel: NestKernel = {
        kind: 'nest',
        axes: [],
        reduce: [axis('C', 40)],
        combine,
        loads: [read(0, ...index)],
        body: s.arg(0),
        finishLoads: [],
        finish: s.arg(0),
        out: { operand: 1, index: [] },
      };
      for (const engine of engines) {
        expect(
          runKernel(engine, { kernel, operands: [{ shape: [40], data }, { shape: [] }], out: 1 })[0],
        ).toBeNaN();
      }
    }
  });

  test('expressions that select', () => {
    const body: Scalar = s.select('lt', [s.arg(0), s.num(0)], s.num(1), s.num(0));
    check(
      {
        axes: [axis('H', 5)],
        reduce: [axis('C', 23)],
        combine: 'sum',
        loads: [read(0, at('H'), at('C'))],
        body,
        finishLoads: [],
        finish: s.arg(0),
        out: { operand: 1, index: [at('H')] },
      },
      [tensor([5, 23]), { shape: [5] }],
    );
  });
});
