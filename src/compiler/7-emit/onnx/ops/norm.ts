/** Normalisations. */
import { channelsOf, sizeOf } from '../../../ir/type.ts';
import { bnIndices } from '../../../ops/bn.ts';
import { number, texts } from '../../../ops/shared/attrs.ts';
import { onnxAxis, onnxDims, type OnnxContext, type OnnxEmitter } from './emitter.ts';

export const bn: OnnxEmitter = (op) => {
  const at = bnIndices(op.node.attrs);
  const channels = Number(channelsOf(op.node.type));
  const vector = (value: number): string => op.floats(Array<number>(channels).fill(value));
  const scale = at.scale === undefined ? vector(1) : op.weight(at.scale);
  const shift = at.shift === undefined ? vector(0) : op.weight(at.shift);
  const inputs = [op.input(0), scale, shift, op.weight(at.mean), op.weight(at.variance)];
  return op.emit('BatchNormalization', inputs, { epsilon: number(op.node.attrs, 'eps') });
};

export const ln: OnnxEmitter = (op) => normalise(op, texts(op.node.attrs, 'axes'));

export const inNorm: OnnxEmitter = (op) =>
  normalise(
    op,
    op.node.type.axes.filter((axis) => axis !== 'C'),
  );

/** (x − mean) / √(variance + ε) · weight + bias over any axes, which ONNX' own operators do only for some of them. */
function normalise(op: OnnxContext, over: readonly string[]): string {
  const { attrs, type } = op.node;
  const axes = op.ints(over.map((axis) => onnxAxis(type, axis)));
  const mean = (value: string): string => op.emit('ReduceMean', [value, axes], { keepdims: 1 });
  const centred = op.emit('Sub', [op.input(0), mean(op.input(0))]);
  const variance = mean(op.emit('Mul', [centred, centred]));
  const deviation = op.emit('Sqrt', [op.emit('Add', [variance, op.floats([number(attrs, 'eps')], [])])]);
  const normal = op.emit('Div', [centred, deviation]);
  const scaled = attrs.scale === true ? op.emit('Mul', [normal, op.broadcast(1)]) : normal;
  return attrs.shift === true ? op.emit('Add', [scaled, op.broadcast(attrs.scale === true ? 2 : 1)]) : scaled;
}

/** ONNX divides alpha by the size, and onnxruntime has it for 2-D maps only. */
export const lrn: OnnxEmitter = (op) => {
  const [size, alpha, beta, bias] = ['size', 'alpha', 'beta', 'k'].map((name) => number(op.node.attrs, name));
  const dims = onnxDims(op.node.type);
  const [channels = 1, ...spatial] = dims;
  const flat = op.ints([1, channels, sizeOf(spatial), 1]);
  const x = spatial.length === 2 ? op.input(0) : op.emit('Reshape', [op.input(0), flat]);
  const result = op.emit('LRN', [x], {
    size: size ?? 5,
    alpha: (alpha ?? 0) * (size ?? 1),
    beta: beta ?? 0,
    bias: bias ?? 0,
  });
  return spatial.length === 2 ? result : op.emit('Reshape', [result, op.ints([1, ...dims])]);
};
