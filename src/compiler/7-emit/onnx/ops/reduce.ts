/** Operators along named axes. */
import { text } from '../../../ops/shared/attrs.ts';
import { inputType, onnxAxes, onnxAxis, type OnnxContext, type OnnxEmitter } from './emitter.ts';

/** `Type(x)` with the attribute `axis`. */
export function alongAxis(type: string): OnnxEmitter {
  return (op) => op.emit(type, [op.input(0)], { axis: onnxAxis(inputType(op), text(op.node.attrs, 'axis')) });
}

/** Whole numbers travel as floats. */
export const argmax: OnnxEmitter = (op) => {
  const axis = onnxAxis(inputType(op), text(op.node.attrs, 'axis'));
  const index = op.emit('ArgMax', [op.input(0)], { axis, keepdims: 0 });
  return op.emit('Cast', [index], { to: 1 });
};

/** Reduction over the axes that the result lacks; to ONNX an empty list would mean all, the batch included. */
export function overAxes(type: string): OnnxEmitter {
  return (op) => reduced(op, type, op.input(0));
}

/** √(sum(x²)), right also where nothing is reduced. */
export const l2norm: OnnxEmitter = (op) => {
  const squares = op.emit('Mul', [op.input(0), op.input(0)]);
  return op.emit('Sqrt', [reduced(op, 'ReduceSum', squares)]);
};

function reduced(op: OnnxContext, type: string, value: string): string {
  return op.emit(type, [value, op.ints(reducedAxes(op))], { keepdims: 0, noop_with_empty_axes: 1 });
}

/** The global pools keep the spatial axes with size 1, so a reshape drops them. */
export function globalPool(type: string): OnnxEmitter {
  return (op) => {
    const pooled = op.emit(type, [op.input(0)]);
    return op.emit('Reshape', [pooled, op.ints([1, Number(op.node.type.dims[0])])]);
  };
}

function reducedAxes(op: OnnxContext): readonly number[] {
  return onnxAxes(inputType(op)).flatMap((axis, i) => (op.node.type.axes.includes(axis) ? [] : [i + 1]));
}
