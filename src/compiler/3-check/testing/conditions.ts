/**
 * Conditions of tests, checked before anything runs: outputs exist and have what is read of them, and what is compared can be equal.
 * A condition that passes here can be computed (`cnnc test` does); only an entry of a list that each run makes anew may be missing.
 */
import type {
  BinaryExpr,
  CallExpr,
  Expr,
  IndexExpr,
  MemberExpr,
  NameExpr,
  RangeExpr,
} from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { rangeAround } from '../../1-parse/slips/tolerance.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { showNames } from '../../diagnostics/show-names.ts';
import { unknownWord } from '../../diagnostics/unknown-word.ts';
import { argument } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { Session } from '../session.ts';
import { describe } from '../value.ts';
import { checkEquality, numberFixes } from './comparisons.ts';
import { testFunctions } from './functions.ts';
import {
  boolSeen,
  describeSeen,
  itemsOf,
  numberSeen,
  seenConstant,
  seenItems,
  unknownSeen,
  type Seen,
} from './seen.ts';

/** Where a condition stands. */
export interface Conditions {
  /** The net whose outputs they are. */
  readonly net: string;
  /** Outputs by name, and in `with` the words for how sure they are. */
  readonly names: Readonly<Record<string, Seen>>;
  readonly site: Site;
  readonly session: Session;
}

/** Words of `with`: how sure the output is. */
const sureness = { p: numberSeen, probability: numberSeen, score: numberSeen };

/** Reports what is wrong with a condition, and with what stands behind its `with`. */
export function checkCondition(condition: Expr, probability: Expr | undefined, at: Conditions): void {
  expectBool(condition, at);
  if (!probability || !hasProbability(condition, probability, at)) return;
  expectBool(probability, { ...at, names: { ...at.names, ...sureness } });
}

/** What a `with` is about: the output that the condition compares. */
export function subjectOf(condition: Expr): Expr {
  switch (condition.kind) {
    case 'binary':
      return subjectOf(condition.left);
    case 'unary':
      return subjectOf(condition.operand);
    case 'member':
      return subjectOf(condition.object);
    default:
      return condition;
  }
}

/** False, and reported, where it has none. What is wrong with the output itself was reported with the condition. */
function hasProbability(condition: Expr, probability: Expr, at: Conditions): boolean {
  const subject = subjectOf(condition);
  const seen = seenOf(subject, at);
  if (seen.kind === 'unknown') return false;
  if (seen.kind === 'thing' && ('p' in seen.fields || 'score' in seen.fields)) return true;
  const args = { what: textOf(subject.span), found: describeSeen(seen) };
  at.session.report(diagnostic('test/no-probability', args, probability.span));
  return false;
}

function seenOf(expr: Expr, at: Conditions): Seen {
  switch (expr.kind) {
    case 'number':
      return numberSeen;
    case 'bool':
      return boolSeen;
    case 'string':
      return { kind: 'text', classes: [expr.value] };
    case 'list':
    case 'tuple':
      return seenItems(expr.items.map((item) => seenOf(item, at))) ?? unknownSeen;
    case 'name':
      return seenName(expr, at);
    case 'member':
      return seenMember(expr, at);
    case 'index':
      return seenEntry(expr, at);
    case 'unary':
      return expr.op === 'not' ? expectBool(expr.operand, at) : expectNumber(expr.operand, at);
    case 'binary':
      return seenBinary(expr, at);
    case 'call':
      return seenCall(expr, at);
    case 'broken-expr':
      return unknownSeen;
    default:
      return unfit(comparable, textOf(expr.span), expr, at);
  }
}

/** What can be compared. */
const comparable = 'numbers, texts or lists of them';

function unfit(expected: string, found: string, expr: Expr, { session }: Conditions): Seen {
  const fixes = expr.kind === 'range' ? rangeFix(expr) : [];
  session.report(diagnostic('value/expected', { expected, found }, expr.span, { fixes }));
  return unknownSeen;
}

/** `==` binds more tightly than `..`. */
function rangeFix({ from, to }: RangeExpr): readonly Fix[] {
  if (from.kind !== 'binary' || from.op !== '==') return [];
  const span = { ...to.span, start: from.right.span.start };
  return [replaceBy(`(${textOf(span)})`, span)];
}

/** An output, or a constant of the file. */
function seenName(expr: NameExpr, at: Conditions): Seen {
  const { names, site, session } = at;
  if (Object.hasOwn(names, expr.name)) return names[expr.name] ?? unknownSeen;
  if (!session.model.bindings.has(expr)) {
    session.report(unknownWord(expr, Object.keys(names), `output of ${at.net}`));
    return unknownSeen;
  }
  const value = argument(expr, site, session);
  return seenConstant(value) ?? unfit(comparable, describe(value), expr, at);
}

function seenMember(expr: MemberExpr, at: Conditions): Seen {
  const object = seenOf(expr.object, at);
  const { name, span } = expr.member;
  if (object.kind === 'unknown') return unknownSeen;
  const fields = object.kind === 'thing' ? object.fields : {};
  if (Object.hasOwn(fields, name)) return fields[name] ?? unknownSeen;
  const counts = itemsOf(object) ? ['count', 'length'] : [];
  if (counts.includes(name)) return numberSeen;
  const known = [...Object.keys(fields), ...counts.slice(0, 1)];
  at.session.report(
    diagnostic('value/no-member', { what: describeSeen(object), member: name }, span, {
      notes: [{ word: 'note', text: `it has ${showNames(known, known.length) || 'no members'}` }],
      fixes: fixesBy(nearest(name, known), span),
    }),
  );
  return unknownSeen;
}

function seenEntry(expr: IndexExpr, at: Conditions): Seen {
  const object = seenOf(expr.object, at);
  expectNumber(expr.index, at);
  if (object.kind === 'unknown') return unknownSeen;
  const list = itemsOf(object);
  if (!list) return unfit('a list', describeSeen(object), expr.object, at);
  const index = writtenNumber(expr.index);
  if (index === undefined || list.length === undefined) return list.item;
  if (index >= -list.length && index < list.length) return list.item;
  at.session.report(diagnostic('value/index', { index, length: list.length }, expr.index.span));
  return unknownSeen;
}

/** The number that stands there; undefined for what has to be computed. */
function writtenNumber(expr: Expr): number | undefined {
  if (expr.kind === 'number') return expr.value;
  const minus = expr.kind === 'unary' && expr.op === '-' ? writtenNumber(expr.operand) : undefined;
  return minus === undefined ? undefined : -minus;
}

function seenBinary(expr: BinaryExpr, at: Conditions): Seen {
  const { op, left, right } = expr;
  if (op === '+' && isTolerance(expr, at)) return unknownSeen;
  if (op === 'and' || op === 'or') {
    for (const side of [left, right]) expectBool(side, at);
    return boolSeen;
  }
  if (op !== '==' && op !== '!=') {
    const limit = op.startsWith('<') ? 'max' : op.startsWith('>') ? 'min' : undefined;
    for (const side of [left, right]) expectNumber(side, at, side === left ? limit : undefined);
    return limit === undefined ? numberSeen : boolSeen;
  }
  if (right.kind === 'range') for (const end of [left, right.from, right.to]) expectNumber(end, at);
  else checkEquality({ expr, left: seenOf(left, at), right: seenOf(right, at) }, at.session);
  return boolSeen;
}

function expectBool(expr: Expr, at: Conditions): Seen {
  const seen = seenOf(expr, at);
  if (seen.kind !== 'bool' && seen.kind !== 'unknown') unfit('a condition', describeSeen(seen), expr, at);
  return boolSeen;
}

/** `limit` is the function of a list that makes one number of it, where that means the same. */
function expectNumber(expr: Expr, at: Conditions, limit?: 'min' | 'max'): Seen {
  const seen = seenOf(expr, at);
  if (seen.kind === 'number' || seen.kind === 'unknown') return numberSeen;
  const args = { expected: 'a number', found: describeSeen(seen) };
  const fixes = numberFixes(seen, expr, limit);
  at.session.report(diagnostic('value/expected', args, expr.span, { fixes }));
  return numberSeen;
}

/** `max(y)`, `abs(y[0] - 2)`: over all numbers of the arguments. */
function seenCall(expr: CallExpr, at: Conditions): Seen {
  if (isMatcher(expr, at)) return boolSeen;
  const { callee, args, span } = expr;
  const seen = args.map(({ value }) => seenOf(value, at));
  const name = callee.kind === 'name' ? callee.name : textOf(callee.span);
  const called = Object.hasOwn(testFunctions, name) ? testFunctions[name] : undefined;
  if (!called) {
    const found = unknownWord({ name, span: callee.span }, Object.keys(testFunctions), 'function of tests');
    // What the length of a constant list is called.
    at.session.report(name === 'len' ? { ...found, fixes: fixesBy('count', callee.span) } : found);
    return unknownSeen;
  }
  const fits = {
    'one list': seen.length === 1 && seen.every((one) => one.kind === 'unknown' || itemsOf(one)),
    'one number': seen.length === 1 && seen.every(({ kind }) => kind === 'unknown' || kind === 'number'),
    numbers: seen.length > 0 && seen.every(holdsNumbers),
  }[called.takes];
  if (fits) return numberSeen;
  const found = seen.map(describeSeen).join(', ') || 'nothing';
  const [first] = args;
  const fixes = seen[0] && first && called.takes === 'one number' ? numberFixes(seen[0], first.value) : [];
  const wanted = { expected: `${called.takes} for ${name}`, found };
  at.session.report(diagnostic('value/expected', wanted, span, { fixes }));
  return numberSeen;
}

const matchers = /^(?:toBe|toBeCloseTo|toEqual|toStrictEqual|isEqualTo|isCloseTo|equals?|approx)$/;

/** `expect(y[0]).toBe(1)`: here it is `y[0] == 1`. */
function isMatcher({ callee, args, span }: CallExpr, { session }: Conditions): boolean {
  const [wanted] = args;
  if (callee.kind !== 'member' || !matchers.test(callee.member.name) || !wanted) return false;
  const { member, object } = callee;
  const fixes = [replaceBy(`${textOf(object.span)} == ${textOf(wanted.value.span)}`, span)];
  const words = { found: `.${member.name}(…)`, ours: '==' };
  session.report(diagnostic('syntax/foreign-sign', words, member.span, { fixes }));
  return true;
}

/** `y[0] == 1 +- 0.01`: it would be 1 less 0.01. */
function isTolerance({ left, right }: BinaryExpr, { session }: Conditions): boolean {
  const { text } = left.span.source;
  const at = text.slice(left.span.end, right.span.start).search(/\S/) + left.span.end;
  if (right.kind !== 'unary' || !text.startsWith('+-', at) || at + 1 !== right.span.start) return false;
  const args = { found: '+-', ours: '(least..most)' };
  const span = { ...left.span, start: at, end: at + 2 };
  const fixes = rangeAround(left.span.source, at);
  session.report(diagnostic('syntax/foreign-sign', args, span, { fixes }));
  return true;
}

function holdsNumbers(seen: Seen): boolean {
  if (seen.kind === 'list') return holdsNumbers(seen.item);
  return seen.kind === 'number' || seen.kind === 'unknown';
}
