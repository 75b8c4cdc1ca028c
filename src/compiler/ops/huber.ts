/** Squared near zero and linear beyond, so that outliers do not dominate. Huber, Annals of Mathematical Statistics 35 (1964). */
import type { Attrs } from '../ir/graph.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import * as read from './shared/attrs.ts';
import { defineLoss } from './shared/loss.ts';

function scalar(attrs: Attrs): Scalar {
  const delta = read.number(attrs, 'delta');
  const size = s.abs(s.sub(s.arg(0), s.arg(1)));
  const near = s.mul(s.num(0.5), s.mul(size, size));
  const far = s.mul(s.num(delta), s.sub(size, s.num(delta / 2)));
  return s.select('le', [size, s.num(delta)], near, far);
}

export const huber = defineLoss({
  name: 'huber',
  doc: 'Huber loss: `(prediction − target)² / 2` up to `delta`, linear beyond, so that outliers do not dominate. (Huber 1964)',
  params: [{ name: 'delta', kind: 'float', default: 1, above: 0, doc: 'Where it becomes linear.' }],
  scalar,
});
