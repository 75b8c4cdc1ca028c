/** Shapes compared at once, as elsewhere: `x.shape == (62, 62, 8)`, `x == 62x62x8`. The fix compares each size by its axis. */
import type { BinaryExpr } from '../1-parse/ast.ts';
import { textOf } from '../1-parse/source.ts';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import type { Axis } from '../ir/type.ts';
import type { Value } from './value.ts';

const written = /^[ \t]*(==|!=)[ \t]*(?:(\d+(?:x\d+)+)|[[(]([^\])\n]*)[\])])/;

/** What follows a value on its line, as a comparison of its sizes; undefined where it is none. */
export function comparisonBehind(
  value: string,
  axes: readonly Axis[],
  rest: string,
): { readonly length: number; readonly ours: string } | undefined {
  const [whole, sign = '==', size, list] = written.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  const sizes = size?.split('x') ?? list?.split(',').map((one) => one.trim()) ?? [];
  // Elsewhere the batch is written too.
  const own =
    sizes.length === axes.length + 1 && /^(?:None|null|-1|1)$/.test(sizes[0] ?? '') ? sizes.slice(1) : sizes;
  if (own.length !== axes.length || own.length === 0) return undefined;
  return { length: whole.length, ours: compared(value, axes, { sizes: own, sign }) };
}

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

function compared(
  value: string,
  axes: readonly Axis[],
  { sizes, sign }: { readonly sizes: readonly string[]; readonly sign: string },
): string {
  const each = axes.map((axis, i) => `${value}.${axis} ${sign} ${sizes[i]}`);
  return each.join(sign === '==' ? ' and ' : ' or ');
}
