/** Largest of two or more values, place by place. Goodfellow et al., arXiv:1302.4389 (maxout). */
import { elementwise } from './elementwise.ts';
import { fold, mergeSamples } from './shared/merge.ts';

export const max = elementwise({
  name: 'max',
  doc: 'Largest of all branches, place by place. With one value: the largest along axes.',
  category: 'merge',
  verb: 'compared',
  arity: { min: 2, max: Infinity },
  scalar: (_, count) => fold('max', count),
  onnx: { type: 'Max' },
  samples: mergeSamples,
});
