/**
 * Tensor types: named axes, channels last, batch implicit (never in a type). `28x28x192` is
 * { axes: [H, W, C], dims: [28, 28, 192] }. Spatial axes are L in 1-D, H W in 2-D, D H W in 3-D; the feature axis is C;
 * a scalar has no axes. Weights have the axes O (output channels) and I (input channels per group) before the spatial ones.
 */
import { concreteDim, sameDim, showDim, type Dim } from './dim.ts';

export type Axis = string;
/**
 * What an element means and how it is stored: `i32` are whole numbers in f32 storage (class numbers); `u8` are whole numbers 0…127 in a byte
 * each, which stand for (value − zero) · scale of a quantised value.
 */
export type DType = 'f32' | 'i32' | 'u8';

export interface TensorType {
  readonly dtype: DType;
  readonly axes: readonly Axis[];
  /** One size per axis. */
  readonly dims: readonly Dim[];
}

/** A value of a concrete type: row-major, channels last, no batch axis. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Spatial axis names by rank 0..3. */
export const spatialAxes: readonly (readonly Axis[])[] = [[], ['L'], ['H', 'W'], ['D', 'H', 'W']];

/** A feature map type from its spatial sizes and channels: `featureMap([28, 28], 192)`; no spatial sizes give a vector [C]. */
export function featureMap(spatial: readonly Dim[], channels: Dim, dtype: DType = 'f32'): TensorType {
  return { dtype, axes: [...(spatialAxes[spatial.length] ?? []), 'C'], dims: [...spatial, channels] };
}

export const scalarType: TensorType = { dtype: 'f32', axes: [], dims: [] };

/** Sizes of all axes but the channels. */
export function spatialDims(type: TensorType): readonly Dim[] {
  return type.axes.at(-1) === 'C' ? type.dims.slice(0, -1) : type.dims;
}

/** The size of the C axis (1 where there is none). */
export function channelsOf(type: TensorType): Dim {
  return type.axes.at(-1) === 'C' ? (type.dims.at(-1) ?? 1) : 1;
}

export function spatialRank(type: TensorType): number {
  return spatialDims(type).length;
}

/** Bytes of an element in memory. */
export function bytesOf(dtype: DType): 1 | 4 {
  return dtype === 'u8' ? 1 : 4;
}

/** All sizes as numbers; only where the type is known to be concrete (after phase 3). */
export function shapeOf(type: TensorType): readonly number[] {
  return type.dims.map(concreteDim);
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function isConcrete(type: TensorType): boolean {
  return type.dims.every((dim) => typeof dim === 'number');
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return (
    a.dtype === b.dtype &&
    a.axes.length === b.axes.length &&
    a.axes.every((axis, i) => axis === b.axes[i] && sameDim(a.dims[i] ?? 0, b.dims[i] ?? 0))
  );
}

/** As the course writes it: `28x28x192`, `[2·floor(H/2), W, 3]` where a size has a name, `scalar` without axes. */
export function showType(type: TensorType): string {
  if (type.dims.length === 0) return 'scalar';
  if (isConcrete(type)) return type.dims.length === 1 ? `${type.dims[0]}` : type.dims.join('x');
  return `[${type.dims.map(showDim).join(', ')}]`;
}
