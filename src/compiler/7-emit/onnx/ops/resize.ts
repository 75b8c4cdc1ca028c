/** Operators that change the size of a map, and the two rearrangements between pixels and channels. */
import { number, numbers } from '../../../ops/shared/attrs.ts';
import { inputType, onnxDims, type OnnxContext, type OnnxEmitter } from './emitter.ts';

export const upsample: OnnxEmitter = (op) =>
  op.emit('Resize', [op.input(0), '', op.floats([1, 1, ...numbers(op.node.attrs, 'factor')])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });

export const resize: OnnxEmitter = (op) =>
  op.emit('Resize', [op.input(0), '', '', op.ints([1, ...onnxDims(op.node.type)])], {
    mode: 'linear',
    coordinate_transformation_mode: op.node.attrs.grid === 'corners' ? 'align_corners' : 'half_pixel',
  });

export const spaceToDepth: OnnxEmitter = (op) => {
  const blocksize = number(op.node.attrs, 'block');
  const [channels = 1, ...small] = [onnxDims(inputType(op))[0] ?? 1, ...onnxDims(op.node.type).slice(1)];
  if (small.length === 2) return op.emit('SpaceToDepth', [op.input(0)], { blocksize });
  // [C, n₁, b, n₂, b, …] → [b, b, …, C, n₁, n₂, …]
  const places = small.map((_, i) => 2 + 2 * i);
  const perm = [0, ...places.map((at) => at + 1), 1, ...places];
  return rearrange(op, [channels, ...small.flatMap((n) => [n, blocksize])], perm);
};

export const depthToSpace: OnnxEmitter = (op) => {
  const blocksize = number(op.node.attrs, 'block');
  const [channels = 1, ...small] = [onnxDims(op.node.type)[0] ?? 1, ...onnxDims(inputType(op)).slice(1)];
  if (small.length === 2) return op.emit('DepthToSpace', [op.input(0)], { blocksize, mode: 'DCR' });
  // [b, b, …, C, n₁, n₂, …] → [C, n₁, b, n₂, b, …]
  const rank = small.length;
  const perm = [0, rank + 1, ...small.flatMap((_, i) => [rank + 2 + i, 1 + i])];
  return rearrange(op, [...small.map(() => blocksize), channels, ...small], perm);
};

/** Splits axes, permutes them, and joins them to the node's own shape. */
function rearrange(op: OnnxContext, split: readonly number[], perm: readonly number[]): string {
  const cells = op.emit('Reshape', [op.input(0), op.ints([1, ...split])]);
  const moved = op.emit('Transpose', [cells], { perm });
  return op.emit('Reshape', [moved, op.ints([1, ...onnxDims(op.node.type)])]);
}
