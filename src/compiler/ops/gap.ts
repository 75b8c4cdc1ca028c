/** Global average pooling. Lin, Chen & Yan, arXiv:1312.4400 (Network in Network). */
import * as s from '../ir/scalar-build.ts';
import { defineReduction } from './shared/reduction.ts';
import { allPlaces, globalPoolSamples, needsPlaces } from './shared/global-pool.ts';

export const gap = defineReduction({
  name: 'gap',
  doc: 'Global average pooling: the mean of each channel over all places, a vector [C]. (Lin et al. 2013)',
  category: 'layer',
  params: [],
  attrs: needsPlaces('gap'),
  axes: allPlaces,
  combine: 'sum',
  finish: (count) => s.div(s.arg(0), s.num(count)),
  slope: (count) => s.num(1 / count),
  onnx: { type: 'GlobalAveragePool' },
  samples: globalPoolSamples,
});
