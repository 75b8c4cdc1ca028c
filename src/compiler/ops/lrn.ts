/**
 * Local response normalisation across neighbouring channels, as AlexNet's paper defines it (§3.3, Krizhevsky et al. 2012):
 * y = x / (k + α Σ x²)^β over the `size` nearest channels. Caffe, PyTorch and ONNX divide α by the size.
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, longestStep } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisProblem } from './shared/axes.ts';
import { axisIndex } from './shared/broadcast.ts';
import { loopsOver, lowering, outOperand } from './shared/lowering.ts';
import { lrnReach } from './shared/lrn-reach.ts';

function evalLrn(attrs: Attrs, x: Tensor | undefined, type: TensorType): Tensor {
  const shape = shapeOf(type);
  const [before, after] = lrnReach(attrs);
  const [channels, values] = [shape.at(-1) ?? 1, x?.data ?? new Float32Array()];
  const data = values.map((value, at) => {
    const c = at % channels;
    let sum = 0;
    for (let j = Math.max(0, c - before); j <= Math.min(channels - 1, c + after); j++)
      sum += (values[at - c + j] ?? NaN) ** 2;
    return (
      value / (read.number(attrs, 'k') + read.number(attrs, 'alpha') * sum) ** read.number(attrs, 'beta')
    );
  });
  return { shape, data };
}

/** x^β for positive x: by square roots for the usual 3/4 and 1/2, which are exact and fast everywhere. */
function power(x: Scalar, beta: number): Scalar {
  if (beta === 1) return x;
  if (beta === 0.5) return s.sqrt(x);
  return beta === 0.75 ? s.mul(s.sqrt(x), s.sqrt(s.sqrt(x))) : s.exp(s.mul(s.num(beta), s.log(x)));
}

function lower(node: Node): Lowering {
  const { attrs, type } = node;
  const [before, after] = lrnReach(attrs);
  const spatial = type.axes.slice(0, -1).map((axis) => axisIndex(axis));
  const neighbour = { kind: 'affine', constant: -before, terms: [axisTerm('C'), axisTerm('J')] } as const;
  const base = s.add(s.num(read.number(attrs, 'k')), s.mul(s.num(read.number(attrs, 'alpha')), s.arg(0)));
  return lowering({
    kind: 'nest',
    axes: loopsOver(type),
    reduce: [{ name: 'J', size: before + after + 1 }],
    combine: 'sum',
    loads: [{ operand: 0, index: [...spatial, neighbour], outside: 0 }],
    body: s.mul(s.arg(0), s.arg(0)),
    finishLoads: [{ operand: 0, index: [...spatial, axisIndex('C')], outside: undefined }],
    finish: s.div(s.arg(1), power(base, read.number(attrs, 'beta'))),
    out: { operand: outOperand(node), index: [...spatial, axisIndex('C')] },
  });
}

const axisTerm = (axis: string): { readonly axis: string; readonly coefficient: number } => ({
  axis,
  coefficient: 1,
});

export const lrn = defineOp({
  name: 'lrn',
  doc:
    'Local response normalisation: each value is divided by `(k + alpha · sum of squares of the neighbouring channels)^beta`. ' +
    'Historic; batch normalisation replaced it. (Krizhevsky et al. 2012, AlexNet)',
  category: 'layer',
  arity: { min: 1, max: 1 },
  params: [
    {
      name: 'size',
      kind: 'int',
      default: 5,
      min: 1,
      max: longestStep,
      doc: 'Number of channels that count, the value’s own in the middle.',
    },
    {
      name: 'alpha',
      kind: 'float',
      default: 1e-4,
      min: 0,
      doc: 'Weight of the squares; not divided by the size.',
    },
    { name: 'beta', kind: 'float', default: 0.75, min: 0, doc: 'Exponent.' },
    { name: 'k', kind: 'float', default: 2, above: 0, doc: 'Added to the sum.' },
  ],
  type: (_, [input = featureMap([], 1)]) => axisProblem('lrn', input, ['C']) ?? { ...input, dtype: 'f32' },
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => evalLrn(attrs, x, output),
  grad: (node, upstream, build) => {
    const [x] = node.inputs;
    return x ? [build('lrn_grad', [x, upstream], node.attrs)] : [];
  },
  lower,
  onnx: {
    type: 'LRN',
    attrs: (a) => ({
      size: a.size ?? 5,
      alpha: Number(a.alpha ?? 1e-4) * Number(a.size ?? 5),
      beta: a.beta ?? 0.75,
      bias: a.k ?? 2,
    }),
  },
  samples: [
    { inputs: [featureMap([3, 5], 11)], options: {}, range: [-9, 9] },
    { inputs: [featureMap([4], 6)], options: { size: 3, alpha: 0.1, beta: 0.5, k: 1 } },
    { inputs: [featureMap([2, 2], 3)], options: { size: 7, alpha: 0.2, beta: 0.6 } },
  ],
});
