/** Fully connected layers: the stored [out, in] matrix is transposed once, when weights are read. */
import { bool } from '../../../ops/shared/attrs.ts';
import { cast } from '../../typescript/code.ts';
import { tf, type OpEmitter } from './emitter.ts';

export const dense: OpEmitter = (op) => {
  const weight = op.weight(1, (stored) => tf('transpose', stored));
  const bias = bool(op.node.attrs, 'bias') ? op.weight(2) : undefined;
  if (!bias && !op.fused) return tf('matMul', op.input(0), weight);
  const fused = tf('fused.matMul', { a: op.input(0), b: weight, bias, ...op.fused });
  return cast(fused, 'tf.Tensor2D');
};
