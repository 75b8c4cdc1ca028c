/** All sizes of a value compared at once, as elsewhere: `x.shape == (62, 62, 8)`, `shape(x) == [8]`. Here each is compared by its axis. */
import type { Axis } from '../../ir/type.ts';

const written = /^(?:\(\))?[ \t]*(==|!=)[ \t]*(?:(\d+(?:x\d+)+)|[[(]([^\])\n]*)[\])])/;

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

/** Each size of a value beside its axis: all of them equal, or one that is not. */
export function compared(
  value: string,
  axes: readonly Axis[],
  { sizes, sign }: { readonly sizes: readonly string[]; readonly sign: string },
): string {
  const each = axes.map((axis, i) => `${value}.${axis} ${sign} ${sizes[i]}`);
  return each.join(sign === '==' ? ' and ' : ' or ');
}
