/** Sigmoid-weighted linear unit, also called swish. Elfwing, Uchibe & Doya, arXiv:1702.03118; Ramachandran et al., arXiv:1710.05941. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import { sigmoidOf } from './sigmoid.ts';

export const silu = elementwise({
  name: 'silu',
  doc: '`x · sigmoid(x)`, also called swish. (Elfwing et al. 2017)',
  category: 'activation',
  scalar: () => s.div(s.arg(0), s.add(s.num(1), s.exp(s.neg(s.arg(0))))),
  derivative: () => {
    // y′ = σ + x · σ · (1 − σ)
    const sigmoid = sigmoidOf(s.arg(0));
    return s.add(sigmoid, s.mul(s.arg(0), s.mul(sigmoid, s.sub(s.num(1), sigmoid))));
  },
  onnx: undefined,
});
