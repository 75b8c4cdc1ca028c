/** Self-regularised activation. Misra, arXiv:1908.08681. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import { sigmoidOf } from './sigmoid.ts';
import { softplusOf } from './softplus.ts';

export const mish = elementwise({
  name: 'mish',
  doc: '`x · tanh(softplus(x))`. (Misra 2019)',
  category: 'activation',
  scalar: () => s.mul(s.arg(0), s.tanh(softplusOf(s.arg(0)))),
  derivative: () => {
    // y′ = t + x · (1 − t²) · σ
    const t = s.tanh(softplusOf(s.arg(0)));
    return s.add(t, s.mul(s.arg(0), s.mul(s.sub(s.num(1), s.mul(t, t)), sigmoidOf(s.arg(0)))));
  },
  onnx: { type: 'Mish' },
});
