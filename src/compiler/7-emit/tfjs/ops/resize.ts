/** Operators that change the size of a map, and the two rearrangements between pixels and channels. tfjs has them for 2-D maps; others pass as such. */
import { number } from '../../../ops/shared/attrs.ts';
import type { Code } from '../../typescript/code.ts';
import { reshape, tf, type OpContext, type OpEmitter } from './emitter.ts';

/** Spatial sizes and channels of a value. */
interface MapSizes {
  readonly spatial: readonly number[];
  readonly channels: number;
}

function sizesOf(type: OpContext['node']['type']): MapSizes {
  const dims = type.dims.map(Number);
  return { spatial: dims.slice(0, -1), channels: dims.at(-1) ?? 1 };
}

function inputSizes({ node }: OpContext): MapSizes {
  return sizesOf(node.inputs[0]?.type ?? node.type);
}

/** Nearest neighbour by whole factors. */
export const upsample: OpEmitter = (op) =>
  resample(op, (map, size) => tf('image.resizeNearestNeighbor', map, size));

/** Linear interpolation on the grid that the option names. */
export const resize: OpEmitter = (op) => {
  const corners = op.node.attrs.grid === 'corners';
  return resample(op, (map, size) =>
    tf('image.resizeBilinear', map, size, ...(corners ? [true] : [false, true])),
  );
};

/** A 2-D map at once, a signal as a column, a volume first along H and W (slices as batch), then along D (slices as rows). */
function resample(op: OpContext, to: (map: Code, size: readonly number[]) => Code): Code {
  const { spatial: from, channels } = inputSizes(op);
  const { spatial: size } = sizesOf(op.node.type);
  const x = op.input(0);
  if (from.length === 2) return to(x, size);
  if (from.length === 1)
    return tf('squeeze<tf.Tensor3D>', to(tf('expandDims<tf.Tensor4D>', x, 2), [...size, 1]), [2]);
  const [d = 1, h = 1, w = 1] = size;
  const slices = to(reshape(x, [...from.slice(1), channels], 1), [h, w]);
  const columns = to(reshape(slices, [from[0] ?? 1, h * w, channels], 1), [d, h * w]);
  return reshape(columns, [d, h, w, channels], 1);
}

/** Blocks of pixels become channels: the pixels' rows and columns are split into blocks, whose cells then move next to the channels. */
export const spaceToDepth: OpEmitter = (op) => {
  const block = number(op.node.attrs, 'block');
  const { spatial, channels } = inputSizes(op);
  const small = spatial.map((n) => n / block);
  const x = op.input(0);
  const result = [...small, op.node.type.dims.at(-1) as number];
  if (spatial.length === 1) return reshape(x, result, 1);
  const [h = 1, w = 1] = small.slice(-2);
  const cells = tf('transpose', reshape(x, [h, block, w, block, channels], 1), [0, 1, 3, 2, 4, 5]);
  if (spatial.length === 2) return reshape(cells, result, 1);
  const deep = channels * block * block;
  const planes = reshape(cells, [small[0] ?? 1, block, h * w, deep], 1);
  return reshape(tf('transpose', planes, [0, 1, 3, 2, 4]), result, 1);
};

export const depthToSpace: OpEmitter = (op) => {
  const block = number(op.node.attrs, 'block');
  const { spatial, channels } = inputSizes(op);
  const large = op.node.type.dims.map(Number);
  const x = op.input(0);
  if (spatial.length === 1) return reshape(x, large, 1);
  if (spatial.length === 2) return tf('depthToSpace', x, block);
  const [d = 1, h = 1, w = 1] = spatial;
  const planes = tf('transpose', reshape(x, [d, h * w, block, channels / block], 1), [0, 1, 3, 2, 4]);
  return reshape(tf('depthToSpace', reshape(planes, [h, w, channels / block], 1), block), large, 1);
};
