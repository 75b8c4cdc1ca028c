/**
 * What the ONNX emitter of an operator sees. ONNX is channels first: a value of type [H, W, C] is stored as [batch, C, H, W]; types without
 * channels, or with nothing but them, keep their order. Weights already have ONNX's layouts.
 */
import type { Node } from '../../../ir/graph.ts';
import type { Axis, Tensor, TensorType } from '../../../ir/type.ts';

/** Attributes of an ONNX node. */
export type OnnxAttrs = Readonly<Record<string, number | string | readonly number[]>>;

export interface OnnxContext {
  readonly node: Node;
  /** Name of the i-th input's value, channels first. */
  input(index: number): string;
  /** Name of an initializer with the static i-th input, after `change`. */
  weight(index: number, change?: (stored: Tensor) => Tensor): string;
  /** Whether a flatten may leave its values channels first. */
  keepsChannelsFirst(flattened: Node): boolean;
  /** The i-th input, reshaped for ONNX's positional broadcasting to the node's type. */
  broadcast(index: number): string;
  /** Adds a node and gives the name of its (first) result. */
  emit(opType: string, inputs: readonly string[], attrs?: OnnxAttrs): string;
  /** Names of several results of one node. */
  emitMany(opType: string, inputs: readonly string[], results: number, attrs?: OnnxAttrs): readonly string[];
  /** Name of a constant. */
  floats(values: readonly number[], shape?: readonly number[]): string;
  ints(values: readonly number[], shape?: readonly number[]): string;
}

export type OnnxEmitter = (op: OnnxContext) => string;

/** The axes of a value in ONNX' order, without the batch. */
export function onnxAxes(type: TensorType): readonly Axis[] {
  return type.axes.at(-1) === 'C' ? ['C', ...type.axes.slice(0, -1)] : type.axes;
}

/** Sizes in ONNX' order, without the batch. */
export function onnxDims(type: TensorType): readonly number[] {
  const dims = type.dims.map(Number);
  return type.axes.at(-1) === 'C' ? [dims.at(-1) ?? 1, ...dims.slice(0, -1)] : dims;
}

/** Position of a named axis in the stored tensor, whose first axis is the batch. */
export function onnxAxis(type: TensorType, axis: Axis): number {
  return onnxAxes(type).indexOf(axis) + 1;
}

export function inputType(op: OnnxContext, index = 0): TensorType {
  return op.node.inputs[index]?.type ?? op.node.type;
}
