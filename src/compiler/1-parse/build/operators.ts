/**
 * Precedence: makes a tree of the flat `operation` of the grammar, by precedence climbing (Pratt 1973). From loosest to tightest:
 * `..`, `or`, `and`, `not`, comparisons, `+ -`, `* / %`, unary `-`, `^` (to the right). So `-2^2` is -4 and `2^-1` is a half.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { BinaryOp, Expr } from '../ast.ts';
import { cover } from '../source.ts';
import type { Span } from '../source.ts';

/** An operator sign with its place. */
export interface Sign {
  readonly text: string;
  readonly span: Span;
}

/** One operand with the prefixes before it, and the sign behind it (undefined for the last). */
export interface Term {
  readonly prefixes: readonly Sign[];
  readonly operand: Expr;
  readonly sign: Sign | undefined;
}

const binding: Readonly<Record<string, number>> = {
  '..': 1,
  or: 2,
  and: 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
  '^': 9,
};
const prefixBinding: Readonly<Record<string, number>> = { not: 4, '-': 8 };

/** How tightly a binary operator binds; the formatter sets parentheses by it. */
export const bindingOf = (op: string): number => binding[op] ?? internal(`no precedence for ${op}`);

/** How tightly a prefix binds. */
export const prefixBindingOf = (op: string): number =>
  prefixBinding[op] ?? internal(`no precedence for the prefix ${op}`);

/** The tree of `a + b * c …`. Recursion is as deep as the list is long: the caller bounds it. */
export function associate(terms: readonly Term[]): Expr {
  const cursor = { terms, at: 0, prefix: 0 };
  return climb(cursor, 0);
}

interface Cursor {
  readonly terms: readonly Term[];
  at: number;
  /** How many prefixes of the current term are taken. */
  prefix: number;
}

const current = (cursor: Cursor): Term => cursor.terms[cursor.at] ?? internal('an operator without operand');

function climb(cursor: Cursor, minimum: number): Expr {
  let left = operand(cursor);
  for (;;) {
    const sign = current(cursor).sign;
    if (sign === undefined || bindingOf(sign.text) < minimum) return left;
    cursor.at++;
    cursor.prefix = 0;
    const right = climb(cursor, bindingOf(sign.text) + (sign.text === '^' ? 0 : 1));
    left = binary(sign.text, left, right);
  }
}

function operand(cursor: Cursor): Expr {
  const { prefixes, operand } = current(cursor);
  const prefix = prefixes[cursor.prefix];
  if (prefix === undefined) return operand;
  cursor.prefix++;
  const inner = climb(cursor, prefixBindingOf(prefix.text));
  const op = prefix.text === 'not' ? 'not' : '-';
  return { kind: 'unary', op, operand: inner, span: cover(prefix.span, inner.span) };
}

function binary(sign: string, left: Expr, right: Expr): Expr {
  const span = cover(left.span, right.span);
  if (sign === '..') return { kind: 'range', from: left, to: right, span };
  return { kind: 'binary', op: sign as BinaryOp, left, right, span };
}
