/**
 * Constructors of scalar expressions, meant to be imported as `s`: `s.max(s.arg(0), s.num(0))` is ReLU.
 * They build exactly what is written (no folding), so a printed expression reads like the operator's file.
 */
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from './scalar.ts';

export const num = (value: number): Scalar => ({ kind: 'const', value });
/** The i-th operand; in an epilogue 0 is the accumulated value. */
export const arg = (index: number): Scalar => ({ kind: 'arg', index });

export const unary = (op: UnaryScalar, x: Scalar): Scalar => ({ kind: 'unary', op, x });
export const neg = (x: Scalar): Scalar => unary('neg', x);
export const abs = (x: Scalar): Scalar => unary('abs', x);
export const sqrt = (x: Scalar): Scalar => unary('sqrt', x);
export const exp = (x: Scalar): Scalar => unary('exp', x);
export const log = (x: Scalar): Scalar => unary('log', x);
export const tanh = (x: Scalar): Scalar => unary('tanh', x);
export const erf = (x: Scalar): Scalar => unary('erf', x);

export const binary = (op: BinaryScalar, a: Scalar, b: Scalar): Scalar => ({ kind: 'binary', op, a, b });
export const add = (a: Scalar, b: Scalar): Scalar => binary('add', a, b);
export const sub = (a: Scalar, b: Scalar): Scalar => binary('sub', a, b);
export const mul = (a: Scalar, b: Scalar): Scalar => binary('mul', a, b);
export const div = (a: Scalar, b: Scalar): Scalar => binary('div', a, b);
export const min = (a: Scalar, b: Scalar): Scalar => binary('min', a, b);
export const max = (a: Scalar, b: Scalar): Scalar => binary('max', a, b);

/** `left op right ? then : otherwise`. */
export const select = (
  op: CompareScalar,
  [left, right]: readonly [Scalar, Scalar],
  then: Scalar,
  otherwise: Scalar,
): Scalar => ({ kind: 'select', op, left, right, then, otherwise });

/** The operands of the expression's immediate parts, in order. */
export function partsOf(expr: Scalar): readonly Scalar[] {
  switch (expr.kind) {
    case 'const':
    case 'arg':
      return [];
    case 'unary':
      return [expr.x];
    case 'binary':
      return [expr.a, expr.b];
    case 'select':
      return [expr.left, expr.right, expr.then, expr.otherwise];
  }
}

/** The same expression with its immediate parts replaced by `parts` (as many as `partsOf` gives). */
export function withParts(expr: Scalar, parts: readonly Scalar[]): Scalar {
  const [a = expr, b = expr, c = expr, d = expr] = parts;
  switch (expr.kind) {
    case 'const':
    case 'arg':
      return expr;
    case 'unary':
      return unary(expr.op, a);
    case 'binary':
      return binary(expr.op, a, b);
    case 'select':
      return select(expr.op, [a, b], c, d);
  }
}

/** Replaces `arg i` by `args[i]`; an argument without a replacement stays. */
export function substitute(expr: Scalar, args: readonly (Scalar | undefined)[]): Scalar {
  if (expr.kind === 'arg') return args[expr.index] ?? expr;
  return withParts(
    expr,
    partsOf(expr).map((part) => substitute(part, args)),
  );
}

/** Renumbers: `arg i` becomes `arg (i + by)`. */
export function shiftArgs(expr: Scalar, by: number): Scalar {
  if (expr.kind === 'arg') return arg(expr.index + by);
  return withParts(
    expr,
    partsOf(expr).map((part) => shiftArgs(part, by)),
  );
}

/** The indices of the arguments that occur, ascending. */
export function argsOf(expr: Scalar): readonly number[] {
  if (expr.kind === 'arg') return [expr.index];
  return [...new Set(partsOf(expr).flatMap(argsOf))].sort((a, b) => a - b);
}

/** True for a value that is a scalar expression (attributes hold plain data of many kinds). */
export function isScalar(value: unknown): value is Scalar {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
  return kind === 'const' || kind === 'arg' || kind === 'unary' || kind === 'binary' || kind === 'select';
}
