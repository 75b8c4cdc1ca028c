/**
 * A fused element-wise chain: one scalar expression over n values, broadcast over named axes. The optimiser makes it where there is no
 * heavy producer whose epilogue could take the chain, and gradient rules build with it. `unfused`, in quantised graphs: bytes are made of it.
 */
import * as s from '../ir/scalar-build.ts';
import { featureMap } from '../ir/type.ts';
import { elementwise } from './elementwise.ts';
import * as read from './shared/attrs.ts';

const map32 = featureMap([3, 5], 6);

export const map = elementwise({
  name: 'map',
  doc: 'A fused element-wise expression over its inputs.',
  category: 'internal',
  arity: { min: 1, max: Infinity },
  scalar: (attrs) => read.scalar(attrs, 'expr'),
  unfused: (attrs) => attrs['unfused'] === true,
  onnx: undefined,
  samples: [
    { inputs: [map32, featureMap([], 6)], options: { expr: s.max(s.mul(s.arg(0), s.arg(1)), s.num(0)) } },
    {
      inputs: [map32, featureMap([], 6), map32],
      options: { expr: s.add(s.mul(s.arg(0), s.arg(1)), s.arg(2)), unfused: true },
    },
    { inputs: [map32, map32, map32], options: { expr: s.tanh(s.sub(s.mul(s.arg(0), s.arg(1)), s.arg(2))) } },
  ],
});
