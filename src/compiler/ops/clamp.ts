/** Limits values to a range. */
import * as s from '../ir/scalar-build.ts';
import { elementwise } from './elementwise.ts';
import type { Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { problem } from './shared/problem.ts';

function limitsProblem(low: number, high: number): Problem {
  const fixes = low > high ? [{ title: `clamp(${high}, ${low})`, replace: `clamp(${high}, ${low})` }] : [];
  return problem(
    'value/too-large',
    { option: 'low', what: 'clamp', found: low, bound: `below high, which is ${high}` },
    { at: { option: 'low' }, fixes },
  );
}

export const clamp = elementwise({
  name: 'clamp',
  doc: 'Limits every value to `low..high`.',
  category: 'activation',
  params: [
    { name: 'low', kind: 'float', default: 0, doc: 'Smallest value.' },
    { name: 'high', kind: 'float', default: 1, doc: 'Largest value.' },
  ],
  attrs: (options) => {
    const [low, high] = [read.number(options, 'low'), read.number(options, 'high')];
    return low < high ? options : limitsProblem(low, high);
  },
  scalar: (attrs) =>
    s.min(s.max(s.arg(0), s.num(read.number(attrs, 'low'))), s.num(read.number(attrs, 'high'))),
  onnx: { type: 'Clip' },
  range: [-2, 3],
});
