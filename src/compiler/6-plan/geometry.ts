/**
 * From shares to strides: where element [0, …] of a value lies in its root's memory, and the steps between elements. A root is row-major
 * over its shape with the halo around it; parts and views follow from what they are part of. All in elements.
 */
import { internal } from '../diagnostics/internal.ts';
import { sizeOf } from '../ir/type.ts';
import type { Value } from './program.ts';
import { spans, type Halo, type Sharing } from './sharing.ts';

export interface Geometry {
  readonly strides: readonly number[];
  /** Of element [0, …] from the start of the root's memory. */
  readonly origin: number;
  /** The zero border that the memory really has around the value. */
  readonly halo: Halo;
}

/** Row-major strides. */
export function rowStrides(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

/** The shape with its halo. */
function padded(shape: readonly number[], halo: Halo): readonly number[] {
  return shape.map((size, axis) => size + (halo[axis]?.[0] ?? 0) + (halo[axis]?.[1] ?? 0));
}

/** Elements of a root's memory. */
export function rootSize(root: Value, sharing: Sharing): number {
  return sizeOf(padded(root.shape, sharing.haloOf(root)));
}

/** The geometry of any value. */
export function geometryOf(value: Value, sharing: Sharing): Geometry {
  const share = sharing.shareOf(value);
  if (!share) return rootGeometry(value, sharing.haloOf(value));
  const outer = geometryOf(share.of, sharing);
  switch (share.kind) {
    case 'same':
      return outer;
    case 'view':
      return { strides: rowStrides(value.shape), origin: outer.origin, halo: [] };
    case 'part':
      return partGeometry(value, share, outer);
  }
}

function rootGeometry(root: Value, halo: Halo): Geometry {
  const strides = rowStrides(padded(root.shape, halo));
  const origin = halo.reduce((sum, [begin], axis) => sum + begin * (strides[axis] ?? 1), 0);
  return { strides, origin, halo };
}

function partGeometry(
  value: Value,
  { of, at }: { readonly of: Value; readonly at: readonly number[] },
  outer: Geometry,
): Geometry {
  const origin = at.reduce((sum, start, axis) => sum + start * (outer.strides[axis] ?? 1), outer.origin);
  if (at.length !== outer.strides.length) internal(`${value.label} is a part of another rank`);
  const halo = outer.halo.map((border, axis) =>
    spans(value, { of }, [...outer.halo.map((b, i) => (i === axis ? b : ([0, 0] as const)))])
      ? border
      : ([0, 0] as const),
  );
  return { strides: outer.strides, origin, halo };
}
