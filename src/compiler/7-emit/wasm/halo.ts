/**
 * Clears the border of a buffer, and only the border: at that moment the inside is not written yet, except an input's. Along each
 * axis the border before and the border after are contiguous; between them each inside position has its own border on the axes
 * further in.
 */
import type { Buffer } from '../../6-plan/plan.ts';
import { i32, type FunctionBuilder, type I32, type ModuleBuilder } from './assembler/index.ts';

/** The `part`-th of as many equal ranges of rows as there are `parts`; the first and the last have the border before and after all rows. */
export interface RowShare {
  readonly part: number;
  readonly parts: number;
}

/** Emits a call that fills the halo of `buffer` (of its rows in `share`), which must be the root of its allocation, with the byte `fill`. */
export function emitClear(
  buffer: Buffer,
  { fill, share }: { readonly fill: number; readonly share: RowShare },
  { module, f }: { readonly module: ModuleBuilder; readonly f: FunctionBuilder },
): void {
  const whole = buffer.halo.map(([begin, end], axis) => ({
    begin,
    end,
    size: buffer.shape[axis] ?? 1,
    bytes: buffer.elementBytes * (buffer.strides[axis] ?? 0),
  }));
  const { axes, skip } = rowsOf(whole, share);
  if (isBare(axes)) return;
  const start = buffer.offset + skip - whole.reduce((sum, { begin, bytes }) => sum + begin * bytes, 0);
  const callee = module.shared(`clear ${fill} ${JSON.stringify(axes)}`, () =>
    module.function({ name: 'clear_halo', params: ['i32'] }, (g, from) => clearAxes(g, axes, from, fill)),
  );
  f.call(callee, start);
}

interface BorderedAxis {
  readonly begin: number;
  readonly end: number;
  readonly size: number;
  readonly bytes: number;
}

/** The outermost axis restricted to a share of the rows, and the bytes that lie before it. */
function rowsOf(
  [outer, ...inner]: readonly BorderedAxis[],
  { part, parts }: RowShare,
): { readonly axes: readonly BorderedAxis[]; readonly skip: number } {
  if (!outer) return { axes: [], skip: 0 };
  const { size, bytes } = outer;
  const [from, to] = [Math.floor((part * size) / parts), Math.floor(((part + 1) * size) / parts)];
  const begin = part === 0 ? outer.begin : 0;
  const end = part === parts - 1 ? outer.end : 0;
  const skip = part === 0 ? 0 : (outer.begin + from) * bytes;
  return { axes: [{ begin, end, size: to - from, bytes }, ...inner], skip };
}

/** Nothing of the block is border. */
function isBare([outer, ...inner]: readonly BorderedAxis[]): boolean {
  if (!outer) return true;
  return outer.begin + outer.end === 0 && (outer.size === 0 || isBare(inner));
}

/** Clears the borders of the block at `from` (its border included) on the given axes, outermost first. */
function clearAxes(
  f: FunctionBuilder,
  [axis, ...inner]: readonly BorderedAxis[],
  from: I32,
  fill: number,
): void {
  if (!axis) return;
  const { begin, end, size, bytes } = axis;
  if (begin > 0) f.fill(from, fill, begin * bytes);
  if (size > 0 && inner.some((a) => a.begin + a.end > 0)) {
    const row = f.let(i32.add(from, begin * bytes));
    f.for(f.i32(), 0, size, 1, () => {
      clearAxes(f, inner, row, fill);
      f.increment(row, bytes);
    });
  }
  if (end > 0) f.fill(i32.add(from, (begin + size) * bytes), fill, end * bytes);
}
