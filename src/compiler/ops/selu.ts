/** Scaled ELU, whose constants keep mean 0 and variance 1 through the layers. Klambauer et al., arXiv:1706.02515. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import { expLinear } from './elu.ts';

export const selu = elementwise({
  name: 'selu',
  doc: '`1.0507 · elu(x, 1.6733)`: keeps mean 0 and variance 1. (Klambauer et al. 2017)',
  category: 'activation',
  scalar: () => s.mul(s.num(1.0507009873554805), expLinear(1.6732632423543772)),
  onnx: { type: 'Selu' },
});
