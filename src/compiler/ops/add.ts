/** Sum of two or more values, place by place; in a residual block the shortcut. He et al., arXiv:1512.03385. */
import { elementwise } from './elementwise.ts';
import { fold, mergeSamples } from './shared/merge.ts';

export const add = elementwise({
  name: 'add',
  doc: 'Sum of all branches, place by place; an axis that a branch lacks is repeated. (He et al. 2015 for the residual block)',
  category: 'merge',
  verb: 'added',
  arity: { min: 1, max: Infinity },
  scalar: (_, count) => fold('add', count),
  onnx: { type: 'Add' },
  samples: mergeSamples,
});
