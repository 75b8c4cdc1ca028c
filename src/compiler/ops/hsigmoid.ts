/** Piecewise linear sigmoid. Howard et al., arXiv:1905.02244 (MobileNetV3). */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { Scalar } from '../ir/scalar.ts';

/** min(max(x + 3, 0), 6) / 6. */
export function hardSigmoid(): Scalar {
  return s.div(s.min(s.max(s.add(s.arg(0), s.num(3)), s.num(0)), s.num(6)), s.num(6));
}

export const hsigmoid = elementwise({
  name: 'hsigmoid',
  doc: '`min(max(x + 3, 0), 6) / 6`. (Howard et al. 2019, MobileNetV3)',
  category: 'activation',
  scalar: () => hardSigmoid(),
  onnx: { type: 'HardSigmoid', attrs: () => ({ alpha: 1 / 6, beta: 0.5 }) },
});
