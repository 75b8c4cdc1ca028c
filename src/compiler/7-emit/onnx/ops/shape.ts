/** Between channels first and channels last, and operators that only move values. */
import { sizeOf, type Axis, type TensorType } from '../../../ir/type.ts';
import { padsOf } from '../../../ops/pad.ts';
import * as read from '../../../ops/shared/attrs.ts';
import { beginsOf } from '../../ranges.ts';
import { inputType, onnxAxes, onnxAxis, onnxDims, type OnnxContext, type OnnxEmitter } from './emitter.ts';

/** The value in our own order of axes: [batch, C, H, W] → [batch, H, W, C]. */
export function channelsLast(
  op: Pick<OnnxContext, 'emit' | 'ints'>,
  value: string,
  type: TensorType,
): string {
  const dims = type.dims.map(Number);
  const rank = dims.length;
  if (type.axes.at(-1) !== 'C' || rank < 2) return value;
  if (isVectorLike(dims)) return op.emit('Reshape', [value, op.ints([1, ...dims])]);
  const perm = [0, ...Array.from({ length: rank - 1 }, (_, i) => i + 2), 1];
  return op.emit('Transpose', [value], { perm });
}

/** A value in our own order of axes as ONNX stores it: [batch, H, W, C] → [batch, C, H, W]. */
export function channelsFirst(
  op: Pick<OnnxContext, 'emit' | 'ints'>,
  value: string,
  type: TensorType,
): string {
  const dims = type.dims.map(Number);
  const rank = dims.length;
  if (type.axes.at(-1) !== 'C' || rank < 2) return value;
  if (isVectorLike(dims)) return op.emit('Reshape', [value, op.ints([1, ...onnxDims(type)])]);
  const perm = [0, rank, ...Array.from({ length: rank - 1 }, (_, i) => i + 1)];
  return op.emit('Transpose', [value], { perm });
}

/** With one channel or one place, both orders hold the same numbers in the same order. */
function isVectorLike(dims: readonly number[]): boolean {
  return dims.at(-1) === 1 || sizeOf(dims.slice(0, -1)) === 1;
}

/** The value with its stored axes `from` put into the order `to`. */
export function reorder(op: OnnxContext, value: string, from: readonly Axis[], to: readonly Axis[]): string {
  if (from.join() === to.join()) return value;
  return op.emit('Transpose', [value], { perm: [0, ...to.map((axis) => from.indexOf(axis) + 1)] });
}

export const transpose: OnnxEmitter = (op) =>
  reorder(op, op.input(0), onnxAxes(inputType(op)), onnxAxes(op.node.type));

/** A renamed axis may become, or cease to be, the channels, which are stored first. */
export const rename: OnnxEmitter = (op) => {
  const [from, to] = [read.text(op.node.attrs, 'from'), read.text(op.node.attrs, 'to')];
  const renamed = onnxAxes(inputType(op)).map((axis) => (axis === from ? to : axis));
  return reorder(op, op.input(0), renamed, onnxAxes(op.node.type));
};

/** Our order of elements is channels last. */
export const reshape: OnnxEmitter = (op) => {
  const ours = channelsLast(op, op.input(0), inputType(op));
  const reshaped = op.emit('Reshape', [ours, op.ints([1, ...op.node.type.dims.map(Number)])]);
  return channelsFirst(op, reshaped, op.node.type);
};

export const concat: OnnxEmitter = (op) =>
  op.emit(
    'Concat',
    op.node.inputs.map((_, i) => op.input(i)),
    { axis: onnxAxis(op.node.type, read.text(op.node.attrs, 'axis')) },
  );

export const part: OnnxEmitter = (op) => {
  const begins = stored(op.node.type, beginsOf(op.node));
  const ends = onnxDims(op.node.type).map((size, i) => (begins[i] ?? 0) + size);
  return op.emit('Slice', [
    op.input(0),
    op.ints(begins),
    op.ints(ends),
    op.ints(begins.map((_, i) => i + 1)),
  ]);
};

export const pad: OnnxEmitter = (op) => {
  const pads = stored(op.node.type, padsOf(op.node.attrs));
  const amounts = op.ints([0, ...pads.map(([begin]) => begin), 0, ...pads.map(([, end]) => end)]);
  const written = read.text(op.node.attrs, 'mode');
  if (written !== 'value') return op.emit('Pad', [op.input(0), amounts], { mode: written });
  return op.emit('Pad', [op.input(0), amounts, op.floats([read.number(op.node.attrs, 'value')], [])]);
};

/** Values per axis in the order in which ONNX stores the axes. */
function stored<T>(type: TensorType, perAxis: readonly T[]): readonly T[] {
  return onnxAxes(type).map((axis) => perAxis[type.axes.indexOf(axis)] as T);
}
