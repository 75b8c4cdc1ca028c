/**
 * Algebraic simplification of scalar expressions, bottom-up. Every rule keeps the value up to rounding for finite numbers, and keeps
 * NaN and infinities where they arise (`0 · x` stays). Constants move to the right and together, so that a chain of scales and shifts
 * becomes one multiplication and one addition.
 */
import { compareFunctions, evalScalar } from './scalar-eval.ts';
import * as s from './scalar-build.ts';
import { printScalar } from './scalar-text.ts';
import type { BinaryScalar, Scalar } from './scalar.ts';

/** The simplest expression that the rules find; the same object where none applies. */
export function simplifyScalar(expr: Scalar): Scalar {
  if (settled.has(expr)) return expr;
  const parts = s.partsOf(expr);
  const simpler = parts.map(simplifyScalar);
  const rebuilt = simpler.every((part, i) => part === parts[i]) ? expr : s.withParts(expr, simpler);
  const next = step(rebuilt);
  if (next !== rebuilt) return simplifyScalar(next);
  settled.add(rebuilt);
  return rebuilt;
}

/** Expressions to which no rule applies any more: they are immutable, and parts of larger ones. */
const settled = new WeakSet<Scalar>();

/** Number of operations and leaves: what limits fusion. */
export function scalarSize(expr: Scalar): number {
  return s.partsOf(expr).reduce((sum, part) => sum + scalarSize(part), 1);
}

function step(expr: Scalar): Scalar {
  const parts = s.partsOf(expr);
  if (parts.length > 0 && parts.every((part) => part.kind === 'const')) return s.num(evalScalar(expr, []));
  switch (expr.kind) {
    case 'const':
    case 'arg':
      return expr;
    case 'unary':
      // −(−x) → x
      return expr.op === 'neg' && expr.x.kind === 'unary' && expr.x.op === 'neg' ? expr.x.x : expr;
    case 'binary':
      return stepBinary(expr);
    case 'select':
      return stepSelect(expr);
  }
}

type Binary = Extract<Scalar, { kind: 'binary' }>;

function stepBinary(expr: Binary): Scalar {
  const { op, a, b } = expr;
  // c + x → x + c
  if (a.kind === 'const' && b.kind !== 'const' && op !== 'sub' && op !== 'div') return s.binary(op, b, a);
  if (b.kind === 'const') return withConstant(expr, a, b.value);
  // x + −y → x − y
  if (op === 'add' && b.kind === 'unary' && b.op === 'neg') return s.sub(a, b.x);
  // x − −y → x + y
  if (op === 'sub' && b.kind === 'unary' && b.op === 'neg') return s.add(a, b.x);
  // max(x, x) → x
  if ((op === 'max' || op === 'min') && same(a, b)) return a;
  return expr;
}

/** Rules for `x op c`. */
function withConstant(expr: Binary, x: Scalar, c: number): Scalar {
  switch (expr.op) {
    case 'sub': // x − c → x + (−c)
      return s.add(x, s.num(-c));
    case 'div': // x / c → x · (1/c), where the reciprocal is a normal number
      return Math.abs(c) > 1e-30 && Math.abs(c) < 1e30 ? s.mul(x, s.num(1 / c)) : expr;
    case 'add':
      return c === 0 ? x : together(expr, x, c, (first, second) => first + second);
    case 'mul':
      if (c === 1) return x;
      if (c === -1) return s.neg(x);
      return distributed(x, c) ?? together(expr, x, c, (first, second) => first * second);
    case 'min':
      return together(expr, x, c, Math.min);
    case 'max':
      return together(expr, x, c, Math.max);
  }
}

/** (x op c₁) op c₂ → x op (c₁ op c₂). */
function together(expr: Binary, x: Scalar, c: number, combine: (a: number, b: number) => number): Scalar {
  if (x.kind !== 'binary' || x.op !== expr.op || x.b.kind !== 'const') return expr;
  return s.binary(expr.op, x.a, s.num(combine(x.b.value, c)));
}

/** (x + c₁) · c₂ → x · c₂ + c₁ · c₂, one fused multiply-add; (−x) · c → x · (−c). */
function distributed(x: Scalar, c: number): Scalar | undefined {
  if (x.kind === 'unary' && x.op === 'neg') return s.mul(x.x, s.num(-c));
  if (x.kind !== 'binary' || x.op !== 'add' || x.b.kind !== 'const' || !Number.isFinite(c)) return undefined;
  return s.add(s.mul(x.a, s.num(c)), s.num(x.b.value * c));
}

type Select = Extract<Scalar, { kind: 'select' }>;

function stepSelect(expr: Select): Scalar {
  const { op, left, right, then, otherwise } = expr;
  if (left.kind === 'const' && right.kind === 'const')
    return compareFunctions[op](left.value, right.value) ? then : otherwise;
  if (same(then, otherwise)) return then;
  // x > 0 ? x : c·x → max(x, c·x) for 0 < c ≤ 1 (leaky ReLU)
  const positive = (op === 'gt' || op === 'ge') && right.kind === 'const' && right.value === 0;
  const slope = slopeOf(otherwise, left);
  if (positive && same(left, then) && slope > 0 && slope <= 1) return s.max(then, otherwise);
  return expr;
}

/** c where `expr` is c·x, else NaN. */
function slopeOf(expr: Scalar, x: Scalar): number {
  const scaled = expr.kind === 'binary' && expr.op === ('mul' satisfies BinaryScalar);
  return scaled && expr.b.kind === 'const' && same(expr.a, x) ? expr.b.value : NaN;
}

function same(a: Scalar, b: Scalar): boolean {
  return a === b || (a.kind === b.kind && printScalar(a) === printScalar(b));
}
