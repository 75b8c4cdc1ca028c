/**
 * Broadcasting over named axes: values are aligned by axis name, not by position; an axis that a value lacks, or has with size 1, is
 * repeated. So a vector [C] scales every place of [H, W, C], and [H, W] every channel, without reshapes.
 */
import { sameDim, showDim, type Dim } from '../../ir/dim.ts';
import type { Index, Load, Operand } from '../../ir/kernel.ts';
import { sameType, shapeOf, type Axis, type TensorType } from '../../ir/type.ts';
import type { Problem } from '../op.ts';
import { problem, showSizes } from './problem.ts';

/** The common type of all operands (f32), or the problem that they have none. `verb` is the participle for the message: "added". */
export function broadcastTypes(types: readonly TensorType[], verb: string): TensorType | Problem {
  const [first] = types;
  if (first?.dtype === 'f32' && types.every((type) => type === first || sameType(type, first))) return first;
  let axes: readonly Axis[] = [];
  for (const type of types) {
    const merged = mergeAxes(axes, type.axes);
    if (!merged) return mismatch(types, verb, []);
    axes = merged;
  }
  const dims = axes.map((axis) => commonDim(types.map((type) => dimOf(type, axis))));
  const differing = axes.filter((_, i) => dims[i] === undefined);
  if (differing.length > 0) return mismatch(types, verb, differing);
  return { dtype: 'f32', axes, dims: dims.map((d) => d ?? 1) };
}

/** The size of a named axis, or undefined where the type has none. */
export function dimOf(type: TensorType, axis: Axis): Dim | undefined {
  const at = type.axes.indexOf(axis);
  return at === -1 ? undefined : type.dims[at];
}

function commonDim(dims: readonly (Dim | undefined)[]): Dim | undefined {
  let common: Dim = 1;
  for (const dim of dims) {
    if (dim === undefined || dim === 1 || sameDim(dim, common)) continue;
    if (common !== 1) return undefined;
    common = dim;
  }
  return common;
}

/** Both sequences' axes in an order that keeps each one's own, the channels last; undefined where the orders contradict. */
export function mergeAxes(a: readonly Axis[], b: readonly Axis[]): readonly Axis[] | undefined {
  const merged: Axis[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    const freeX = x !== undefined && !b.includes(x);
    const freeY = y !== undefined && !a.includes(y);
    if (freeX && !(x === 'C' && freeY)) merged.push(a[i++] as Axis);
    else if (freeY) merged.push(b[j++] as Axis);
    else if (x !== undefined && x === y) {
      merged.push(x);
      i++;
      j++;
    } else return undefined;
  }
  return merged;
}

/** Values that do not fit together: `axes` have different sizes; none: the axes themselves differ. */
export function mismatch(types: readonly TensorType[], verb: string, axes: readonly Axis[]): Problem {
  const differences = axes.map((axis) => {
    const sizes = types.map((type) => dimOf(type, axis)).filter((d) => d !== undefined);
    return `${axis} ${[...new Set(sizes.map(showDim))].join(' ≠ ')}`;
  });
  const last = types.length - 1;
  return problem(
    'shape/branch-mismatch',
    { verb },
    {
      at: { input: last },
      label: `${showSizes(types[last]?.dims ?? [])}${differences.length > 0 ? `   ${differences.join('   ')}` : ''}`,
      labels: types.slice(0, -1).map((type, input) => ({ at: { input }, text: showSizes(type.dims) })),
      notes:
        axes.length > 0
          ? []
          : [
              {
                word: 'why',
                text: `their axes do not line up: ${types.map((t) => `[${t.axes.join(', ')}]`).join(' and ')}`,
              },
            ],
    },
  );
}

/** Per axis of `out`, the step in elements of a row-major `operand` (0 where it is repeated). */
export function broadcastStrides(operand: TensorType, out: TensorType): readonly number[] {
  const shape = shapeOf(operand);
  const strides = rowStrides(shape);
  return out.axes.map((axis) => {
    const at = operand.axes.indexOf(axis);
    return at === -1 || shape[at] === 1 ? 0 : (strides[at] ?? 0);
  });
}

/** Row-major strides in elements. */
export function rowStrides(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

/** The load of an operand at the place of a nest whose axes are named as the tensor's. */
export function broadcastLoad(operand: Operand, type: TensorType): Load {
  const index = type.axes.map((axis, i): Index => (type.dims[i] === 1 ? fixedIndex(0) : axisIndex(axis)));
  return { operand, index, outside: undefined };
}

/** coefficient · axis + constant. */
export function axisIndex(axis: string, coefficient = 1, constant = 0): Index {
  return { kind: 'affine', constant, terms: [{ axis, coefficient }] };
}

export function fixedIndex(constant: number): Index {
  return { kind: 'affine', constant, terms: [] };
}
