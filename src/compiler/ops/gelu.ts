/** Gaussian error linear unit, the exact form. Hendrycks & Gimpel, arXiv:1606.08415. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const gelu = elementwise({
  name: 'gelu',
  doc: '`x · Φ(x) = x · (1 + erf(x / √2)) / 2`. (Hendrycks & Gimpel 2016)',
  category: 'activation',
  scalar: () =>
    s.mul(s.mul(s.num(0.5), s.arg(0)), s.add(s.num(1), s.erf(s.mul(s.arg(0), s.num(Math.SQRT1_2))))),
  onnx: { type: 'Gelu' },
});
