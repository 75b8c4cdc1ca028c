/** Smooth ReLU. Dugas et al., "Incorporating second-order functional knowledge for better option pricing", 2000. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { Scalar } from '../ir/scalar.ts';
import { sigmoidOf } from './sigmoid.ts';

/** max(x, 0) + log(1 + e^−|x|), which never overflows. */
export function softplusOf(x: Scalar): Scalar {
  return s.add(s.max(x, s.num(0)), s.log(s.add(s.num(1), s.exp(s.neg(s.abs(x))))));
}

export const softplus = elementwise({
  name: 'softplus',
  doc: '`log(1 + exp(x))`, a smooth ReLU. (Dugas et al. 2000)',
  category: 'activation',
  scalar: () => softplusOf(s.arg(0)),
  derivative: () => sigmoidOf(s.arg(0)),
  onnx: { type: 'Softplus' },
});
