/** Shapes compared with a size or a list, as elsewhere: `x == 62x62x8`. The fix compares each size by its axis. */
import type { BinaryExpr } from '../../1-parse/ast.ts';
import { textOf } from '../../1-parse/source.ts';
import { compared } from '../../2-resolve/foreign/sizes-compared.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { replaceBy } from '../../diagnostics/fixes.ts';
import type { Value } from '../value.ts';

/** `x == 62x62x8` of a value. */
export function eachSizeCompared(
  { left: expr, right: size, op }: BinaryExpr,
  left: Value,
  right: Value,
): readonly Fix[] {
  if (left.kind !== 'tensor' || (op !== '==' && op !== '!=')) return [];
  const sizes =
    right.kind === 'size'
      ? right.dims.map(String)
      : right.kind === 'list' || right.kind === 'tuple'
        ? right.items.flatMap((item) => (item.kind === 'number' ? [String(item.value)] : []))
        : [];
  const { axes } = left.node.type;
  if (sizes.length !== axes.length || sizes.length === 0) return [];
  const ours = compared(textOf(expr.span), axes, { sizes, sign: op });
  return [replaceBy(ours, { ...expr.span, end: size.span.end })];
}
