/** Scalar expressions that are affine in one argument: x · scale + shift, where scale and shift do not depend on it. */
import * as s from './scalar-build.ts';
import { simplifyScalar } from './scalar-simplify.ts';
import type { Scalar } from './scalar.ts';

export interface Affine {
  readonly scale: Scalar;
  readonly shift: Scalar;
}

/** `expr` as `arg(index) · scale + shift`, or undefined where it is not of that form. */
export function affineIn(expr: Scalar, index: number): Affine | undefined {
  const found = affine(expr, index);
  return found && { scale: simplifyScalar(found.scale), shift: simplifyScalar(found.shift) };
}

const zero = s.num(0);

function affine(expr: Scalar, index: number): Affine | undefined {
  if (!s.argsOf(expr).includes(index)) return { scale: zero, shift: expr };
  if (expr.kind === 'arg') return { scale: s.num(1), shift: zero };
  if (expr.kind === 'unary' && expr.op === 'neg') return mapped(affine(expr.x, index), s.neg);
  if (expr.kind !== 'binary') return undefined;
  const { op, a, b } = expr;
  const [left, right] = [affine(a, index), affine(b, index)];
  if (!left || !right) return undefined;
  if (op === 'add' || op === 'sub')
    return { scale: plus(op, left.scale, right.scale), shift: plus(op, left.shift, right.shift) };
  if (op === 'mul' && isZero(right.scale)) return mapped(left, (part) => times(part, b));
  if (op === 'mul' && isZero(left.scale)) return mapped(right, (part) => times(part, a));
  return op === 'div' && isZero(right.scale) ? mapped(left, (part) => over(part, b)) : undefined;
}

function mapped(affine: Affine | undefined, f: (part: Scalar) => Scalar): Affine | undefined {
  return affine && { scale: f(affine.scale), shift: f(affine.shift) };
}

function isZero(expr: Scalar): boolean {
  return expr.kind === 'const' && expr.value === 0;
}

/** Zeros here say "no such part", so they vanish even where `0 · x` of a person's expression would stay. */
function times(part: Scalar, factor: Scalar): Scalar {
  return isZero(part) ? part : s.mul(part, factor);
}

function over(part: Scalar, divisor: Scalar): Scalar {
  return isZero(part) ? part : s.div(part, divisor);
}

function plus(op: 'add' | 'sub', a: Scalar, b: Scalar): Scalar {
  if (isZero(b)) return a;
  if (isZero(a)) return op === 'add' ? b : s.neg(b);
  return s.binary(op, a, b);
}
