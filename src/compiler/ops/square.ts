/** Square. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const square = elementwise({
  name: 'square',
  doc: 'The square, `x · x`.',
  category: 'elementwise',
  scalar: () => s.mul(s.arg(0), s.arg(0)),
  derivative: () => s.mul(s.num(2), s.arg(0)),
  onnx: undefined,
});
