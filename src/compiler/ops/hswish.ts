/** SiLU with a piecewise linear sigmoid. Howard et al., arXiv:1905.02244 (MobileNetV3). */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import { hardSigmoid } from './hsigmoid.ts';

export const hswish = elementwise({
  name: 'hswish',
  doc: '`x · min(max(x + 3, 0), 6) / 6`. (Howard et al. 2019, MobileNetV3)',
  category: 'activation',
  scalar: () => s.mul(s.arg(0), hardSigmoid()),
  onnx: { type: 'HardSwish' },
});
