/** Outputs that exist only for training (auxiliary heads) go, and with them everything that only they need. */
import type { Pass } from './pass.ts';

export const dropTraining: Pass = {
  name: 'drop-training',
  doc: 'Removes outputs that only training needs, and what leads only to them.',
  training: false,
  run: (graph) => {
    const outputs = graph.outputs.filter((output) => !output.trainOnly);
    return outputs.length === graph.outputs.length ? graph : { ...graph, outputs };
  },
};
