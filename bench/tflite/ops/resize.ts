/** Operators that change the size of a map, and the two rearrangements between pixels and channels. The format has them for 2-D maps; others pass as such. */
import { number } from '../../../src/compiler/ops/shared/attrs.ts';
import type { OperatorName } from '../schema.ts';
import {
  inputType,
  ownShape,
  type OperatorOptions,
  type TensorId,
  type TfliteContext,
  type TfliteEmitter,
} from './emitter.ts';
import { permuted } from './reduce.ts';

/** Nearest neighbour by whole factors; from the middles of pixels, so that rounding cannot choose another. */
export const upsample: TfliteEmitter = (op) =>
  resample(op, 'RESIZE_NEAREST_NEIGHBOR', { alignCorners: false, halfPixelCenters: true });

/** Linear interpolation on the grid that the option names. */
export const resize: TfliteEmitter = (op) => {
  const corners = op.node.attrs.grid === 'corners';
  return resample(op, 'RESIZE_BILINEAR', { alignCorners: corners, halfPixelCenters: !corners });
};

/** A 2-D map at once, a signal as a row, a volume first along H and W (slices as batch), then along D (slices as rows). */
function resample(op: TfliteContext, name: OperatorName, options: OperatorOptions): TensorId {
  const from = inputType(op).dims.map(Number);
  const size = op.node.type.dims.map(Number);
  const channels = size.at(-1) ?? 1;
  const to = (x: TensorId, [h = 1, w = 1]: readonly number[]): TensorId => {
    const [batch = 1, , , c = 1] = op.shapeOf(x);
    return op.emit(name, [x, op.ints([h, w])], { shape: [batch, h, w, c], options });
  };
  if (from.length === 3) return to(op.input(0), size);
  const [d = 1, h = 1, w = 1] = size;
  if (from.length === 2)
    return op.reshape(to(op.reshape(op.input(0), [1, 1, ...from]), [1, d]), ownShape(op));
  const slices = to(op.reshape(op.input(0), from), [h, w]);
  const columns = to(op.reshape(slices, [1, from[0] ?? 1, h * w, channels]), [d, h * w]);
  return op.reshape(columns, ownShape(op));
}

/** Blocks of pixels become channels. */
export const spaceToDepth: TfliteEmitter = (op) => {
  const blockSize = number(op.node.attrs, 'block');
  const [d = 1, h = 1, w = 1, channels = 1] = inputType(op).dims.map(Number);
  const shape = ownShape(op);
  if (shape.length === 3) return op.reshape(op.input(0), shape);
  if (shape.length === 4) return op.emit('SPACE_TO_DEPTH', [op.input(0)], { shape, options: { blockSize } });
  const [, outD = 1, outH = 1, outW = 1] = shape;
  const deep = channels * blockSize * blockSize;
  const slices = op.emit('SPACE_TO_DEPTH', [op.reshape(op.input(0), [d, h, w, channels])], {
    shape: [d, outH, outW, deep],
    options: { blockSize },
  });
  const planes = op.reshape(slices, [outD, blockSize, outH * outW, deep]);
  return op.reshape(permuted(op, planes, [0, 2, 1, 3]), shape);
};

export const depthToSpace: TfliteEmitter = (op) => {
  const blockSize = number(op.node.attrs, 'block');
  const [d = 1, h = 1, w = 1, channels = 1] = inputType(op).dims.map(Number);
  const shape = ownShape(op);
  if (shape.length === 3) return op.reshape(op.input(0), shape);
  if (shape.length === 4) return op.emit('DEPTH_TO_SPACE', [op.input(0)], { shape, options: { blockSize } });
  const [, outD = 1, outH = 1, outW = 1, outC = 1] = shape;
  const planes = op.reshape(op.input(0), [d, h * w, blockSize, channels / blockSize]);
  const slices = op.reshape(permuted(op, planes, [0, 2, 1, 3]), [outD, h, w, channels / blockSize]);
  const large = op.emit('DEPTH_TO_SPACE', [slices], {
    shape: [outD, outH, outW, outC],
    options: { blockSize },
  });
  return op.reshape(large, shape);
};
