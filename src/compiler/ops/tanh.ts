/** Hyperbolic tangent. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const tanh = elementwise({
  name: 'tanh',
  doc: 'Hyperbolic tangent: a number between −1 and 1.',
  category: 'activation',
  scalar: () => s.tanh(s.arg(0)),
  onnx: { type: 'Tanh' },
});
