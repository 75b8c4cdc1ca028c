/**
 * Fully connected layer: every output reads every input. The case of a convolution without spatial axes, and computed by the same
 * kernels (one sample: matrix times vector).
 */
import { concreteDim, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import { channelsOf, featureMap, type TensorType } from '../ir/type.ts';
import { defineOp, type Build, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { convKernel, convMacs, convolve, type ConvShape } from './shared/convolve.ts';
import { lowering } from './shared/lowering.ts';
import { showCount } from '../diagnostics/count.ts';
import { problem, showSizes } from './shared/problem.ts';
import { biasParam, initParam, kernelWeights } from './shared/weights.ts';

const noWindow = { input: [], output: [], kernel: [], stride: [], dilation: [], pads: [] };

function shapeFor(attrs: Attrs, input: TensorType): ConvShape {
  return {
    window: noWindow,
    inC: concreteDim(channelsOf(input)),
    outC: read.number(attrs, 'units'),
    groups: 1,
  };
}

function type(attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  if (input?.axes.length === 1 && input.axes[0] === 'C') return featureMap([], read.number(attrs, 'units'));
  return needsVector(attrs, input?.dims ?? [], input ? channelsOf(input) : 1);
}

/** Both ways out, each with what it costs. */
function needsVector(attrs: Attrs, dims: readonly Dim[], channels: Dim): Problem {
  const units = read.number(attrs, 'units');
  const perInput = attrs.bias === true ? 1 : 0;
  const parameters = (inputs: Dim): number =>
    typeof inputs === 'number' ? (inputs + perInput) * units : NaN;
  const all = dims.reduce<number>((product, d) => product * (typeof d === 'number' ? d : NaN), 1);
  const counts = [parameters(channels), parameters(all)].map((n) => (Number.isNaN(n) ? '' : showCount(n)));
  const width = Math.max(...counts.map((c) => c.length));
  const line = (way: string, count = '', remark: string): string =>
    count === ''
      ? `${way} -> dense(${units})   (${remark})`
      : `${way} -> dense(${units})  ${count.padStart(width)} parameters   (${remark})`;
  // A single number is a vector of one.
  if (dims.length === 0)
    return problem(
      'shape/needs-vector',
      { layer: 'dense', shape: 'a single number' },
      { fixes: [{ title: `reshape(1) -> dense(${units})`, before: 'reshape(1)' }] },
    );
  return problem(
    'shape/needs-vector',
    { layer: 'dense', shape: showSizes(dims) },
    {
      fixes: [
        {
          title: line('-> gap', counts[0], 'usual for classification').replace('gap ->', 'gap     ->'),
          before: 'gap',
        },
        { title: line('-> flatten', counts[1], 'keeps position'), before: 'flatten' },
      ],
    },
  );
}

/** dx = weightᵀ · g, dweight = g ⊗ x, dbias = g. */
function denseGrad(node: Node, upstream: Node, build: Build): readonly Node[] {
  const [x, weight] = node.inputs;
  if (!x || !weight) return [];
  const g = build('rename', [upstream], { from: 'C', to: 'O' });
  const dx = build('rename', [build('matmul', [g, weight], { over: ['O'] })], { from: 'I', to: 'C' });
  const dWeight = build('mul', [g, build('rename', [x], { from: 'C', to: 'I' })]);
  return [dx, dWeight, ...(node.attrs.bias === true ? [upstream] : [])];
}

export const dense = defineOp({
  name: 'dense',
  doc:
    'Fully connected layer: `out = weight · x + bias` over a vector [C]. Put `gap` or `flatten` before it to make a vector of a feature map. ' +
    'Weights: `weight` [out, in], `bias` [out].',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'units', kind: 'int', default: undefined, min: 1, doc: 'Size of the output vector.' },
    biasParam,
    initParam,
  ],
  weights: (attrs, [input]) =>
    kernelWeights(attrs, {
      outC: read.number(attrs, 'units'),
      inC: concreteDim(input ? channelsOf(input) : 1),
      kernel: [],
    }),
  type,
  cost: (_, [input], output) => ({ macs: convMacs(output, input ? concreteDim(channelsOf(input)) : 1) }),
  eval: (attrs, inputs, types) => convolve(shapeFor(attrs, types.inputs[0] ?? types.output), inputs),
  grad: denseGrad,
  lower: (node) => lowering(convKernel(node, shapeFor(node.attrs, node.inputs[0]?.type ?? node.type))),
  epilogue: true,
  onnx: { type: 'Gemm', attrs: () => ({ transB: 1 }) },
  samples: [
    { inputs: [featureMap([], 7)], options: { units: 5 } },
    { inputs: [featureMap([], 33)], options: { units: 10, bias: false } },
    { inputs: [featureMap([], 1)], options: { units: 17 } },
  ],
});
