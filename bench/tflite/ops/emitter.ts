/** What the emitter of an operator sees: it adds TensorFlow Lite operators and gives the tensor that holds the node's value. */
import type { Node } from '../../../src/compiler/ir/graph.ts';
import type { Tensor, TensorType } from '../../../src/compiler/ir/type.ts';
import type { Activation, OperatorName, TensorTypeName } from '../schema.ts';

/** Index among the graph's tensors. */
export type TensorId = number;

/** Option values by field name. */
export type OperatorOptions = Record<string, number | boolean | readonly number[]>;

export interface EmitOptions {
  /** Of the result, with the batch. */
  readonly shape: readonly number[];
  /** Default FLOAT32. */
  readonly type?: TensorTypeName;
  readonly options?: Readonly<OperatorOptions>;
}

export interface TfliteContext {
  readonly node: Node;
  /** The i-th input, with its batch. */
  input(index: number): TensorId;
  /** The static i-th input after `change`, without a batch. */
  weight(index: number, change?: (stored: Tensor) => Tensor): TensorId;
  /** The i-th input, shaped so that positional broadcasting to the node's type does what broadcasting by axis names means. */
  broadcast(index: number): TensorId;
  shapeOf(tensor: TensorId): readonly number[];
  /** Adds an operator; its result. */
  emit(name: OperatorName, inputs: readonly TensorId[], options: EmitOptions): TensorId;
  /** The same values under another shape. */
  reshape(tensor: TensorId, shape: readonly number[]): TensorId;
  /** A constant. */
  floats(values: readonly number[], shape?: readonly number[]): TensorId;
  ints(values: readonly number[], shape?: readonly number[]): TensorId;
  /** The only input after an activation, computed by the operator before where that can. */
  activated(name: Exclude<Activation, 'NONE'>): TensorId;
}

export type TfliteEmitter = (op: TfliteContext) => TensorId;

/** Sizes with the batch: `[1, 28, 28, 6]`; a scalar is `[1]`. */
export function batched(type: TensorType): readonly number[] {
  return [1, ...type.dims.map(Number)];
}

/** Shape of the node's own value. */
export function ownShape({ node }: TfliteContext): readonly number[] {
  return batched(node.type);
}

export function inputType({ node }: TfliteContext, index = 0): TensorType {
  return node.inputs[index]?.type ?? node.type;
}

/** The operator applied to one tensor, of the same shape. */
export function same(op: TfliteContext, name: OperatorName, x: TensorId): TensorId {
  return op.emit(name, [x], { shape: op.shapeOf(x) });
}
