/** Global pools are reductions over all axes but the channels. */
import type { Attrs } from '../../ir/graph.ts';
import { featureMap, type Axis, type TensorType } from '../../ir/type.ts';
import type { Sample } from '../op.ts';

export function allPlaces(_: Attrs, input: TensorType): readonly Axis[] {
  return input.axes.filter((axis) => axis !== 'C');
}

export const globalPoolSamples: readonly Sample[] = [
  { inputs: [featureMap([7, 5], 9)], options: {} },
  { inputs: [featureMap([1, 1], 3)], options: {} },
  { inputs: [featureMap([11], 4)], options: {} },
  { inputs: [featureMap([2, 3, 4], 5)], options: {} },
];
