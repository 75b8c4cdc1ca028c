/** ReLU with a small slope below zero. Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import * as read from './shared/attrs.ts';
import type { Scalar } from '../ir/scalar.ts';

/** `x > 0 ? x : slope · x`; the slope may be an operand. */
export const leaky = (slope: Scalar): Scalar =>
  s.select('gt', [s.arg(0), s.num(0)], s.arg(0), s.mul(slope, s.arg(0)));

export const leakyRelu = elementwise({
  name: 'leaky_relu',
  doc: '`x` above zero and `slope · x` below. (Maas et al. 2013)',
  category: 'activation',
  params: [
    { name: 'slope', kind: 'float', default: 0.1, min: 0, doc: 'Slope below zero; 0.1 as in Darknet.' },
  ],
  scalar: (attrs) => leaky(s.num(read.number(attrs, 'slope'))),
  onnx: { type: 'LeakyRelu', attrs: (a) => ({ alpha: a.slope ?? 0.1 }) },
});
