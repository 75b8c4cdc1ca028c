/** What the element-wise merges share: an expression over n operands and samples with every way of broadcasting. */
import type { BinaryScalar, Scalar } from '../../ir/scalar.ts';
import * as s from '../../ir/scalar-build.ts';
import { featureMap, scalarType } from '../../ir/type.ts';
import type { Sample } from '../op.ts';

/** ((arg 0 op arg 1) op arg 2) … */
export function fold(op: BinaryScalar, count: number): Scalar {
  let expr = s.arg(0);
  for (let i = 1; i < count; i++) expr = s.binary(op, expr, s.arg(i));
  return expr;
}

const map = featureMap([3, 5], 7);

/** Two operands: same shape, channel vector, spatial map, scalar, size-1 axis. */
export const pairSamples: readonly Sample[] = [
  { inputs: [map, map], options: {} },
  { inputs: [map, featureMap([], 7)], options: {} },
  { inputs: [{ dtype: 'f32', axes: ['H', 'W'], dims: [3, 5] }, map], options: {} },
  { inputs: [map, scalarType], options: {} },
  { inputs: [map, featureMap([3, 5], 1)], options: {} },
];

/** `pairSamples`, and three operands. */
export const mergeSamples: readonly Sample[] = [
  ...pairSamples,
  { inputs: [map, featureMap([], 7), map], options: {} },
];
