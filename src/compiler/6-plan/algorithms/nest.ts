/**
 * The plain loop nest: computes every kernel from row-major operands, vectorised over the last axis and nothing more. It reads
 * borders by testing coordinates, so it asks for no halo. The fallback of every other algorithm, and their reference; a convolution and
 * the pool behind it are two nests.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { Algorithm } from './algorithm.ts';
import { kernelMacs } from './shape.ts';

/** Nanoseconds per multiply-accumulate of a loop nest that reloads both operands and the sum. */
const nestNsPerMac = 0.8;

export const nest: Algorithm = {
  name: 'nest',
  doc: 'Loops over the output and the window; vectorised over channels where they are contiguous.',
  // Sums of whole numbers need more bits than a float has; a convolution and its pool are two nests.
  choose: (kernel) =>
    ('integer' in kernel && kernel.integer) || ('pool' in kernel && kernel.pool)
      ? undefined
      : {
          algorithm: 'nest',
          tuning: {},
          halos: [],
          scratchBytes: 0,
          weights: undefined,
          cost: kernelMacs(kernel) * nestNsPerMac,
        },
  layouts: [],
  pack: (layout) => internal(`the loop nest packs no weights (${layout.kind})`),
};
