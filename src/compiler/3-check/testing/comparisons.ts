/** `==` and `!=` in tests: both sides are of one kind and of one length, and a text is one that the output can be. */
import type { BinaryExpr, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { fixesBy, replaceBy } from '../../diagnostics/fixes.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { unknownWord } from '../../diagnostics/unknown-word.ts';
import type { Session } from '../session.ts';
import { describeSeen, plainSeen, type Seen } from './seen.ts';

interface Comparison {
  readonly expr: BinaryExpr;
  readonly left: Seen;
  readonly right: Seen;
}

export function checkEquality(comparison: Comparison, session: Session): void {
  const { expr, left, right } = comparison;
  const sides = [
    { seen: left, of: expr.left, text: expr.right },
    { seen: right, of: expr.right, text: expr.left },
  ];
  if (!canBeEqual(left, right)) {
    const args = { left: textOf(expr.left.span), seen: describeSeen(left), other: describeSeen(right) };
    session.report(diagnostic('test/unlike-values', args, expr.span, { fixes: alikeFixes(comparison) }));
  } else for (const { seen, of, text } of sides) checkClass(plainSeen(seen), of, text, session);
}

function canBeEqual(left: Seen, right: Seen): boolean {
  const [a, b] = [plainSeen(left), plainSeen(right)];
  if (a.kind === 'unknown' || b.kind === 'unknown') return true;
  if (a.kind !== 'list' || b.kind !== 'list') return a.kind === b.kind && a.kind !== 'thing';
  if (a.length !== undefined && b.length !== undefined && a.length !== b.length) return false;
  return canBeEqual(a.item, b.item);
}

/** A label is compared with one of its classes; a list of them, each with one. */
function checkClass(seen: Seen, of: Expr, text: Expr, session: Session): void {
  if (seen.kind === 'list' && text.kind === 'list')
    return text.items.forEach((item) => checkClass(plainSeen(seen.item), of, item, session));
  if (seen.kind !== 'text' || of.kind === 'string' || text.kind !== 'string') return;
  const { classes } = seen;
  if (!classes || classes.includes(text.value)) return;
  const near = nearest(text.value, classes);
  const word = { name: `"${text.value}"`, span: text.span };
  const found = unknownWord(word, classes, `class of ${textOf(of.span)}`);
  session.report({ ...found, fixes: fixesBy(near === undefined ? near : `"${near}"`, text.span) });
}

/** Most numbers that a fix writes out. */
const mostWritten = 8;

function alikeFixes({ expr, left, right }: Comparison): readonly Fix[] {
  if (right.kind !== 'number') return [];
  const number = textOf(expr.right.span);
  const text = plainSeen(left);
  const quoted =
    text.kind === 'text' && text.classes?.includes(number) ? [replaceBy(`"${number}"`, expr.right.span)] : [];
  const length = left.kind === 'list' && left.item.kind === 'number' ? (left.length ?? 0) : 0;
  const repeated =
    length > 1 && length <= mostWritten
      ? [replaceBy(`[${Array<string>(length).fill(number).join(', ')}]`, expr.right.span)]
      : [];
  return [...quoted, ...repeated, ...numberFixes(left, expr.left)];
}

/** What makes a number of something that is none: its only entry, a field, or with `limit` the least or the greatest of its numbers. */
export function numberFixes(seen: Seen, expr: Expr, limit?: 'min' | 'max'): readonly Fix[] {
  const text = textOf(expr.span);
  if (seen.kind === 'list' && seen.item.kind === 'number') {
    if (seen.length === 1) return [replaceBy(`${text}[0]`, expr.span)];
    return limit === undefined ? [] : [replaceBy(`${limit}(${text})`, expr.span)];
  }
  const fields = seen.kind === 'thing' ? seen.fields : {};
  const field = ['index', 'p', 'score'].find(
    (name) => name in fields && (limit === undefined || name !== 'index'),
  );
  return field === undefined ? [] : [replaceBy(`${text}.${field}`, expr.span)];
}
