/** Quotient of two values, place by place. */
import { elementwise } from './elementwise.ts';
import { fold, pairSamples } from './shared/merge.ts';

export const div = elementwise({
  name: 'div',
  doc: 'The first branch divided by the second, place by place.',
  category: 'merge',
  verb: 'divided',
  arity: { min: 2, max: 2 },
  scalar: () => fold('div', 2),
  onnx: { type: 'Div' },
  samples: pairSamples.map((sample) => ({ ...sample, range: [0.5, 3] })),
});
