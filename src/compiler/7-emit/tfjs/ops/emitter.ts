/**
 * What an operator's emitter sees and returns. An emitter writes one TensorFlow.js expression for one node; names, batches, weights and
 * fused activations are its surroundings' business. Emitted tensors have the batch as their first axis, static values have none:
 * `lead` counts that axis, so the type's axis i is the tensor's axis i + lead.
 */
import { call, type Code, type Expression } from '../../typescript/code.ts';
import type { Node } from '../../../ir/graph.ts';
import type { HelperName } from '../helpers.ts';

/** An activation that tfjs computes inside its convolution and matrix kernels. */
export interface FusedActivation {
  readonly activation: 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu';
  readonly leakyreluAlpha?: number;
}

export interface OpContext {
  readonly node: Node;
  /** 1 where the value has a batch axis, 0 for a static value. */
  readonly lead: 0 | 1;
  /** The activation to compute with this node; only for nodes that `canFuse`. */
  readonly fused: FusedActivation | undefined;
  /** The i-th input. */
  input(index: number): Code;
  /** The i-th input after `layout`, which is applied once, when the weights are read, where the input is static. */
  weight(index: number, layout?: (stored: Code) => Code): Code;
  /** The i-th input reshaped so that positional broadcasting to the node's type does what broadcasting by axis names means. */
  broadcast(index: number): Code;
  /** Gives an intermediate result a name: a statement before the node's own. */
  local(suffix: string, value: Code): Code;
  /** A static value of that name, computed once, when the weights are read (where `read` is their reader). */
  entry(name: string, value: Code): Code;
  /** A call of a helper function, which is then part of the emitted file. */
  helper(name: HelperName, ...args: readonly Expression[]): Code;
}

export type OpEmitter = (op: OpContext) => Code;

/** `tf.name(args…)`. */
export function tf(name: string, ...args: readonly Expression[]): Code {
  return call(`tf.${name}`, ...args);
}

/** The emitted type of a tensor: `tf.Tensor4D` for 28x28x6 with its batch. */
export function tensorTypeName(rank: number): string {
  return rank === 0 ? 'tf.Scalar' : rank > 6 ? 'tf.Tensor' : `tf.Tensor${rank}D`;
}

/** A shape literal; the batch, where there is one, is whatever it is. */
export function shapeLiteral(dims: readonly number[], lead: 0 | 1): readonly number[] {
  return lead === 1 ? [-1, ...dims] : dims;
}

/** `tf.reshape` to a shape of one sample. */
export function reshape(x: Code, dims: readonly number[], lead: 0 | 1): Code {
  return tf(`reshape<tf.Rank.R${dims.length + lead}>`, x, shapeLiteral(dims, lead));
}
