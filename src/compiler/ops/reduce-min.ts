/** Smallest value along named axes. Its gradient goes to the element that is the smallest (to all of them in a tie). */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';

export const reduceMin = defineReduction({
  name: 'reduce_min',
  spelling: 'min',
  doc: 'Smallest value along the named axes, or of everything. With several values: the smallest of them, place by place.',
  combine: 'min',
  slope: () => s.select('eq', [s.arg(0), s.arg(1)], s.num(1), s.num(0)),
  onnx: { type: 'ReduceMin' },
});
