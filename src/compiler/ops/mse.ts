/** Mean squared error. */
import * as s from '../ir/scalar-build.ts';
import { defineLoss } from './shared/loss.ts';

const difference = s.sub(s.arg(0), s.arg(1));

export const mse = defineLoss({
  name: 'mse',
  doc: 'Mean squared error: `mean((prediction − target)²)`.',
  scalar: () => s.mul(difference, difference),
});
