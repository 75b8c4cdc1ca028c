/** Max pooling in 1-D, 2-D and 3-D; padding never wins. Ranzato et al., "Unsupervised learning of invariant feature hierarchies", 2007. */
import { definePool } from './shared/pool.ts';

export const maxpool = definePool({
  name: 'maxpool',
  reduce: 'max',
  doc:
    'Largest value in each window, per channel. The stride is the kernel unless written; padding never wins. ' +
    '`floor((n + 2p − f)/s) + 1`. (Ranzato et al. 2007)',
  onnx: 'MaxPool',
});
