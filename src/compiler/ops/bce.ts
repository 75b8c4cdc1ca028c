/** Binary cross-entropy from logits, in the form that neither overflows nor loses digits: max(x, 0) − x·t + log(1 + e^−|x|). */
import * as s from '../ir/scalar-build.ts';
import { defineLoss } from './shared/loss.ts';
import { softplusOf } from './softplus.ts';

export const bce = defineLoss({
  name: 'bce',
  doc: 'Binary cross-entropy of logits (values before the sigmoid) and targets between 0 and 1, averaged over all elements.',
  // softplus(x) − x·t
  scalar: () => s.sub(softplusOf(s.arg(0)), s.mul(s.arg(0), s.arg(1))),
});
