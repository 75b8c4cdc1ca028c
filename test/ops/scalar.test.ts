/** Scalar expressions: evaluation, substitution, and symbolic derivatives against finite differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { differentiateScalar } from '../../src/compiler/ir/scalar-derivative.ts';
import { erf, evalScalar } from '../../src/compiler/ir/scalar-eval.ts';

/** Random smooth expressions of two arguments (no division, no logarithm: those have poles). */
const { smooth } = fc.letrec<{ smooth: Scalar }>((tie) => ({
  smooth: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(s.arg(0), s.arg(1), s.num(0.5), s.num(-1.25)),
    fc.tuple(fc.constantFrom('neg', 'tanh', 'erf'), tie('smooth')).map(([op, x]) => s.unary(op as 'neg', x)),
    tie('smooth').map((x) => s.exp(s.tanh(x))),
    tie('smooth').map((x) => s.sqrt(s.add(s.num(1), s.mul(x, x)))),
    fc.tuple(tie('smooth'), tie('smooth')).map(([a, b]) => s.div(a, s.add(s.num(2), s.tanh(b)))),
    fc
      .tuple(fc.constantFrom('add', 'sub', 'mul'), tie('smooth'), tie('smooth'))
      .map(([op, a, b]) => s.binary(op as 'add', a, b)),
  ),
}));

describe('scalar expressions', () => {
  it('have the derivative that finite differences show', () => {
    const argument = fc.double({ min: -1.5, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(smooth, fc.tuple(argument, argument), fc.constantFrom(0, 1), (expr, args, index) => {
        const h = 1e-5;
        const at = (shift: number): number =>
          evalScalar(
            expr,
            args.map((a, i) => (i === index ? a + shift : a)),
          );
        const numeric = (at(h) - at(-h)) / (2 * h);
        const exact = evalScalar(differentiateScalar(expr, index), args);
        expect(Math.abs(exact - numeric)).toBeLessThan(1e-4 * Math.max(1, Math.abs(exact)));
      }),
    );
  });

  it('take the slope of the side that a choice takes', () => {
    const relu = s.max(s.arg(0), s.num(0));
    const slope = (x: number): number => evalScalar(differentiateScalar(relu, 0), [x]);
    expect([slope(-2), slope(3)]).toEqual([0, 1]);
    const size = differentiateScalar(s.abs(s.arg(0)), 0);
    expect([-2, 0, 2].map((x) => evalScalar(size, [x]))).toEqual([-1, 0, 1]);
  });

  it('compare NaN as IEEE does: false, except that it differs', () => {
    const pick = (op: 'lt' | 'ne'): number =>
      evalScalar(s.select(op, [s.arg(0), s.num(0)], s.num(1), s.num(2)), [NaN]);
    expect([pick('lt'), pick('ne')]).toEqual([2, 1]);
  });

  it('substitute and renumber arguments', () => {
    const expr = s.sub(s.arg(0), s.arg(1));
    expect(evalScalar(s.substitute(expr, [s.arg(1), s.arg(0)]), [5, 7])).toBe(2);
    expect(s.argsOf(s.shiftArgs(expr, 3))).toEqual([3, 4]);
  });

  it('know the error function (Abramowitz & Stegun, table 7.1)', () => {
    expect(erf(0.5)).toBeCloseTo(0.520499877813046, 14);
    expect(erf(-1)).toBeCloseTo(-0.842700792949714, 14);
    expect(erf(2)).toBeCloseTo(0.995322265018952, 14);
    expect(erf(5.9)).toBeCloseTo(1, 15);
  });
});
