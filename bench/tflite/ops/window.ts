/** Convolutions and pools. The format has 2-D windows (and 3-D convolutions) with padding `SAME`, as ours, or none; anything else is padded before. */
import { channelsOf, sizeOf, type Tensor } from '../../../src/compiler/ir/type.ts';
import type { Window } from '../../../src/compiler/ir/kernel.ts';
import type { Node } from '../../../src/compiler/ir/graph.ts';
import { bool, number } from '../../../src/compiler/ops/shared/attrs.ts';
import { concreteWindow, outputDims, windowAttrs } from '../../../src/compiler/ops/shared/window.ts';
import { transpose } from '../../../src/weights/layout.ts';
import { padding } from '../schema.ts';
import {
  batched,
  inputType,
  ownShape,
  type OperatorOptions,
  type TensorId,
  type TfliteContext,
  type TfliteEmitter,
} from './emitter.ts';

/** The window of a node on at least two spatial axes: a signal is a map of height 1. */
export function windowOf(node: Node): Window & { readonly same: boolean } {
  const attrs = windowAttrs(node.attrs);
  const type = node.inputs[0]?.type ?? node.type;
  const w = concreteWindow(attrs, type, node.type);
  const spatial = type.dims.slice(0, attrs.kernel.length);
  const asSame = concreteWindow({ ...attrs, pad: 'same' }, type, node.type);
  const same =
    outputDims({ ...attrs, pad: 'same' }, spatial).join() === w.output.join() &&
    asSame.pads.join() === w.pads.join();
  const lead = w.kernel.length === 1 ? [1] : [];
  return {
    input: [...lead, ...w.input],
    output: [...lead, ...w.output],
    kernel: [...lead, ...w.kernel],
    stride: [...lead, ...w.stride],
    dilation: [...lead, ...w.dilation],
    pads: [...lead.map((): readonly [number, number] => [0, 0]), ...w.pads],
    same,
  };
}

/** The input as a map, padded where the operator cannot do it, and the padding left to the operator. */
function paddedInput(
  op: TfliteContext,
  w: ReturnType<typeof windowOf>,
  value: number,
): { readonly x: TensorId; readonly padding: number } {
  const channels = Number(channelsOf(inputType(op)));
  const x = op.reshape(op.input(0), [1, ...w.input, channels]);
  if (w.same) return { x, padding: padding.SAME };
  return { x: padSpatial(op, x, { pads: w.pads, value }), padding: padding.VALID };
}

/** Pads the axes between batch and channels. */
export function padSpatial(
  op: TfliteContext,
  x: TensorId,
  { pads, value }: { readonly pads: Window['pads']; readonly value: number },
): TensorId {
  if (pads.every(([begin, end]) => begin === 0 && end === 0)) return x;
  const all = [[0, 0], ...pads, [0, 0]];
  const shape = op.shapeOf(x).map((n, i) => n + (all[i]?.[0] ?? 0) + (all[i]?.[1] ?? 0));
  const amounts = op.ints(all.flat(), [all.length, 2]);
  if (value === 0) return op.emit('PAD', [x, amounts], { shape });
  return op.emit('PADV2', [x, amounts, op.floats([value])], { shape });
}

export const conv: TfliteEmitter = (op) => {
  const groups = number(op.node.attrs, 'groups');
  const w = windowOf(op.node);
  if (groups > 1 && groups === Number(channelsOf(inputType(op))) && w.kernel.length === 2) return dwconv(op);
  return w.kernel.length === 2 ? conv2d(op) : conv3d(op, groups);
};

function conv2d(op: TfliteContext): TensorId {
  const w = windowOf(op.node);
  const { x, padding } = paddedInput(op, w, 0);
  // [O, I, h, w] → [O, h, w, I]
  const filter = op.weight(1, (stored) => reordered(asPlane(stored), [0, 2, 3, 1]));
  return convolution(op, 'CONV_2D', [x, filter], { ...options2d(w, padding), activation: 0 });
}

export const dwconv: TfliteEmitter = (op) => {
  const w = windowOf(op.node);
  if (w.kernel.length === 3) return conv3d(op, Number(channelsOf(inputType(op))));
  const { x, padding } = paddedInput(op, w, 0);
  // [C·m, 1, h, w] → [1, h, w, C·m]
  const filter = op.weight(1, (stored) => reordered(asPlane(stored), [1, 2, 3, 0]));
  const depthMultiplier = Number(op.node.type.dims.at(-1)) / Number(channelsOf(inputType(op)));
  return convolution(op, 'DEPTHWISE_CONV_2D', [x, filter], {
    ...options2d(w, padding),
    depthMultiplier,
    activation: 0,
  });
};

function conv3d(op: TfliteContext, groups: number): TensorId {
  const w = windowOf(op.node);
  const { x, padding } = paddedInput(op, w, 0);
  // [O, I, d, h, w] → [d, h, w, I, O]
  const filter = op.weight(1, (stored) => reordered(ungrouped(stored, groups), [2, 3, 4, 1, 0]));
  const [strideD = 1, strideH = 1, strideW = 1] = w.stride;
  const [dilationD = 1, dilationH = 1, dilationW = 1] = w.dilation;
  const options = { padding, strideD, strideW, strideH, activation: 0, dilationD, dilationW, dilationH };
  return convolution(op, 'CONV_3D', [x, filter], options);
}

/** Every convolution gets a bias: kernels are tuned for that. */
function convolution(
  op: TfliteContext,
  name: 'CONV_2D' | 'CONV_3D' | 'DEPTHWISE_CONV_2D',
  operands: readonly TensorId[],
  options: OperatorOptions,
): TensorId {
  const shape = [1, ...windowOf(op.node).output, Number(op.node.type.dims.at(-1))];
  return op.reshape(op.emit(name, [...operands, biasOf(op)], { shape, options }), ownShape(op));
}

/** The bias, or zeros. */
export function biasOf(op: TfliteContext): TensorId {
  return bool(op.node.attrs, 'bias') ? op.weight(2) : noBias(op);
}

export function noBias(op: TfliteContext): TensorId {
  return op.floats(Array<number>(Number(op.node.type.dims.at(-1))).fill(0));
}

function options2d({ stride, dilation }: Window, padding: number): OperatorOptions {
  const [strideH = 1, strideW = 1] = stride;
  const [dilationH = 1, dilationW = 1] = dilation;
  return { padding, strideW, strideH, dilationW, dilationH };
}

/** The kernel of a 1-D layer as one of height 1. */
export function asPlane({ shape, data }: Tensor): Tensor {
  const [a = 1, b = 1, ...kernel] = shape;
  return { shape: kernel.length === 1 ? [a, b, 1, ...kernel] : shape, data };
}

export function reordered({ shape, data }: Tensor, order: readonly number[]): Tensor {
  return { shape: order.map((axis) => shape[axis] ?? 1), data: transpose(data, shape, order) };
}

/** A kernel whose second axis has the channels of all groups, with zeros where groups do not see each other. */
export function ungrouped({ shape, data }: Tensor, groups: number): Tensor {
  if (groups === 1) return { shape, data };
  const [a = 1, b = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  const [perA, all] = [a / groups, b * groups];
  const wide = new Float32Array(a * all * taps);
  for (let i = 0; i < a; i++)
    wide.set(data.subarray(i * b * taps, (i + 1) * b * taps), (i * all + Math.floor(i / perA) * b) * taps);
  return { shape: [a, all, ...kernel], data: wide };
}

export const maxpool: TfliteEmitter = (op) => {
  const w = windowOf(op.node);
  // Zeros never win over what cannot be negative, and pad faster.
  const value = neverNegative(op.node.inputs[0]) ? 0 : -Infinity;
  const { x, padding } = paddedInput(op, w, value);
  return op.reshape(pooled(op, 'MAX_POOL_2D', { x, w, padding }), ownShape(op));
};

function neverNegative(node: Node | undefined): boolean {
  return node !== undefined && ['relu', 'relu6', 'sigmoid', 'softmax', 'square', 'abs'].includes(node.op);
}

export const avgpool: TfliteEmitter = (op) => {
  const w = windowOf(op.node);
  const counting = op.node.attrs.count_padding === true;
  const average = (window: typeof w): TensorId => {
    const { x, padding } = paddedInput(op, window, 0);
    return op.reshape(pooled(op, 'AVERAGE_POOL_2D', { x, w: window, padding }), ownShape(op));
  };
  if (counting) return average({ ...w, same: false });
  const plain = average(w);
  const padded = !w.same && w.pads.flat().some((n) => n > 0);
  return padded
    ? op.emit('MUL', [plain, weightOfInside(op, w)], { shape: ownShape(op), options: { activation: 0 } })
    : plain;
};

/** Taps of the window over those that lie inside of the map, per place. */
function weightOfInside(op: TfliteContext, w: Window): TensorId {
  const perAxis = w.output.map((size, i) =>
    Array.from({ length: size }, (_, at) => {
      const taps = w.kernel[i] ?? 1;
      const from = at * (w.stride[i] ?? 1) - (w.pads[i]?.[0] ?? 0);
      const inside = Array.from({ length: taps }, (_, tap) => from + tap * (w.dilation[i] ?? 1));
      return taps / inside.filter((n) => n >= 0 && n < (w.input[i] ?? 1)).length;
    }),
  );
  const values = perAxis.reduce(
    (products, factors) => products.flatMap((p) => factors.map((f) => p * f)),
    [1],
  );
  return op.floats(values, [...batched(op.node.type).slice(0, -1), 1]);
}

interface Pool {
  readonly x: TensorId;
  readonly w: Window;
  readonly padding: number;
}

/** A volume is pooled along H and W (its slices as a batch), then along D. */
function pooled(
  op: TfliteContext,
  name: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D',
  { x, w, padding }: Pool,
): TensorId {
  const channels = op.shapeOf(x).at(-1) ?? 1;
  if (w.kernel.length === 2) {
    const options = { ...poolOptions(w.kernel, w.stride), padding };
    return op.emit(name, [x], { shape: [1, ...w.output, channels], options });
  }
  const [, d = 1, h = 1, width = 1] = op.shapeOf(x);
  const [outD = 1, outH = 1, outW = 1] = w.output;
  const slices = op.emit(name, [op.reshape(x, [d, h, width, channels])], {
    shape: [d, outH, outW, channels],
    options: { ...poolOptions(w.kernel.slice(1), w.stride.slice(1)), padding },
  });
  return op.emit(name, [op.reshape(slices, [1, d, outH * outW, channels])], {
    shape: [1, outD, outH * outW, channels],
    options: { ...poolOptions([w.kernel[0] ?? 1, 1], [w.stride[0] ?? 1, 1]), padding },
  });
}

function poolOptions(
  [filterH = 1, filterW = 1]: readonly number[],
  [strideH = 1, strideW = 1]: readonly number[],
): OperatorOptions {
  return { strideW, strideH, filterW, filterH, activation: 0 };
}
