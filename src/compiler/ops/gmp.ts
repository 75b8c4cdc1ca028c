/** Global max pooling. Oquab et al., "Is object localization for free?", 2015. */
import * as s from '../ir/scalar-build.ts';
import { allPlaces, globalPoolSamples, needsPlaces } from './shared/global-pool.ts';
import { defineReduction } from './shared/reduction.ts';

export const gmp = defineReduction({
  name: 'gmp',
  doc: 'Global max pooling: the largest value of each channel over all places, a vector [C]. (Oquab et al. 2015)',
  category: 'layer',
  params: [],
  attrs: needsPlaces('gmp'),
  axes: allPlaces,
  combine: 'max',
  slope: () => s.select('eq', [s.arg(0), s.arg(1)], s.num(1), s.num(0)),
  onnx: { type: 'GlobalMaxPool' },
  samples: globalPoolSamples,
});
