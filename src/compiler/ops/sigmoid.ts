/** Logistic function. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { Scalar } from '../ir/scalar.ts';

/** 1 / (1 + e^−x): where e^−x overflows to infinity, the quotient is still right (0). */
export function sigmoidOf(x: Scalar): Scalar {
  return s.div(s.num(1), s.add(s.num(1), s.exp(s.neg(x))));
}

export const sigmoid = elementwise({
  name: 'sigmoid',
  doc: 'Logistic function `1 / (1 + exp(−x))`: a number between 0 and 1.',
  category: 'activation',
  scalar: () => sigmoidOf(s.arg(0)),
  derivative: () => s.mul(sigmoidOf(s.arg(0)), s.sub(s.num(1), sigmoidOf(s.arg(0)))),
  onnx: { type: 'Sigmoid' },
});
