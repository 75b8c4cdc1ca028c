/** Mean over named axes. */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';

export const mean = defineReduction({
  name: 'mean',
  doc: 'Mean over the named axes, or over everything.',
  combine: 'sum',
  finish: (count) => s.div(s.arg(0), s.num(count)),
  slope: (count) => s.num(1 / count),
  onnx: { type: 'ReduceMean' },
});
