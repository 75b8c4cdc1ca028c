/** Product of two or more values, place by place; a gate where one is a vector [C]. Hu et al., arXiv:1709.01507. */
import { elementwise } from './elementwise.ts';
import { fold, mergeSamples } from './shared/merge.ts';

export const mul = elementwise({
  name: 'mul',
  doc: 'Product of all branches, place by place: gates and attention. (Hu et al. 2017)',
  category: 'merge',
  verb: 'multiplied',
  arity: { min: 1, max: Infinity },
  scalar: (_, count) => fold('mul', count),
  onnx: { type: 'Mul' },
  samples: mergeSamples,
});
