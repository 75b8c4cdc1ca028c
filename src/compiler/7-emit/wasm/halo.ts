/**
 * Clears the border of a buffer, and only the border: at that moment the inside is not written yet, except an input's. Along each
 * axis the border before and the border after are contiguous; between them each inside position has its own border on the axes
 * further in.
 */
import type { Buffer } from '../../6-plan/plan.ts';
import { i32, type FunctionBuilder, type I32, type ModuleBuilder } from './assembler/index.ts';

/** Emits a call that fills the halo of `buffer`, which must be the root of its allocation, with the byte `fill`. */
export function emitClear(
  buffer: Buffer,
  fill: number,
  { module, f }: { readonly module: ModuleBuilder; readonly f: FunctionBuilder },
): void {
  const axes = buffer.halo.map(([begin, end], axis) => ({
    begin,
    end,
    size: buffer.shape[axis] ?? 1,
    bytes: buffer.elementBytes * (buffer.strides[axis] ?? 0),
  }));
  const start = buffer.offset - axes.reduce((sum, { begin, bytes }) => sum + begin * bytes, 0);
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
  if (inner.some((a) => a.begin + a.end > 0)) {
    const row = f.let(i32.add(from, begin * bytes));
    f.for(f.i32(), 0, size, 1, () => {
      clearAxes(f, inner, row, fill);
      f.increment(row, bytes);
    });
  }
  if (end > 0) f.fill(i32.add(from, (begin + size) * bytes), fill, end * bytes);
}
