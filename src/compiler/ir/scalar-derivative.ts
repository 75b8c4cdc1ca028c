/**
 * Symbolic derivative of scalar expressions, with the few simplifications that keep results readable (0 · x, 1 · x, x + 0). At a kink
 * the derivative is that of the branch which `select`, `max` and `min` take; |x| has slope 0 at 0; steps (floor, ceil) have slope 0.
 */
import { unreachable } from '../diagnostics/internal.ts';
import type { Scalar } from './scalar.ts';
import * as s from './scalar-build.ts';

/** d expr / d (arg index). */
export function differentiateScalar(expr: Scalar, index: number): Scalar {
  switch (expr.kind) {
    case 'const':
      return s.num(0);
    case 'arg':
      return s.num(expr.index === index ? 1 : 0);
    case 'unary':
      return times(slopeOf(expr), differentiateScalar(expr.x, index));
    case 'binary':
      return ofBinary(expr, differentiateScalar(expr.a, index), differentiateScalar(expr.b, index));
    case 'select': {
      const then = differentiateScalar(expr.then, index);
      const otherwise = differentiateScalar(expr.otherwise, index);
      return pick(expr.op, [expr.left, expr.right], then, otherwise);
    }
    default:
      return unreachable(expr);
  }
}

/** d op(x) / d x. */
function slopeOf(expr: Scalar & { kind: 'unary' }): Scalar {
  const { x } = expr;
  switch (expr.op) {
    case 'neg':
      return s.num(-1);
    case 'abs':
      return s.select('gt', [x, s.num(0)], s.num(1), s.select('lt', [x, s.num(0)], s.num(-1), s.num(0)));
    case 'sqrt':
      return s.div(s.num(0.5), expr);
    case 'floor':
    case 'ceil':
      return s.num(0);
    case 'exp':
      return expr;
    case 'log':
      return s.div(s.num(1), x);
    case 'tanh':
      return s.sub(s.num(1), s.mul(expr, expr));
    case 'erf':
      return s.mul(s.num(2 / Math.sqrt(Math.PI)), s.exp(s.neg(s.mul(x, x))));
    default:
      return unreachable(expr.op);
  }
}

function ofBinary({ op, a, b }: Scalar & { kind: 'binary' }, da: Scalar, db: Scalar): Scalar {
  switch (op) {
    case 'add':
      return plus(da, db);
    case 'sub':
      return isNumber(db, 0) ? da : isNumber(da, 0) ? times(s.num(-1), db) : s.sub(da, db);
    case 'mul':
      return plus(times(da, b), times(a, db));
    case 'div':
      // (a / b)' = (a' − (a / b) · b') / b
      return isNumber(db, 0) ? over(da, b) : s.div(s.sub(da, times(s.div(a, b), db)), b);
    case 'max':
      return pick('ge', [a, b], da, db);
    case 'min':
      return pick('le', [a, b], da, db);
    default:
      return unreachable(op);
  }
}

function isNumber(expr: Scalar, value: number): boolean {
  return expr.kind === 'const' && expr.value === value;
}

function plus(a: Scalar, b: Scalar): Scalar {
  if (isNumber(a, 0)) return b;
  return isNumber(b, 0) ? a : s.add(a, b);
}

function times(a: Scalar, b: Scalar): Scalar {
  if (isNumber(a, 0) || isNumber(b, 0)) return s.num(0);
  if (isNumber(a, 1)) return b;
  if (a.kind === 'const' && b.kind === 'const') return s.num(a.value * b.value);
  return isNumber(b, 1) ? a : s.mul(a, b);
}

function over(a: Scalar, b: Scalar): Scalar {
  return isNumber(a, 0) ? a : s.div(a, b);
}

function pick(
  op: (Scalar & { kind: 'select' })['op'],
  sides: readonly [Scalar, Scalar],
  then: Scalar,
  otherwise: Scalar,
): Scalar {
  const same = then.kind === 'const' && isNumber(otherwise, then.value);
  return same ? then : s.select(op, sides, then, otherwise);
}
