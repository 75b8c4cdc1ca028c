/**
 * Evaluates scalar expressions in double precision: the oracle against which every target's code is tested.
 * `compileScalar` turns an expression into a closure once, because the oracle runs it for every element of a tensor.
 */
import { unreachable } from '../diagnostics/internal.ts';
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from './scalar.ts';

export type ScalarFunction = (args: ArrayLike<number>) => number;

/** The value of `expr` where `arg i` is `args[i]` (NaN for a missing argument). */
export function evalScalar(expr: Scalar, args: ArrayLike<number>): number {
  return compileScalar(expr)(args);
}

/** `single`: constants and every operation are rounded to single precision, as code without fused operations computes them. */
export type Precision = 'double' | 'single';

export function compileScalar(expr: Scalar, precision: Precision = 'double'): ScalarFunction {
  const compiled = compilePart(expr, precision);
  if (precision === 'double' || expr.kind === 'arg' || expr.kind === 'select') return compiled;
  return (args) => Math.fround(compiled(args));
}

function compilePart(expr: Scalar, precision: Precision): ScalarFunction {
  const compile = (part: Scalar): ScalarFunction => compileScalar(part, precision);
  switch (expr.kind) {
    case 'const': {
      const { value } = expr;
      return () => value;
    }
    case 'arg': {
      const { index } = expr;
      return (args) => args[index] ?? NaN;
    }
    case 'unary': {
      const f = unaryFunctions[expr.op];
      const x = compile(expr.x);
      return (args) => f(x(args));
    }
    case 'binary': {
      const f = binaryFunctions[expr.op];
      const [a, b] = [compile(expr.a), compile(expr.b)];
      return (args) => f(a(args), b(args));
    }
    case 'select': {
      const holds = compareFunctions[expr.op];
      const [left, right] = [compile(expr.left), compile(expr.right)];
      const [then, otherwise] = [compile(expr.then), compile(expr.otherwise)];
      return (args) => (holds(left(args), right(args)) ? then(args) : otherwise(args));
    }
    default:
      return unreachable(expr);
  }
}

export const unaryFunctions: Readonly<Record<UnaryScalar, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  erf,
};

export const binaryFunctions: Readonly<Record<BinaryScalar, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
};

export const compareFunctions: Readonly<Record<CompareScalar, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
};

/**
 * The error function to double precision: erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz & Stegun 7.1.6; all terms of
 * one sign, so nothing cancels). Beyond 6 it is 1 to the last bit.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
