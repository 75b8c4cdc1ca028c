/** Operators between what has none: a table times a number (`[[1, 1], [1, 1]] / 4`), a size beside a condition (`H and W >= 32`). */
import type { BinaryExpr, Expr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import { realOf, type Value } from '../value.ts';

/** `1/9 * [[1, 1], [1, 1]]`: the numbers of a table are written as they are. */
export function scaledTable(expr: BinaryExpr, left: Value, right: Value): readonly Fix[] {
  const [table, by] = right.kind === 'number' ? [left, right] : [right, left];
  if (table.kind !== 'list' || by.kind !== 'number' || (expr.op !== '*' && expr.op !== '/')) return [];
  if (expr.op === '/' && table !== left) return [];
  const factor = realOf(by);
  const ours = scaled(table, expr.op === '*' ? factor : 1 / factor);
  return ours === undefined || !Number.isFinite(1 / factor) ? [] : [replaceBy(ours, expr.span)];
}

/** Most numbers that a fix writes. */
const most = 200;

function scaled(value: Value, factor: number): string | undefined {
  if (value.kind === 'number') return String(Number((realOf(value) * factor).toPrecision(6)));
  if (value.kind !== 'list' || value.items.length > most) return undefined;
  const items = value.items.map((item) => scaled(item, factor));
  return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
}

const comparisons: ReadonlySet<BinaryExpr['op']> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** `H and W >= 32`: the comparison of the other holds for both. `H == W == 32`: two comparisons. */
export function sameOfEach(expr: BinaryExpr, left: Value, right: Value): readonly Fix[] {
  const { left: first, right: second, op } = expr;
  if (
    (op === 'and' || op === 'or') &&
    left.kind === 'number' &&
    right.kind === 'bool' &&
    isComparison(second)
  ) {
    const behind = textOf({ ...second.span, start: second.left.span.end });
    return [replaceBy(`${textOf(first.span)}${behind} ${op} ${textOf(second.span)}`, expr.span)];
  }
  const isChain = op === '==' && left.kind === 'bool' && right.kind === 'number' && isComparison(first);
  if (!isChain || first.op !== '==') return [];
  return [
    replaceBy(`${textOf(first.span)} and ${textOf(first.right.span)} == ${textOf(second.span)}`, expr.span),
  ];
}

const isComparison = (expr: Expr): expr is BinaryExpr => expr.kind === 'binary' && comparisons.has(expr.op);
