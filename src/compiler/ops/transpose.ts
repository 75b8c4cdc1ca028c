/** Puts the axes into another order; each keeps its name and its data. */
import type { Attrs } from '../ir/graph.ts';
import { featureMap, type Axis, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisProblem } from './shared/axes.ts';
import { axisIndex, dimOf } from './shared/broadcast.ts';
import { problem, showList } from './shared/problem.ts';
import { copyLowering, gather } from './shared/rearrange.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const axes = read.texts(attrs, 'axes');
  const missing = axisProblem('transpose', input, axes, 'axes');
  if (missing) return missing;
  if (new Set(axes).size !== input.axes.length || axes.length !== input.axes.length)
    return orderProblem(input, axes);
  return { dtype: 'f32', axes, dims: axes.map((axis) => dimOf(input, axis) ?? 1) };
}

/** The fix keeps the written order and puts the missing axes first. */
function orderProblem(input: TensorType, axes: readonly Axis[]): Problem {
  const missing = input.axes.filter((axis) => !axes.includes(axis));
  const complete = `[${[...missing, ...new Set(axes)].join(', ')}]`;
  return problem(
    'shape/axes-order',
    { given: showList(axes), axes: showList(input.axes) },
    { at: { option: 'axes' }, fixes: [{ title: complete, set: { option: 'axes', to: complete } }] },
  );
}

export const transpose = defineOp({
  name: 'transpose',
  doc: 'Puts the axes into another order: `transpose([W, H, C])`. Each keeps its name, so later layers still know which is which.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'axes', kind: 'axes', default: undefined, doc: 'All axes of the input, in the new order.' },
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (_, [x], { inputs: [input], output }) => {
    const from = (input ?? output).axes.map((axis) => output.axes.indexOf(axis));
    return gather(x, output, (place) => from.map((at) => place[at] ?? 0));
  },
  grad: (node, upstream, build) => [
    build('transpose', [upstream], { axes: node.inputs[0]?.type.axes ?? [] }),
  ],
  lower: (node) => copyLowering(node, (axis) => axisIndex(axis)),
  onnx: { type: 'Transpose' },
  samples: [
    { inputs: [featureMap([3, 5], 7)], options: { axes: ['C', 'H', 'W'] } },
    { inputs: [featureMap([3, 5], 2)], options: { axes: ['W', 'H', 'C'] } },
    { inputs: [featureMap([6], 4)], options: { axes: ['C', 'L'] } },
    { inputs: [featureMap([2, 3, 4], 5)], options: { axes: ['W', 'C', 'D', 'H'] } },
  ],
});
