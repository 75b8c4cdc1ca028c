/**
 * Evaluates the conditions of a `test`: comparisons of outputs with constants. Two numbers are equal where they differ by less
 * than 1e-4 of their size (or of 1), because programs round differently.
 */
import type { BinaryExpr, CallExpr, Expr } from '../../compiler/1-parse/ast.ts';
import type { Span } from '../../compiler/1-parse/source.ts';
import { isList, isThing, show, type Value } from './values.ts';

export type Scope = Readonly<Record<string, Value>>;

/** A condition that makes no sense for what is there. */
export class CannotCompare extends Error {
  override readonly name = 'CannotCompare';
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

export interface Verdict {
  readonly holds: boolean;
  /** The part that decided: where, and what was found there. */
  readonly span: Span;
  readonly found: string;
}

/** Whether `condition`, and what stands behind its `with`, hold. Throws `CannotCompare`. */
export function judge(condition: Expr, probability: Expr | undefined, scope: Scope): Verdict {
  const first = verdict(condition, scope);
  if (!first.holds || !probability) return first;
  return verdict(probability, { ...scope, ...probabilitiesOf(condition, scope) });
}

function verdict(expr: Expr, scope: Scope): Verdict {
  if (expr.kind === 'binary' && expr.op === 'and') {
    const left = verdict(expr.left, scope);
    return left.holds ? verdict(expr.right, scope) : left;
  }
  const value = evaluate(expr, scope);
  if (typeof value !== 'boolean')
    throw new CannotCompare(`a condition is true or false, but this is ${show(value)}`, expr.span);
  const seen = expr.kind === 'binary' && expr.op !== 'or' ? evaluate(expr.left, scope) : value;
  return { holds: value, span: expr.span, found: show(seen) };
}

/** `p`, `probability` and `score` of what the condition compares. */
function probabilitiesOf(condition: Expr, scope: Scope): Scope {
  let subject = condition;
  while (subject.kind === 'binary' || subject.kind === 'member')
    subject = subject.kind === 'binary' ? subject.left : subject.object;
  const value = evaluate(subject, scope);
  const p = isThing(value) ? (value.fields['p'] ?? value.fields['score']) : undefined;
  if (p === undefined)
    throw new CannotCompare(
      `${show(value)} has no probability: \`with\` is for labels and boxes`,
      subject.span,
    );
  return { p, probability: p, score: p };
}

/** The value of an expression over outputs. Throws `CannotCompare`. */
export function evaluate(expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'bool':
      return expr.value;
    case 'list':
    case 'tuple':
      return expr.items.map((item) => evaluate(item, scope));
    case 'name':
      return scope[expr.name] ?? unknownName(expr.name, scope, expr.span);
    case 'member':
      return member(evaluate(expr.object, scope), expr.member.name, expr.span);
    case 'index':
      return element(evaluate(expr.object, scope), number(expr.index, scope), expr.span);
    case 'unary':
      return expr.op === 'not' ? !bool(expr.operand, scope) : -number(expr.operand, scope);
    case 'binary':
      return binary(expr, scope);
    case 'call':
      return call(expr, scope);
    default:
      throw new CannotCompare('a test compares values; this is not one', expr.span);
  }
}

function unknownName(name: string, scope: Scope, span: Span): never {
  throw new CannotCompare(`there is no ${name} here, only ${Object.keys(scope).join(', ')}`, span);
}

function member(value: Value, name: string, span: Span): Value {
  const items = isThing(value) ? value.items : isList(value) ? value : undefined;
  const found = isThing(value) ? value.fields[name] : undefined;
  if (found !== undefined) return found;
  if (items && (name === 'count' || name === 'length')) return items.length;
  const known = [
    ...(isThing(value) ? Object.keys(value.fields).slice(0, 8) : []),
    ...(items ? ['count'] : []),
  ];
  throw new CannotCompare(
    `${show(value)} has no ${name}${known.length > 0 ? `, only ${known.join(', ')}` : ''}`,
    span,
  );
}

/** Negative indices count from the end, as everywhere in the language. */
function element(value: Value, index: number, span: Span): Value {
  const items = isThing(value) ? value.items : isList(value) ? value : undefined;
  const found = items?.at(index);
  if (found !== undefined) return found;
  const why = items ? `it has ${items.length} entries` : 'it is no list';
  throw new CannotCompare(`${show(value)} has no entry ${index}: ${why}`, span);
}

function binary(expr: BinaryExpr, scope: Scope): Value {
  const { op, left, right } = expr;
  if (op === 'and') return bool(left, scope) && bool(right, scope);
  if (op === 'or') return bool(left, scope) || bool(right, scope);
  if (op === '==' || op === '!=') {
    const same =
      right.kind === 'range'
        ? within(number(left, scope), number(right.from, scope), number(right.to, scope))
        : equal(evaluate(left, scope), evaluate(right, scope));
    return same === (op === '==');
  }
  return arithmetic[op](number(left, scope), number(right, scope));
}

const within = (x: number, from: number, to: number): boolean => from <= x && x <= to;

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '^': (a: number, b: number) => a ** b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
};

function equal(a: Value, b: Value): boolean {
  const [x, y] = [plain(a), plain(b)];
  if (typeof x === 'number' && typeof y === 'number')
    return x === y || Math.abs(x - y) <= 1e-4 * Math.max(1, Math.abs(y));
  if (Array.isArray(x) && Array.isArray(y))
    return x.length === y.length && x.every((item: Value, i) => equal(item, y[i] as Value));
  return x === y;
}

/** What a thing is compared as. */
function plain(value: Value): Value {
  return isThing(value) ? (value.self ?? value.items ?? value) : value;
}

function number(expr: Expr, scope: Scope): number {
  const value = evaluate(expr, scope);
  if (typeof value === 'number') return value;
  throw new CannotCompare(`a number is expected, but this is ${show(value)}`, expr.span);
}

function bool(expr: Expr, scope: Scope): boolean {
  const value = evaluate(expr, scope);
  if (typeof value === 'boolean') return value;
  throw new CannotCompare(`a condition is true or false, but this is ${show(value)}`, expr.span);
}

const functions: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  abs: ([x = NaN]) => Math.abs(x),
  sqrt: ([x = NaN]) => Math.sqrt(x),
  sum: (all) => all.reduce((a, b) => a + b, 0),
  mean: (all) => all.reduce((a, b) => a + b, 0) / all.length,
  min: (all) => all.reduce((a, b) => Math.min(a, b), Infinity),
  max: (all) => all.reduce((a, b) => Math.max(a, b), -Infinity),
  argmax: (all) => all.reduce((best, x, i) => (x > (all[best] ?? -Infinity) ? i : best), 0),
  count: (all) => all.length,
};

/** `max(y)`, `abs(y[0] - 2)`: over all numbers of the arguments. */
function call({ callee, args, span }: CallExpr, scope: Scope): Value {
  const name = callee.kind === 'name' ? callee.name : '';
  const compute = functions[name];
  if (!compute) {
    const known = Object.keys(functions).join(', ');
    throw new CannotCompare(`a test has no function ${name}, only ${known}`, span);
  }
  const values = args.map((arg) => evaluate(arg.value, scope));
  if (name === 'count') return member(values[0] ?? [], 'count', span);
  return compute(values.flatMap((value) => numbers(value, span)));
}

function numbers(value: Value, span: Span): readonly number[] {
  if (typeof value === 'number') return [value];
  if (isList(value)) return value.flatMap((item) => numbers(item, span));
  throw new CannotCompare(`numbers are expected, but this is ${show(value)}`, span);
}
