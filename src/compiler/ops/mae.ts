/** Mean absolute error. */
import * as s from '../ir/scalar-build.ts';
import { defineLoss } from './shared/loss.ts';

export const mae = defineLoss({
  name: 'mae',
  doc: 'Mean absolute error: `mean(|prediction − target|)`.',
  scalar: () => s.abs(s.sub(s.arg(0), s.arg(1))),
});
