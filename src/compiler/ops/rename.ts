/** Gives an axis another name; the data stays as it is. Makes values of different origin line up, or keeps them apart. */
import type { Attrs } from '../ir/graph.ts';
import { featureMap, shapeOf, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisProblem } from './shared/axes.ts';
import { aliasLowering } from './shared/lowering.ts';
import { problem, showSizes } from './shared/problem.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const [from, to] = [read.text(attrs, 'from'), read.text(attrs, 'to')];
  const missing = axisProblem('rename', input, [from], 'from');
  if (missing) return missing;
  if (from !== to && input.axes.includes(to))
    return problem('shape/axis-taken', { axis: to, shape: showSizes(input.dims) }, { at: { option: 'to' } });
  return { ...input, axes: input.axes.map((axis) => (axis === from ? to : axis)) };
}

export const rename = defineOp({
  name: 'rename',
  doc: 'Gives an axis another name: `rename(L, M)`. The data stays as it is.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'from', kind: 'axis', default: undefined, doc: 'The axis.' },
    { name: 'to', kind: 'axis', default: undefined, doc: 'Its new name.' },
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (_, [x], { output }) => ({ shape: shapeOf(output), data: x?.data ?? new Float32Array() }),
  grad: (node, upstream, build) => [
    build('rename', [upstream], { from: read.text(node.attrs, 'to'), to: read.text(node.attrs, 'from') }),
  ],
  lower: () => aliasLowering,
  onnx: { type: 'Identity' },
  samples: [
    { inputs: [featureMap([], 5)], options: { from: 'C', to: 'O' } },
    { inputs: [featureMap([4], 3)], options: { from: 'L', to: 'M' } },
  ],
});
