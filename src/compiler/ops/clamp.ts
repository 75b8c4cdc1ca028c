/** Limits values to a range. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import * as read from './shared/attrs.ts';

export const clamp = elementwise({
  name: 'clamp',
  doc: 'Limits every value to `low..high`.',
  category: 'activation',
  params: [
    { name: 'low', kind: 'float', default: 0, doc: 'Smallest value.' },
    { name: 'high', kind: 'float', default: 1, doc: 'Largest value.' },
  ],
  scalar: (attrs) =>
    s.min(s.max(s.arg(0), s.num(read.number(attrs, 'low'))), s.num(read.number(attrs, 'high'))),
  onnx: { type: 'Clip' },
  range: [-2, 3],
});
