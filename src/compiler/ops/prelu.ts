/** ReLU with a learned slope per channel. He et al., arXiv:1502.01852. */
import { concreteDim } from '../ir/dim.ts';
import * as s from '../ir/scalar-build.ts';
import { channelsOf, featureMap } from '../ir/type.ts';
import { elementwise } from './elementwise.ts';
import { leaky } from './leaky-relu.ts';
import type { OpDef } from './op.ts';
import { axisProblem } from './shared/axes.ts';
import { channelVector } from './shared/weights.ts';

export const prelu: OpDef = {
  ...elementwise({
    name: 'prelu',
    doc: '`x` above zero and `weight · x` below, one learned slope per channel. (He et al. 2015)',
    category: 'activation',
    scalar: () => leaky(s.arg(1)),
    onnx: { type: 'PRelu' },
    samples: [
      { inputs: [featureMap([3, 5], 7)], options: {} },
      { inputs: [featureMap([], 9)], options: {} },
    ],
  }),
  attrs: (options, [input = featureMap([], 1)]) => axisProblem('prelu', input, ['C']) ?? options,
  weights: (_, [input]) => [
    {
      name: 'weight',
      type: channelVector(input ? concreteDim(channelsOf(input)) : 1),
      trainable: true,
      init: { kind: 'constant', value: 0.25 },
    },
  ],
};
