/** Negation. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const neg = elementwise({
  name: 'neg',
  doc: 'The negative, `−x`.',
  category: 'elementwise',
  scalar: () => s.neg(s.arg(0)),
  onnx: { type: 'Neg' },
});
