/** Exponential linear unit. Clevert, Unterthiner & Hochreiter, arXiv:1511.07289. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import * as read from './shared/attrs.ts';
import type { Scalar } from '../ir/scalar.ts';

/** `x > 0 ? x : alpha · (e^min(x, 0) − 1)`; the minimum keeps the side not taken from overflowing. */
export function expLinear(alpha: number): Scalar {
  const below = s.sub(s.exp(s.min(s.arg(0), s.num(0))), s.num(1));
  return s.select('gt', [s.arg(0), s.num(0)], s.arg(0), s.mul(s.num(alpha), below));
}

export const elu = elementwise({
  name: 'elu',
  doc: '`x` above zero and `alpha · (exp(x) − 1)` below. (Clevert et al. 2015)',
  category: 'activation',
  params: [
    { name: 'alpha', kind: 'float', default: 1, min: 0, doc: 'What it tends to far below zero, negated.' },
  ],
  scalar: (attrs) => expLinear(read.number(attrs, 'alpha')),
  onnx: { type: 'Elu', attrs: (a) => ({ alpha: a.alpha ?? 1 }) },
});
