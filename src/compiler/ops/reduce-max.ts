/** Largest value along named axes. Its gradient goes to the element that is the largest (to all of them in a tie). */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';

export const reduceMax = defineReduction({
  name: 'reduce_max',
  spelling: 'max',
  doc: 'Largest value along the named axes, or of everything. With several values: the largest of them, place by place.',
  combine: 'max',
  slope: () => s.select('eq', [s.arg(0), s.arg(1)], s.num(1), s.num(0)),
  onnx: { type: 'ReduceMax' },
});
