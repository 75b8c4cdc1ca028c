/** Normalisations. */
import { channelsOf } from '../../../ir/type.ts';
import { bnIndices } from '../../../ops/bn.ts';
import { number } from '../../../ops/shared/attrs.ts';
import type { OnnxEmitter } from './emitter.ts';

export const bn: OnnxEmitter = (op) => {
  const at = bnIndices(op.node.attrs);
  const channels = Number(channelsOf(op.node.type));
  const vector = (value: number): string => op.floats(Array<number>(channels).fill(value));
  const scale = at.scale === undefined ? vector(1) : op.weight(at.scale);
  const shift = at.shift === undefined ? vector(0) : op.weight(at.shift);
  const inputs = [op.input(0), scale, shift, op.weight(at.mean), op.weight(at.variance)];
  return op.emit('BatchNormalization', inputs, { epsilon: number(op.node.attrs, 'eps') });
};
