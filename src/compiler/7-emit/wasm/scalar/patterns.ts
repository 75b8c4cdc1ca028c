/**
 * Recognises the shapes of scalar expressions that are one pmax or pmin: ReLU, clamps, leaky ReLU, written with max, min or a
 * comparison. wasm: pmax(a, b) = a < b ? b : a, pmin(a, b) = b < a ? b : a; either gives `a` when a comparison meets NaN.
 */
import type { Scalar } from '../../../ir/scalar.ts';

export interface Extremum {
  readonly op: 'pmax' | 'pmin';
  readonly a: Scalar;
  readonly b: Scalar;
}

/** The expression as one pmax or pmin that passes a NaN on as the expression does; undefined where it is none. */
export function asExtremum(expr: Scalar): Extremum | undefined {
  if (expr.kind === 'binary' && (expr.op === 'max' || expr.op === 'min')) {
    const op = expr.op === 'max' ? 'pmax' : 'pmin';
    // The operand that may be NaN stands first.
    if (isNumber(expr.b)) return { op, a: expr.a, b: expr.b };
    if (isNumber(expr.a)) return { op, a: expr.b, b: expr.a };
    if (isScaled(expr.b, expr.a)) return { op, a: expr.a, b: expr.b };
    if (isScaled(expr.a, expr.b)) return { op, a: expr.b, b: expr.a };
  }
  return expr.kind === 'select' ? (selectedExtremum(expr) ?? leaky(expr)) : undefined;
}

/**
 * Whether f(pmax(x, y)) = pmax(f(x), f(y)), a NaN included, where f is the expression of arg 0: it rises and passes a NaN on. `isFixed` says which
 * other arguments are the same number for x and y.
 */
export function keepsOrder(expr: Scalar, isFixed: (arg: number) => boolean): boolean {
  const rises = (part: Scalar): boolean => keepsOrder(part, isFixed);
  if (expr.kind === 'arg') return expr.index === 0;
  const extremum = asExtremum(expr);
  if (extremum) {
    const { a, b } = extremum;
    return rises(a) && (isNumber(b) || (b.kind === 'arg' && b.index > 0 && isFixed(b.index)) || rises(b));
  }
  if (expr.kind !== 'binary' || expr.op !== 'mul') return false;
  const [factor, scaled] =
    expr.a.kind === 'const' ? [expr.a.value, expr.b] : [constantOf(expr.b) ?? 0, expr.a];
  return factor > 0 && Number.isFinite(factor) && rises(scaled);
}

/** The value of a constant. */
export function constantOf(expr: Scalar): number | undefined {
  return expr.kind === 'const' ? expr.value : undefined;
}

export function sameScalar(a: Scalar, b: Scalar): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

type Select = Extract<Scalar, { readonly kind: 'select' }>;

/** l > r ? l : r and its kin: then and otherwise are the two compared values. */
function selectedExtremum({ op, left, right, then, otherwise }: Select): Extremum | undefined {
  const greater = op === 'gt' || op === 'ge';
  if (!greater && op !== 'lt' && op !== 'le') return undefined;
  if (sameScalar(then, left) && sameScalar(otherwise, right))
    return { op: greater ? 'pmax' : 'pmin', a: right, b: left };
  if (sameScalar(then, right) && sameScalar(otherwise, left))
    return { op: greater ? 'pmin' : 'pmax', a: left, b: right };
  return undefined;
}

/** x > 0 ? x : c · x with c > 0: the larger of the two if c ≤ 1, else the smaller. */
function leaky({ op, left, right, then, otherwise }: Select): Extremum | undefined {
  if ((op !== 'gt' && op !== 'ge') || constantOf(right) !== 0 || !sameScalar(left, then)) return undefined;
  const slope = slopeOf(otherwise, then);
  if (slope === undefined || slope <= 0) return undefined;
  return { op: slope <= 1 ? 'pmax' : 'pmin', a: then, b: otherwise };
}

/** c where `expr` is c · x. */
function slopeOf(expr: Scalar, x: Scalar): number | undefined {
  if (expr.kind !== 'binary' || expr.op !== 'mul') return undefined;
  if (sameScalar(expr.a, x)) return constantOf(expr.b);
  return sameScalar(expr.b, x) ? constantOf(expr.a) : undefined;
}

/** True where `expr` is a finite, non-zero multiple of x, so that it is NaN exactly when x is. */
function isScaled(expr: Scalar, x: Scalar): boolean {
  const slope = slopeOf(expr, x);
  return slope !== undefined && Number.isFinite(slope) && slope !== 0;
}

function isNumber(expr: Scalar): boolean {
  return expr.kind === 'const' && !Number.isNaN(expr.value);
}
