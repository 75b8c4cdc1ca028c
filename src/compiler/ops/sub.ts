/** Difference of two values, place by place. */
import { elementwise } from './elementwise.ts';
import { fold, pairSamples } from './shared/merge.ts';

export const sub = elementwise({
  name: 'sub',
  doc: 'The first branch minus the second, place by place.',
  category: 'merge',
  verb: 'subtracted',
  arity: { min: 2, max: 2 },
  scalar: () => fold('sub', 2),
  onnx: { type: 'Sub' },
  samples: pairSamples,
});
