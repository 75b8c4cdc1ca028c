/**
 * Evaluates the conditions of a `test`, which the checker has found to make sense: comparisons of outputs with constants. Two
 * numbers are equal where they differ by less than 1e-4 of their size (or of 1), because programs round differently.
 */
import type { BinaryExpr, CallExpr, Expr, IndexExpr } from '../../compiler/1-parse/ast.ts';
import type { Span } from '../../compiler/1-parse/source.ts';
import { subjectOf, testFunctions, type Value as Constant } from '../../compiler/3-check/index.ts';
import { internal } from '../../compiler/diagnostics/internal.ts';
import { constantValue, isList, isThing, show, type Value } from './values.ts';

/** What names stand for. */
export interface Scope {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly constant: (expr: Expr) => Constant;
}

export interface Verdict {
  readonly holds: boolean;
  /** The part that decided: where, and what was found there. */
  readonly span: Span;
  readonly found: string;
}

/** Whether `condition`, and what stands behind its `with`, hold. An entry that the run did not make holds nothing. */
export function judge(condition: Expr, probability: Expr | undefined, scope: Scope): Verdict {
  try {
    const first = verdict(condition, scope);
    if (!first.holds || !probability) return first;
    return verdict(probability, {
      ...scope,
      outputs: { ...scope.outputs, ...probabilityOf(condition, scope) },
    });
  } catch (error) {
    if (!(error instanceof NoEntry)) throw error;
    return { holds: false, span: error.span, found: error.message };
  }
}

/** A list is shorter in this run than the condition needs. */
class NoEntry extends Error {
  override readonly name = 'NoEntry';
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

function verdict(expr: Expr, scope: Scope): Verdict {
  if (expr.kind === 'binary' && expr.op === 'and') {
    const left = verdict(expr.left, scope);
    return left.holds ? verdict(expr.right, scope) : left;
  }
  const holds = bool(expr, scope);
  const seen = expr.kind === 'binary' && expr.op !== 'or' ? evaluate(expr.left, scope) : holds;
  return { holds, span: expr.span, found: show(seen) };
}

/** `p`, `probability` and `score` of what the condition compares. */
function probabilityOf(condition: Expr, scope: Scope): Scope['outputs'] {
  const subject = subjectOf(condition);
  const value = evaluate(subject, scope);
  const p = isThing(value) ? (value.fields['p'] ?? value.fields['score']) : undefined;
  return p === undefined ? unchecked(subject) : { p, probability: p, score: p };
}

/** The checker lets nothing through that has no value. */
function unchecked({ kind }: Expr): never {
  return internal(`a ${kind} of a test has no value`);
}

/** The value of an expression over outputs. */
function evaluate(expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'bool':
      return expr.value;
    case 'list':
    case 'tuple':
      return expr.items.map((item) => evaluate(item, scope));
    case 'name':
      return scope.outputs[expr.name] ?? constantValue(scope.constant(expr)) ?? unchecked(expr);
    case 'member':
      return member(evaluate(expr.object, scope), expr.member.name) ?? unchecked(expr);
    case 'index':
      return entry(expr, scope);
    case 'unary':
      return expr.op === 'not' ? !bool(expr.operand, scope) : -number(expr.operand, scope);
    case 'binary':
      return binary(expr, scope);
    case 'call':
      return call(expr, scope);
    default:
      return unchecked(expr);
  }
}

const entriesOf = (value: Value): readonly Value[] | undefined =>
  isThing(value) ? value.items : isList(value) ? value : undefined;

function member(value: Value, name: string): Value | undefined {
  const found = isThing(value) ? value.fields[name] : undefined;
  return found ?? entriesOf(value)?.length;
}

/** Negative indices count from the end, as everywhere in the language. */
function entry({ object, index, span }: IndexExpr, scope: Scope): Value {
  const entries = entriesOf(evaluate(object, scope)) ?? unchecked(object);
  const found = entries.at(number(index, scope));
  if (found !== undefined) return found;
  throw new NoEntry(entries.length === 1 ? 'only one entry' : `${entries.length} entries`, span);
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
  return typeof value === 'number' ? value : unchecked(expr);
}

function bool(expr: Expr, scope: Scope): boolean {
  const value = evaluate(expr, scope);
  return typeof value === 'boolean' ? value : unchecked(expr);
}

/** `max(y)`, `abs(y[0] - 2)`: over all numbers of the arguments. */
function call(expr: CallExpr, scope: Scope): Value {
  const { callee, args } = expr;
  const called = callee.kind === 'name' ? testFunctions[callee.name] : undefined;
  if (!called) return unchecked(expr);
  const values = args.map((arg) => evaluate(arg.value, scope));
  if (called.takes === 'one list') return entriesOf(values[0] ?? [])?.length ?? unchecked(expr);
  return called.compute(values.flatMap(numbers));
}

function numbers(value: Value): readonly number[] {
  if (isList(value)) return value.flatMap(numbers);
  return typeof value === 'number' ? [value] : [];
}
