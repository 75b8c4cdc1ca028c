/** Normalisations. */
import { bnIndices } from '../../../ops/bn.ts';
import { number } from '../../../ops/shared/attrs.ts';
import { text, type Code } from '../../typescript/code.ts';
import { tf, type OpEmitter } from './emitter.ts';

/** With the running statistics, as `tf.batchNorm(x, mean, variance, offset, scale, epsilon)`. */
export const bn: OpEmitter = (op) => {
  const at = bnIndices(op.node.attrs);
  const optional = (index: number | undefined): Code =>
    index === undefined ? text('undefined') : op.weight(index);
  const [offset, scale] = [optional(at.shift), optional(at.scale)];
  const eps = number(op.node.attrs, 'eps');
  return tf('batchNorm', op.input(0), op.weight(at.mean), op.weight(at.variance), offset, scale, eps);
};
