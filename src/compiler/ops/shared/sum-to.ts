/** The gradient of broadcasting: what was repeated along an axis receives the sum over it. */
import { concreteDim } from '../../ir/dim.ts';
import type { Node } from '../../ir/graph.ts';
import { sameType, type TensorType } from '../../ir/type.ts';
import type { Build } from '../op.ts';
import { dimOf } from './broadcast.ts';

/** `value` summed over the axes that `type` lacks or has with size 1, so that it has that type. */
export function sumTo(value: Node, type: TensorType, build: Build): Node {
  const repeated = value.type.axes.filter(
    (axis, i) => (dimOf(type, axis) ?? 1) === 1 && value.type.dims[i] !== 1,
  );
  const missing = value.type.axes.filter((axis) => !type.axes.includes(axis));
  const axes = value.type.axes.filter((axis) => repeated.includes(axis) || missing.includes(axis));
  const summed = axes.length === 0 ? value : build('sum', [value], { axes });
  if (sameType({ ...summed.type, dtype: type.dtype }, type)) return summed;
  return build('reshape', [summed], { axes: type.axes, dims: type.dims.map(concreteDim) });
}
