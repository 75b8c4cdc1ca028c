/** Feature map → vector, channels last (Keras' order): element (h, w, c) lands at (h · W + w) · C + c. */
import { concreteDim, mulDims, type Dim } from '../ir/dim.ts';
import { featureMap, type TensorType } from '../ir/type.ts';
import { defineOp } from './op.ts';
import { aliasLowering } from './shared/lowering.ts';

function type(_: unknown, [input]: readonly TensorType[]): TensorType {
  return featureMap([], (input?.dims ?? []).reduce<Dim>(mulDims, 1));
}

export const flatten = defineOp({
  name: 'flatten',
  doc:
    'Feature map to vector, channels last: `7x7x512` becomes `25088`, the channels of the first place first. Weights of a channels-first ' +
    'framework after a flatten are permuted when they are read (`layout torch`).',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [],
  type,
  cost: () => ({ macs: 0 }),
  eval: (_, [x], types) => ({
    shape: types.output.dims.map(concreteDim),
    data: x?.data ?? new Float32Array(),
  }),
  grad: (node, upstream, build) => {
    const input = node.inputs[0]?.type ?? node.type;
    return [build('reshape', [upstream], { axes: input.axes, dims: input.dims.map(concreteDim) })];
  },
  lower: () => aliasLowering,
  onnx: undefined,
  samples: [
    { inputs: [featureMap([3, 5], 7)], options: {} },
    { inputs: [featureMap([2, 3, 4], 2)], options: {} },
    { inputs: [featureMap([], 6)], options: {} },
  ],
});
