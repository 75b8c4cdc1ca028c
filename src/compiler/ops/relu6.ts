/** ReLU capped at 6, which keeps activations in a small range. Howard et al., arXiv:1704.04861. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const relu6 = elementwise({
  name: 'relu6',
  doc: '`min(max(x, 0), 6)`. (Howard et al. 2017, MobileNet)',
  category: 'activation',
  scalar: () => s.min(s.max(s.arg(0), s.num(0)), s.num(6)),
  derivative: () =>
    s.select('gt', [s.arg(0), s.num(0)], s.select('lt', [s.arg(0), s.num(6)], s.num(1), s.num(0)), s.num(0)),
  onnx: { type: 'Clip' },
  range: [-2.9, 8.8],
});
