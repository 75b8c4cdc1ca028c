/** Natural logarithm. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const log = elementwise({
  name: 'log',
  doc: 'Natural logarithm; −infinity at zero and NaN below.',
  category: 'elementwise',
  scalar: () => s.log(s.arg(0)),
  onnx: { type: 'Log' },
  range: [0.2, 9],
});
