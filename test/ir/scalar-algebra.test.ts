/** Simplification and affine form of scalar expressions keep their value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineIn } from '../../src/compiler/ir/scalar-affine.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { evalScalar } from '../../src/compiler/ir/scalar-eval.ts';
import { scalarSize, simplifyScalar } from '../../src/compiler/ir/scalar-simplify.ts';
import { parseScalar, printScalar } from '../../src/compiler/ir/scalar-text.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';

/** Eighths, so that sums and products are exact and only divisions round. */
const eighths = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);

const expressions: fc.Arbitrary<Scalar> = fc.letrec<{ expr: Scalar }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    eighths.map(s.num),
    fc.nat(2).map(s.arg),
    fc.tuple(fc.constantFrom('neg', 'abs', 'floor' as const), tie('expr')).map(([op, x]) => s.unary(op, x)),
    fc
      .tuple(fc.constantFrom('add', 'sub', 'mul', 'div', 'min', 'max' as const), tie('expr'), tie('expr'))
      .map(([op, a, b]) => s.binary(op, a, b)),
    fc
      .tuple(
        fc.constantFrom('lt', 'ge', 'eq' as const),
        fc.array(tie('expr'), { minLength: 4, maxLength: 4 }),
      )
      .map(([op, [a, b, c, d]]) => s.select(op, [a as Scalar, b as Scalar], c as Scalar, d as Scalar)),
  ),
})).expr;

/** No division and no jump: rounding cannot be magnified into another branch. */
const smooth = expressions.filter((expr) => !/floor|[/?]/.test(printScalar(expr)));

const simplified = (text: string): string => printScalar(simplifyScalar(parseScalar(text)));

describe('simplification', () => {
  it('keeps the value', () => {
    fc.assert(
      fc.property(smooth, fc.tuple(eighths, eighths, eighths), (expr, args) => {
        const [before, after] = [evalScalar(expr, args), evalScalar(simplifyScalar(expr), args)];
        expect(Math.abs(before - after)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(before)));
      }),
      { numRuns: 500 },
    );
  });

  it('never makes an expression larger, and settles', () => {
    fc.assert(
      fc.property(expressions, (expr) => {
        const once = simplifyScalar(expr);
        // (x + a) · b → x · b + a · b adds no operation: the constants are folded.
        expect(scalarSize(once)).toBeLessThanOrEqual(scalarSize(expr));
        expect(simplifyScalar(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['($0 * 0.5 - 1) / 4', '$0 * 0.125 + -0.25'],
    ['max(max($0, 0), 0)', 'max($0, 0)'],
    ['$0 > 0 ? $0 : 0.1 * $0', 'max($0, $0 * 0.1)'],
    ['min(max(0, $0), 6)', 'min(max($0, 0), 6)'],
    ['$0 - -$1', '$0 + $1'],
    ['0 * $0', '$0 * 0'],
    ['$0 > 0 ? $0 : 0', '$0 > 0 ? $0 : 0'],
  ])('%s → %s', (before, after) => {
    expect(simplified(before)).toBe(after);
  });
});

describe('affine form', () => {
  it('is x · scale + shift', () => {
    fc.assert(
      fc.property(smooth, fc.tuple(eighths, eighths, eighths), (expr, args) => {
        const affine = affineIn(expr, 0);
        if (!affine) return;
        expect(s.argsOf(affine.scale)).not.toContain(0);
        expect(s.argsOf(affine.shift)).not.toContain(0);
        const value = args[0] * evalScalar(affine.scale, args) + evalScalar(affine.shift, args);
        expect(Math.abs(value - evalScalar(expr, args))).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(value)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('finds scale and shift of a batch normalisation', () => {
    const affine = affineIn(parseScalar('($0 - $1) * ($2 / sqrt($3 + 0.001)) + $4'), 0);
    expect(affine && printScalar(affine.scale)).toBe('$2 / sqrt($3 + 0.001)');
    expect(affine && printScalar(affine.shift)).toBe('-$1 * ($2 / sqrt($3 + 0.001)) + $4');
  });

  it.each(['max($0, 0)', '$0 * $0', '1 / $0', 'tanh($0)'])('%s has none', (text) => {
    expect(affineIn(parseScalar(text), 0)).toBeUndefined();
  });
});
