/**
 * The text of scalar expressions, as they stand between backticks in the graph's text form: `max($0, 0)`, `$0 * 0.5 + $1`,
 * `$0 > 0 ? $0 : 0.1 * $0`. `$i` is argument i. Printing and parsing are inverse to each other: grouping is kept exactly.
 */
import { unreachable } from '../diagnostics/internal.ts';
import { cursorOn, type Cursor } from './cursor.ts';
import * as s from './scalar-build.ts';
import type { BinaryScalar, CompareScalar, Scalar, UnaryScalar } from './scalar.ts';

const infix = { add: '+', sub: '-', mul: '*', div: '/' } as const;
const comparisons: Readonly<Record<CompareScalar, string>> = {
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  eq: '==',
  ne: '!=',
};
const functions: readonly UnaryScalar[] = ['abs', 'sqrt', 'floor', 'ceil', 'exp', 'log', 'tanh', 'erf'];

/** How tightly the text of an expression binds: 0 select, 1 sum, 2 product, 3 anything closed. */
function tightness(expr: Scalar): number {
  if (expr.kind === 'select') return 0;
  if (expr.kind === 'unary') return expr.op === 'neg' ? 2 : 3;
  if (expr.kind === 'const') return expr.value < 0 || Object.is(expr.value, -0) ? 2 : 3;
  if (expr.kind !== 'binary') return 3;
  return expr.op === 'add' || expr.op === 'sub' ? 1 : expr.op === 'mul' || expr.op === 'div' ? 2 : 3;
}

/** The expression as text. */
export function printScalar(expr: Scalar): string {
  switch (expr.kind) {
    case 'const':
      return printNumber(expr.value);
    case 'arg':
      return `$${expr.index}`;
    case 'unary':
      return expr.op === 'neg' ? `-${closed(expr.x)}` : `${expr.op}(${printScalar(expr.x)})`;
    case 'binary':
      return printBinary(expr.op, expr.a, expr.b);
    case 'select': {
      const condition = `${within(expr.left, 1)} ${comparisons[expr.op]} ${within(expr.right, 1)}`;
      return `${condition} ? ${within(expr.then, 1)} : ${printScalar(expr.otherwise)}`;
    }
    default:
      return unreachable(expr);
  }
}

/** A number so that it reads back exactly, minus zero and the non-finite included. */
export function printNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Sums and products group to the left: a right operand of the same tightness needs brackets. */
function printBinary(op: BinaryScalar, a: Scalar, b: Scalar): string {
  if (op === 'min' || op === 'max') return `${op}(${printScalar(a)}, ${printScalar(b)})`;
  const level = op === 'add' || op === 'sub' ? 1 : 2;
  return `${within(a, level)} ${infix[op]} ${within(b, level + 1)}`;
}

function within(expr: Scalar, least: number): string {
  return tightness(expr) >= least ? printScalar(expr) : `(${printScalar(expr)})`;
}

/** The operand of a minus sign: numbers get brackets, because `-3` is the constant. */
function closed(expr: Scalar): string {
  return expr.kind === 'const' ? `(${printScalar(expr)})` : within(expr, 3);
}

/** Reads what `printScalar` writes. */
export function parseScalar(text: string): Scalar {
  const cursor = cursorOn(text);
  const expr = readSelect(cursor);
  return cursor.sees(/[^]/) ? cursor.fail('unexpected text after the expression') : expr;
}

function readSelect(cursor: Cursor): Scalar {
  const left = readSum(cursor);
  const symbol = cursor.take(/[<>]=?|[=!]=/);
  if (symbol === undefined) return left;
  const op =
    (Object.keys(comparisons) as CompareScalar[]).find((name) => comparisons[name] === symbol) ?? 'eq';
  const right = readSum(cursor);
  cursor.expect(/\?/, '?');
  const then = readSum(cursor);
  cursor.expect(/:/, ':');
  return s.select(op, [left, right], then, readSelect(cursor));
}

function readSum(cursor: Cursor): Scalar {
  let expr = readProduct(cursor);
  for (let sign = cursor.take(/[+-]/); sign; sign = cursor.take(/[+-]/))
    expr = s.binary(sign === '+' ? 'add' : 'sub', expr, readProduct(cursor));
  return expr;
}

function readProduct(cursor: Cursor): Scalar {
  let expr = readPrimary(cursor);
  for (let sign = cursor.take(/[*/]/); sign; sign = cursor.take(/[*/]/))
    expr = s.binary(sign === '*' ? 'mul' : 'div', expr, readPrimary(cursor));
  return expr;
}

/** Numbers of the text form. */
export const numberPattern = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity|NaN)\b/;

function readPrimary(cursor: Cursor): Scalar {
  const number = cursor.take(numberPattern);
  if (number !== undefined) return s.num(Number(number));
  if (cursor.take(/-/)) return s.neg(readPrimary(cursor));
  const arg = cursor.take(/\$\d+/);
  if (arg !== undefined) return s.arg(Number(arg.slice(1)));
  if (cursor.take(/\(/)) return readClosed(cursor);
  return readCall(cursor, cursor.expect(/[a-z]+/, 'an operand'));
}

function readClosed(cursor: Cursor): Scalar {
  const inner = readSelect(cursor);
  cursor.expect(/\)/, ')');
  return inner;
}

function readCall(cursor: Cursor, name: string): Scalar {
  cursor.expect(/\(/, '(');
  if (name === 'min' || name === 'max') {
    const a = readSelect(cursor);
    cursor.expect(/,/, ',');
    return s.binary(name, a, readClosed(cursor));
  }
  const op = functions.find((known) => known === name) ?? cursor.fail(`no scalar function ${name}`);
  return s.unary(op, readClosed(cursor));
}
