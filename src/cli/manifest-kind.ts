/** What an output of a graph means, as the runtime decodes it; for targets that have no manifest. */
import type { GraphOutput } from '../compiler/ir/graph.ts';
import type { ManifestKind } from '../runtime/manifest.ts';

/** The checker ends `label`, `labels` and a `mask` of one channel in probabilities; of a mask of more the largest counts. */
export function manifestKind({ output }: GraphOutput): ManifestKind {
  switch (output.kind) {
    case 'label':
    case 'labels':
    case 'mask':
      return {
        kind: output.kind,
        probabilities: true,
        ...(output.classes ? { classes: output.classes } : {}),
      };
    default:
      return output;
  }
}
