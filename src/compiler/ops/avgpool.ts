/** Average pooling in 1-D, 2-D and 3-D. LeCun et al. 1998 (subsampling). */
import { featureMap } from '../ir/type.ts';
import { definePool, poolSamples } from './shared/pool.ts';

export const avgpool = definePool({
  name: 'avgpool',
  reduce: 'avg',
  doc:
    'Mean of each window, per channel. The stride is the kernel unless written; pixels of the padding do not count unless ' +
    '`count_padding` (PyTorch counts them, Keras does not).',
  params: [
    {
      name: 'count_padding',
      kind: 'bool',
      default: false,
      doc: 'Divides by the whole window also where it lies over the border.',
    },
  ],
  onnx: 'AveragePool',
  samples: [
    ...poolSamples,
    { inputs: [featureMap([7, 6], 5)], options: { kernel: 3, stride: 2, pad: 1, count_padding: true } },
    { inputs: [featureMap([5, 5], 3)], options: { kernel: 5, stride: 1, pad: 'same' } },
  ],
});
