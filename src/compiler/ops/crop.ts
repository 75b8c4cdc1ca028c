/** Cuts a border away: the inverse of `pad`. U-Net's original copies cropped maps across: Ronneberger et al., arXiv:1505.04597. */
import { concreteDim, addDims } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import { featureMap, type TensorType } from '../ir/type.ts';
import { defineOp, isProblem, type Problem } from './op.ts';
import { axisIndex } from './shared/broadcast.ts';
import { padsOf } from './pad.ts';
import { amountParam, axisParams, perAxis } from './shared/per-axis.ts';
import { problem, showSizes } from './shared/problem.ts';
import { copyLowering, gather } from './shared/rearrange.ts';

function attrs(options: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): Attrs | Problem {
  const pads = perAxis('crop', options, input);
  return isProblem(pads) ? pads : { pads };
}

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const pads = padsOf(attrs);
  const dims = input.dims.map((n, i) => addDims(n, -((pads[i]?.[0] ?? 0) + (pads[i]?.[1] ?? 0))));
  const axis = dims.findIndex((n) => typeof n === 'number' && n < 1);
  if (axis === -1) return { ...input, dtype: 'f32', dims };
  const [begin, end] = pads[axis] ?? [0, 0];
  return problem('shape/crops-everything', {
    axis: input.axes[axis] ?? '',
    amount: begin + end,
    input: showSizes(input.dims),
    size: concreteDim(input.dims[axis] ?? 1),
  });
}

export const crop = defineOp({
  name: 'crop',
  doc: 'Cuts a border away: `crop(1)` on every side, `crop(H = (0, 1))` along one axis. (Ronneberger et al. 2015, U-Net)',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [amountParam, ...axisParams('ends', 'Elements cut before and after')],
  attrs,
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const pads = padsOf(attrs);
    return gather(x, output, (place) => place.map((p, i) => p + (pads[i]?.[0] ?? 0)));
  },
  grad: (node, upstream, build) => [
    build('pad', [upstream], { pads: padsOf(node.attrs), mode: 'value', value: 0 }),
  ],
  lower: (node) => {
    const pads = padsOf(node.attrs);
    return copyLowering(node, (axis, i) => axisIndex(axis, 1, pads[i]?.[0] ?? 0));
  },
  onnx: { type: 'Slice' },
  samples: [
    { inputs: [featureMap([6, 7], 3)], options: { amount: 1 } },
    { inputs: [featureMap([6, 7], 3)], options: { H: [0, 2], C: [1, 0] } },
    { inputs: [featureMap([9], 2)], options: { L: 3 } },
  ],
});
