/** Rectified linear unit. Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';

export const relu = elementwise({
  name: 'relu',
  doc: 'Rectified linear unit: `max(x, 0)`. (Nair & Hinton 2010)',
  category: 'activation',
  scalar: () => s.max(s.arg(0), s.num(0)),
  derivative: () => s.select('gt', [s.arg(0), s.num(0)], s.num(1), s.num(0)),
  onnx: { type: 'Relu' },
});
