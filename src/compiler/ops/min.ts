/** Smallest of two or more values, place by place. */
import { elementwise } from './elementwise.ts';
import { fold, mergeSamples } from './shared/merge.ts';

export const min = elementwise({
  name: 'min',
  doc: 'Smallest of all branches, place by place. With one value: the smallest along axes.',
  category: 'merge',
  verb: 'compared',
  arity: { min: 2, max: Infinity },
  scalar: (_, count) => fold('min', count),
  onnx: { type: 'Min' },
  samples: mergeSamples,
});
