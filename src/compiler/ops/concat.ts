/** Joins values along one axis (the channels, normally): GoogLeNet's modules, U-Net's copies. Szegedy et al., arXiv:1409.4842. */
import { concreteDim, addDims, sameDim, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisParam, axisProblem } from './shared/axes.ts';
import { axisIndex, dimOf, mismatch, rowStrides } from './shared/broadcast.ts';
import { loopsOver, lowering } from './shared/lowering.ts';
import { copyNest } from './shared/rearrange.ts';

function type(attrs: Attrs, inputs: readonly TensorType[]): TensorType | Problem {
  const axis = read.text(attrs, 'axis');
  const [first = featureMap([], 1)] = inputs;
  const missing = inputs
    .map((input) => axisProblem('concat', input, [axis], 'axis'))
    .find((p) => p !== undefined);
  if (missing) return missing;
  if (inputs.some((input) => input.axes.join() !== first.axes.join()))
    return mismatch(inputs, 'concatenated', []);
  const others = first.axes.filter((name) => name !== axis);
  const differing = others.filter((name) =>
    inputs.some((input) => !sameDim(dimOf(input, name) ?? 1, dimOf(first, name) ?? 1)),
  );
  if (differing.length > 0) return mismatch(inputs, 'concatenated', differing);
  const total = inputs.reduce<Dim>((sum, input) => addDims(sum, dimOf(input, axis) ?? 1), 0);
  return { ...first, dtype: 'f32', dims: first.dims.map((n, i) => (first.axes[i] === axis ? total : n)) };
}

/** Where each input begins along the axis. */
function concatOffsets(attrs: Attrs, inputs: readonly TensorType[]): readonly number[] {
  const axis = read.text(attrs, 'axis');
  let offset = 0;
  return inputs.map((input) => {
    const begin = offset;
    offset += concreteDim(dimOf(input, axis) ?? 1);
    return begin;
  });
}

/** Rows (everything from the axis on is contiguous) of all inputs in turn. */
function evalConcat(attrs: Attrs, inputs: readonly Tensor[], output: TensorType): Tensor {
  const shape = shapeOf(output);
  const at = output.axes.indexOf(read.text(attrs, 'axis'));
  const step = rowStrides(shape)[at] ?? 1;
  const outRow = (shape[at] ?? 1) * step;
  const data = new Float32Array(sizeOf(shape));
  let offset = 0;
  for (const input of inputs) {
    const row = (input.shape[at] ?? 1) * step;
    for (let i = 0; i * row < input.data.length; i++)
      data.set(input.data.subarray(i * row, (i + 1) * row), i * outRow + offset);
    offset += row;
  }
  return { shape, data };
}

/** One copy per input; the planner lets producers write straight into the result where it can. */
function lower(node: Node): Lowering {
  const axis = read.text(node.attrs, 'axis');
  const types = node.inputs.map((input) => input.type);
  const offsets = concatOffsets(node.attrs, types);
  return lowering(
    ...types.map((type, operand) => {
      const index = type.axes.map((name) => axisIndex(name, 1, name === axis ? offsets[operand] : 0));
      const load = { operand, index: type.axes.map((name) => axisIndex(name)) };
      return copyNest(node, load, { axes: loopsOver(type), index });
    }),
  );
}

export const concat = defineOp({
  name: 'concat',
  doc: 'Joins all branches along an axis, the channels unless written; the other axes have to agree. (Szegedy et al. 2014, GoogLeNet)',
  category: 'merge',
  arity: { min: 1, max: Infinity },
  params: [axisParam],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, inputs, types) => evalConcat(attrs, inputs, types.output),
  grad: (node, upstream, build) => {
    const axis = read.text(node.attrs, 'axis');
    const types = node.inputs.map((input) => input.type);
    return concatOffsets(node.attrs, types).map((begin, i) => {
      const end = begin + concreteDim(dimOf(types[i] ?? node.type, axis) ?? 1);
      return build('slice', [upstream], { axes: [axis], begin: [begin], end: [end] });
    });
  },
  lower,
  onnx: { type: 'Concat' },
  samples: [
    { inputs: [featureMap([3, 5], 4), featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([], 3), featureMap([], 1), featureMap([], 6)], options: {} },
    { inputs: [featureMap([2, 5], 3), featureMap([4, 5], 3)], options: { axis: 'H' } },
    { inputs: [featureMap([6], 2), featureMap([6], 2)], options: {} },
  ],
});
