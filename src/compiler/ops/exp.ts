/** Exponential. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const exp = elementwise({
  name: 'exp',
  doc: 'The exponential, `e^x`.',
  category: 'elementwise',
  scalar: () => s.exp(s.arg(0)),
  onnx: { type: 'Exp' },
});
