/** Layer normalisation over the channels of each place, or over written axes. Ba, Kiros & Hinton, arXiv:1607.06450. */
import { featureMap } from '../ir/type.ts';
import * as read from './shared/attrs.ts';
import { defineNormalisation } from './shared/normalise.ts';

export const ln = defineNormalisation({
  name: 'ln',
  doc: 'Layer normalisation: mean 0 and variance 1 over the channels of each place, then a trainable scale and shift. (Ba et al. 2016)',
  params: [
    { name: 'axes', kind: 'axes', default: ['C'], doc: 'Axes over which mean and variance are taken.' },
  ],
  axes: (attrs) => read.texts(attrs, 'axes'),
  weightAxes: (attrs) => read.texts(attrs, 'axes'),
  onnx: { type: 'LayerNormalization', attrs: (a) => ({ epsilon: a.eps ?? 1e-5 }) },
  samples: [
    { inputs: [featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([], 9)], options: { scale: false } },
    { inputs: [featureMap([6], 4)], options: { axes: ['L', 'C'], eps: 1e-3 } },
    { inputs: [featureMap([2, 3], 4)], options: { shift: false, axes: ['H', 'C'] } },
  ],
});
