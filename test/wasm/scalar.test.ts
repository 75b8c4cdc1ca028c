/** Scalar expressions as vector code against the double-precision evaluator. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { evalScalar } from '../../src/compiler/ir/scalar-eval.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import { asExtremum, keepsOrder } from '../../src/compiler/7-emit/wasm/scalar/patterns.ts';
import { emitScalar } from '../../src/compiler/7-emit/wasm/scalar/emit.ts';
import { engines, runVector } from './support/vector-function.ts';

const x = s.arg(0);
const y = s.arg(1);
const specials = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  1e-45,
  -1e-45,
  1e-39,
  -1e-39,
  2e-38,
  3.4e38,
  -3.4e38,
  0.5,
  6,
];

/** Values of all magnitudes, the borders of the ranges of the approximations among them. */
function sweep(): Float32Array {
  const values = [
    ...specials,
    88.72,
    88.73,
    89,
    -87.33,
    -87.4,
    -103.9,
    -104,
    0.625,
    0.927734375,
    -0.625,
    0.70710678,
    1.41421356,
  ];
  let seed = 12345;
  const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (const range of [0.01, 1, 2, 10, 104])
    for (let i = 0; i < 3000; i++) values.push((random() * 2 - 1) * range);
  const bits = new Uint32Array(4000).map(() => random() * 2 ** 32);
  return Float32Array.from([...values, ...new Float32Array(bits.buffer)]);
}

/** |got − want| in units of the last place of `want`. */
function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) || (got === 0 && rounded === 0)) return 0;
  if (Number.isNaN(got) || !Number.isFinite(got) || !Number.isFinite(rounded)) return Infinity;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(want))));
  return Math.abs(got - want) / 2 ** (exponent - 23);
}

describe.each(engines)('relaxed $relaxed', (engine) => {
  // tanh: half a dozen roundings of numerator and denominator; just below 1 an ulp is 6e-8.
  const bounds = { exp: 1.5, log: 1.5, tanh: 6, erf: 2 } as const;
  test.each(Object.entries(bounds))('%s is within %d ulp for every magnitude', (op, bound) => {
    const inputs = sweep();
    const expr = s.unary(op as keyof typeof bounds, x);
    const got = runVector(engine, [inputs], (code, args) => emitScalar(code, expr, args));
    const errors = [...got].map((value, i) => ulps(value, evalScalar(expr, [inputs[i] ?? NaN])));
    const worst = errors.reduce((at, error, i) => (error > (errors[at] ?? 0) ? i : at), 0);
    expect(errors[worst], `${op}(${inputs[worst]}) = ${got[worst]}`).toBeLessThanOrEqual(bound);
  });

  test('the same through functions of the module', () => {
    const inputs = sweep();
    for (const op of ['exp', 'log', 'tanh', 'erf'] as const) {
      const expr = s.unary(op, x);
      const inline = runVector(engine, [inputs], (code, args) => emitScalar(code, expr, args));
      const called = runVector(engine, [inputs], ({ module, ...code }, args) =>
        emitScalar({ ...code, functions: module }, expr, args),
      );
      expect(called).toEqual(inline);
    }
  });

  const activations: Readonly<Record<string, Scalar>> = {
    relu: s.max(x, s.num(0)),
    relu6: s.min(s.max(x, s.num(0)), s.num(6)),
    clampSwapped: s.max(s.num(-1), s.min(s.num(1), x)),
    leaky: s.select('ge', [x, s.num(0)], x, s.mul(s.num(0.1), x)),
    leakyMax: s.max(x, s.mul(x, s.num(0.1))),
    steep: s.select('gt', [x, s.num(0)], x, s.mul(x, s.num(3))),
    chosenLarger: s.select('gt', [x, y], x, y),
    chosenSmaller: s.select('le', [x, y], x, y),
    larger: s.max(x, y),
    smaller: s.min(x, y),
    sigmoid: s.div(s.num(1), s.add(s.num(1), s.exp(s.neg(x)))),
    step: s.select('ne', [x, x], s.num(-7), s.select('lt', [x, y], s.num(1), s.num(2))),
    residual: s.max(s.add(s.mul(x, s.num(0.5)), y), s.num(0)),
    halved: s.div(x, s.num(4)),
    parts: s.add(s.unary('floor', x), s.sub(s.unary('ceil', y), s.abs(s.unary('sqrt', x)))),
  };

  test.each(Object.entries(activations))(
    '%s equals the evaluator, NaN and infinities included',
    (_, expr) => {
      const pairs = specials.flatMap((a) => specials.map((b) => [a, b] as const));
      const a = Float32Array.from(pairs, (p) => p[0]);
      const b = Float32Array.from(pairs, (p) => p[1]);
      const got = runVector(engine, [a, b], (code, args) => emitScalar(code, expr, args));
      for (const [i, value] of got.entries()) {
        const want = Math.fround(evalScalar(expr, [a[i] ?? 0, b[i] ?? 0]));
        // Adding +0 makes both zeros alike.
        const same =
          Object.is(value + 0, want + 0) || Math.abs(value - want) <= 2e-7 * Math.abs(want) + 1e-44;
        expect(same, `(${a[i]}, ${b[i]}): ${value}, not ${want}`).toBe(true);
      }
    },
  );

  test('any expression over safe operations', () => {
    const leaf = fc.oneof(
      fc.constantFrom(x, y),
      fc.double({ min: -3, max: 3, noNaN: true }).map((v) => s.num(Math.fround(v))),
    );
    const { tree } = fc.letrec<{ tree: Scalar }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.tuple(fc.constantFrom('neg', 'abs', 'tanh', 'erf'), tie('tree')).map(([op, a]) => s.unary(op, a)),
        fc
          .tuple(fc.constantFrom('add', 'sub', 'mul', 'min', 'max'), tie('tree'), tie('tree'))
          .map(([op, a, b]) => s.binary(op, a, b)),
      ),
    }));
    const values = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(tree, values, values, (expr, a, b) => {
        const got = runVector(engine, [Float32Array.from(a), Float32Array.from(b)], (code, args) =>
          emitScalar(code, expr, args),
        );
        a.forEach((value, i) => {
          const want = evalScalar(expr, [value, b[i] ?? 0]);
          const scale = magnitude(expr, [value, b[i] ?? 0]);
          expect(Math.abs((got[i] ?? NaN) - want)).toBeLessThanOrEqual(1e-6 * scale * 8 + 1e-30);
        });
      }),
      { numRuns: 100 },
    );
  });
});

/** A bound on the sums that rounding errors are relative to: the expression with every part made positive and sums only growing. */
function magnitude(expr: Scalar, args: readonly number[]): number {
  const parts = s.partsOf(expr).map((part) => magnitude(part, args));
  const [a = 0, b = 0] = parts;
  if (expr.kind === 'binary') return expr.op === 'mul' ? a * b + a + b : a + b;
  return expr.kind === 'unary' ? a + 1 : Math.abs(evalScalar(expr, args)) + 1;
}

test('the usual activations are one pmax or pmin', () => {
  expect(asExtremum(s.max(x, s.num(0)))?.op).toBe('pmax');
  expect(asExtremum(s.select('ge', [x, s.num(0)], x, s.mul(s.num(0.1), x)))?.op).toBe('pmax');
  expect(asExtremum(s.select('ge', [x, s.num(0)], x, s.mul(s.num(-0.1), x)))).toBeUndefined();
  expect(asExtremum(s.max(x, y))).toBeUndefined();
});

describe('activations of the larger one of two numbers', () => {
  const pmax = (a: number, b: number): number => (a < b ? b : a);
  const bound = s.select('lt', [x, y], y, x);
  const rising: Readonly<Record<string, Scalar>> = {
    itself: x,
    relu: s.max(x, s.num(0)),
    relu6: s.min(s.max(x, s.num(0)), s.num(6)),
    leaky: s.max(x, s.mul(x, s.num(0.1))),
    'leaky by comparison': s.select('gt', [x, s.num(0)], x, s.mul(s.num(0.1), x)),
    'steeper below zero': s.select('ge', [x, s.num(0)], x, s.mul(s.num(3), x)),
    bound,
  };

  test.each(Object.entries(rising))('%s of it is the larger activation', (_, expr) => {
    expect(keepsOrder(expr, () => true)).toBe(true);
    const numbers = [...specials, ...sweep().slice(0, 100)];
    for (const a of numbers)
      for (const b of numbers)
        for (const fixed of [0, -Infinity]) {
          const of = (value: number): number => evalScalar(expr, [value, fixed]);
          // Zeros of either sign are equal.
          const [got, want] = [of(pmax(a, b)), pmax(of(a), of(b))];
          expect(got === want || (Number.isNaN(got) && Number.isNaN(want)), `${a}, ${b}`).toBe(true);
        }
  });

  test.each<readonly [string, Scalar]>([
    ['loses a NaN', s.select('gt', [x, s.num(0)], x, s.num(0))],
    ['falls', s.max(x, s.mul(x, s.num(-0.1)))],
    ['turns', s.mul(x, s.max(x, s.num(0)))],
    ['is constant', s.num(1)],
    ['is nothing known', s.tanh(x)],
    ['adds what differs between pixels', s.max(s.add(x, y), s.num(0))],
  ])('not of one that %s', (_, expr) => expect(keepsOrder(expr, () => true)).toBe(false));

  test('not with a bound that differs between pixels', () =>
    expect(keepsOrder(bound, () => false)).toBe(false));
});
