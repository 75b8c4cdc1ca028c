/** Euclidean length over named axes. */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';

export const l2norm = defineReduction({
  name: 'l2norm',
  doc: 'Euclidean length `√(sum(x²))` over the named axes, or over everything. `x / l2norm(x)` has length 1.',
  combine: 'sum',
  body: s.mul(s.arg(0), s.arg(0)),
  finish: () => s.sqrt(s.arg(0)),
  slope: () => s.div(s.arg(0), s.arg(1)),
  onnx: { type: 'ReduceL2' },
});
