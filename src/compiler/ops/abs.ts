/** Absolute value. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const abs = elementwise({
  name: 'abs',
  doc: 'Absolute value.',
  category: 'elementwise',
  scalar: () => s.abs(s.arg(0)),
  onnx: { type: 'Abs' },
});
