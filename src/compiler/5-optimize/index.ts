/**
 * Phase 5: the same network with less work. An ordered list of passes, each in its own file; every one keeps what the graph computes up
 * to rounding and leaves a graph that `verify` accepts. To add a pass: its file, and its line here.
 */
import type { Graph } from '../ir/graph.ts';
import { commonSubexpressions } from './common-subexpressions.ts';
import { dropIdentities } from './drop-identities.ts';
import { dropTraining } from './drop-training.ts';
import { foldConstants } from './fold-constants.ts';
import { foldScale } from './fold-scale.ts';
import { fuseElementwise } from './fuse-elementwise.ts';
import { mergePadding } from './merge-padding.ts';
import { mergeSiblings } from './merge-siblings.ts';
import { applyPass, type Pass } from './pass.ts';

/** In the order in which they run. */
export const passes: readonly Pass[] = [
  dropTraining,
  dropIdentities,
  commonSubexpressions,
  foldConstants,
  mergePadding,
  foldScale,
  fuseElementwise,
  mergeSiblings,
  foldConstants,
  commonSubexpressions,
];

export interface OptimizeOptions {
  /** `training` leaves out the passes that are right only at inference. Default `inference`. */
  readonly mode?: 'inference' | 'training';
  /** Called with the graph after each pass: `--dump after:<pass>`, and `verify` in tests. */
  readonly after?: (pass: Pass, graph: Graph) => void;
}

/** The graph with all passes applied. */
export function optimize(graph: Graph, { mode = 'inference', after }: OptimizeOptions = {}): Graph {
  return passes
    .filter((pass) => mode === 'inference' || pass.training)
    .reduce((current, pass) => {
      const next = applyPass(pass, current);
      after?.(pass, next);
      return next;
    }, graph);
}
