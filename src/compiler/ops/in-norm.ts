/** Instance normalisation over the places of each channel. Ulyanov, Vedaldi & Lempitsky, arXiv:1607.08022 (style transfer). */
import { featureMap } from '../ir/type.ts';
import { defineNormalisation } from './shared/normalise.ts';
import { spatialProblem } from './shared/window.ts';

export const inNorm = defineNormalisation({
  name: 'in_norm',
  doc: 'Instance normalisation: mean 0 and variance 1 over all places of each channel, then a trainable scale and shift. (Ulyanov et al. 2016)',
  axes: (_, input) => input.axes.filter((axis) => axis !== 'C'),
  weightAxes: () => ['C'],
  problem: (_, input) => spatialProblem('in_norm', input),
  onnx: { type: 'InstanceNormalization', attrs: (a) => ({ epsilon: a.eps ?? 1e-5 }) },
  samples: [
    { inputs: [featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([9], 4)], options: { scale: false } },
    { inputs: [featureMap([2, 3, 4], 3)], options: { scale: false, shift: false, eps: 1e-3 } },
  ],
});
