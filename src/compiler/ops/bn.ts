/**
 * Batch normalisation with the statistics of training, which makes it element-wise; the optimiser folds it into the layer before it.
 * Ioffe & Szegedy, arXiv:1502.03167.
 */
import { concreteDim } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { channelsOf, featureMap, type TensorType } from '../ir/type.ts';
import { elementwise } from './elementwise.ts';
import type { OpDef, Sample, WeightSpec } from './op.ts';
import { axisProblem } from './shared/axes.ts';
import { epsParam } from './shared/normalise.ts';
import * as read from './shared/attrs.ts';
import { biasWeight, channelVector, scaleWeight } from './shared/weights.ts';

/** Input positions of the weights; those that the layer was written without are undefined. */
export interface BnIndices {
  readonly scale: number | undefined;
  readonly shift: number | undefined;
  readonly mean: number;
  readonly variance: number;
}

/** Which of the inputs is what: x, then weight and bias where there are any, then the statistics. */
export function bnIndices(attrs: Attrs): BnIndices {
  const scale = attrs.scale === true ? 1 : undefined;
  const shift = attrs.shift === true ? (scale ?? 0) + 1 : undefined;
  const mean = (shift ?? scale ?? 0) + 1;
  return { scale, shift, mean, variance: mean + 1 };
}

/** (x − mean) / √(variance + ε) · weight + bias. */
function scalar(attrs: Attrs): Scalar {
  const at = bnIndices(attrs);
  const deviation = s.sqrt(s.add(s.arg(at.variance), s.num(read.number(attrs, 'eps'))));
  const centred = s.sub(s.arg(0), s.arg(at.mean));
  const scaled =
    at.scale === undefined ? s.div(centred, deviation) : s.mul(centred, s.div(s.arg(at.scale), deviation));
  return at.shift === undefined ? scaled : s.add(scaled, s.arg(at.shift));
}

function weights(attrs: Attrs, [input]: readonly TensorType[]): readonly WeightSpec[] {
  const size = input ? concreteDim(channelsOf(input)) : 1;
  const statistic = { type: channelVector(size), trainable: false } as const;
  return [
    ...(attrs.scale === true ? [scaleWeight(size)] : []),
    ...(attrs.shift === true ? [biasWeight(size)] : []),
    { name: 'running_mean', ...statistic, init: { kind: 'zeros' } },
    { name: 'running_var', ...statistic, init: { kind: 'ones' } },
  ];
}

const samples: readonly Sample[] = [
  { inputs: [featureMap([3, 5], 7)], options: {} },
  { inputs: [featureMap([], 9)], options: { scale: false, eps: 1e-3 } },
  { inputs: [featureMap([11], 4)], options: { shift: false } },
  { inputs: [featureMap([2, 3, 2], 3)], options: { scale: false, shift: false } },
];

export const bn: OpDef = {
  ...elementwise({
    name: 'bn',
    doc:
      'Batch normalisation: `(x − mean) / √(variance + eps) · weight + bias` per channel. In inference it costs nothing: it is folded ' +
      'into the convolution before it. Weights: `weight`, `bias`, `running_mean`, `running_var`. (Ioffe & Szegedy 2015)',
    category: 'layer',
    params: [
      epsParam,
      {
        name: 'momentum',
        kind: 'float',
        default: 0.1,
        min: 0,
        max: 1,
        doc: 'Share of a new batch in the running statistics.',
      },
      { name: 'scale', kind: 'bool', default: true, doc: 'Has a trainable `weight`.' },
      { name: 'shift', kind: 'bool', default: true, doc: 'Has a trainable `bias`.' },
    ],
    scalar,
    onnx: { type: 'BatchNormalization', attrs: (a) => ({ epsilon: a.eps ?? 1e-5 }) },
    samples,
  }),
  attrs: (options, [input = featureMap([], 1)]) => axisProblem('bn', input, ['C']) ?? options,
  weights,
};
