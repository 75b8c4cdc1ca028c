/** Global pools are reductions over all axes but the channels. */
import type { Attrs } from '../../ir/graph.ts';
import { featureMap, type Axis, type TensorType } from '../../ir/type.ts';
import type { OpDef, Sample } from '../op.ts';
import { problem, showSizes } from './problem.ts';

export function allPlaces(_: Attrs, input: TensorType): readonly Axis[] {
  return input.axes.filter((axis) => axis !== 'C');
}

/** Of a vector nothing can be pooled: a written global pool would do nothing. */
export function needsPlaces(layer: string): NonNullable<OpDef['attrs']> {
  return (options, [input = featureMap([], 1)]) => {
    if (input.axes.some((axis) => axis !== 'C')) return options;
    const what = input.axes.length === 0 ? 'a single number' : `a vector of ${showSizes(input.dims)}`;
    const fixes = [{ title: `leave ${layer} out`, replace: 'identity' }];
    return problem('shape/needs-map', { layer, what }, { label: `[${input.axes.join(', ')}]`, fixes });
  };
}

export const globalPoolSamples: readonly Sample[] = [
  { inputs: [featureMap([7, 5], 9)], options: {} },
  { inputs: [featureMap([1, 1], 3)], options: {} },
  { inputs: [featureMap([11], 4)], options: {} },
  { inputs: [featureMap([2, 3, 4], 5)], options: {} },
];
