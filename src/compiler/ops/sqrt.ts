/** Square root. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const sqrt = elementwise({
  name: 'sqrt',
  doc: 'Square root; NaN below zero.',
  category: 'elementwise',
  scalar: () => s.sqrt(s.arg(0)),
  onnx: { type: 'Sqrt' },
  range: [0.2, 9],
});
