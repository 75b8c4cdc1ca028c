/** Normalisations. */
import { channelsOf } from '../../../src/compiler/ir/type.ts';
import { number, texts } from '../../../src/compiler/ops/shared/attrs.ts';
import { binary } from './elementwise.ts';
import {
  inputType,
  ownShape,
  same,
  type TensorId,
  type TfliteContext,
  type TfliteEmitter,
} from './emitter.ts';
import { meanKept, permuted } from './reduce.ts';
import { padSpatial } from './window.ts';

export const ln: TfliteEmitter = (op) => normalise(op, texts(op.node.attrs, 'axes'));

export const inNorm: TfliteEmitter = (op) =>
  normalise(
    op,
    op.node.type.axes.filter((axis) => axis !== 'C'),
  );

/** (x − mean) / √(variance + ε) · weight + bias with the sample's own statistics over some axes. */
function normalise(op: TfliteContext, over: readonly string[]): TensorId {
  const { attrs, type } = op.node;
  const x = op.input(0);
  const axes = over.map((axis) => type.axes.indexOf(axis) + 1);
  const centred = binary(op, 'SUB', [x, meanKept(op, x, axes)]);
  const variance = meanKept(op, same(op, 'SQUARE', centred), axes);
  const deviation = same(op, 'SQRT', binary(op, 'ADD', [variance, op.floats([number(attrs, 'eps')])]));
  const normal = binary(op, 'DIV', [centred, deviation]);
  const scaled = attrs.scale === true ? binary(op, 'MUL', [normal, op.broadcast(1)]) : normal;
  return attrs.shift === true
    ? binary(op, 'ADD', [scaled, op.broadcast(attrs.scale === true ? 2 : 1)])
    : scaled;
}

/** The format's own for windows with a middle channel; otherwise from the average of the squares over the channels. */
export const lrn: TfliteEmitter = (op) => {
  const [size, alpha, beta, k] = ['size', 'alpha', 'beta', 'k'].map((name) => number(op.node.attrs, name));
  const channels = Number(channelsOf(inputType(op)));
  const places = op.node.type.dims.slice(0, -1).reduce<number>((product, n) => product * Number(n), 1);
  const flat = op.reshape(
    op.input(0),
    op.node.type.dims.length === 3 ? ownShape(op) : [1, 1, places, channels],
  );
  const settings = { size: size ?? 5, alpha: alpha ?? 1, beta: beta ?? 1, k: k ?? 1 };
  const result = settings.size % 2 === 1 ? ownLrn(op, flat, settings) : evenLrn(op, flat, settings);
  return op.reshape(result, ownShape(op));
};

interface Lrn {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

function ownLrn(op: TfliteContext, x: TensorId, { size, alpha, beta, k }: Lrn): TensorId {
  return op.emit('LOCAL_RESPONSE_NORMALIZATION', [x], {
    shape: op.shapeOf(x),
    options: { radius: (size - 1) / 2, bias: k, alpha, beta },
  });
}

function evenLrn(op: TfliteContext, x: TensorId, { size, alpha, beta, k }: Lrn): TensorId {
  const [, h = 1, w = 1, channels = 1] = op.shapeOf(x);
  const lines = permuted(op, same(op, 'SQUARE', x), [0, 1, 3, 2]);
  const pads = [
    [0, 0],
    [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)],
  ] as const;
  const averages = op.emit('AVERAGE_POOL_2D', [padSpatial(op, lines, { pads, value: 0 })], {
    shape: [1, h, channels, w],
    options: { padding: 1, strideW: 1, strideH: 1, filterW: size, filterH: 1, activation: 0 },
  });
  const sums = binary(op, 'MUL', [permuted(op, averages, [0, 1, 3, 2]), op.floats([size * alpha])]);
  const base = binary(op, 'ADD', [sums, op.floats([k])]);
  return binary(op, 'DIV', [x, binary(op, 'POW', [base, op.floats([beta])])]);
}
