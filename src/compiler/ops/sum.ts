/** Sum over named axes. */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';

export const sum = defineReduction({
  name: 'sum',
  doc: 'Sum over the named axes, or over everything.',
  combine: 'sum',
  slope: () => s.num(1),
  onnx: { type: 'ReduceSum' },
});
