/**
 * One output pixel: a dense layer, or a window as large as its map. Bound by the bandwidth of the weights, which are read once, front
 * to back, in panels wide enough for the accumulators to hide the latency of a multiply-add.
 */
import type { ConvKernel } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm } from './algorithm.ts';
import { gemmChoice } from './implicit-gemm.ts';
import { packPanels, panelLayout, panelsOf, type Panel } from './panels.ts';
import { tileCost } from './tile.ts';

export const gemv: Algorithm = {
  name: 'gemv',
  doc: 'Matrix times vector: weights streamed once through wide panels.',
  choose: (kernel, engine, { staticWeights }) => {
    if (kernel.kind !== 'conv' || kernel.integer || !staticWeights) return undefined;
    if (sizeOf(kernel.window.output) !== 1) return undefined;
    const costs = panelWidths(engine).map((vectors) => ({
      vectors,
      cycles: gemvCycles(kernel, vectors, engine),
    }));
    const best = costs.reduce((a, b) => (b.cycles <= a.cycles ? b : a));
    return gemmChoice('gemv', kernel, best.vectors, best.cycles);
  },
  variants: (kernel, engine) =>
    kernel.kind === 'conv'
      ? panelWidths(engine).map((vectors) =>
          gemmChoice('gemv', kernel, vectors, gemvCycles(kernel, vectors, engine)),
        )
      : [],
  // The layout `panels` is packed by implicit-gemm, which defines it.
  layouts: [],
  pack: packPanels,
};

/** Vectors of a panel: enough accumulators to hide the latency with one pixel. */
function panelWidths(engine: Engine): readonly number[] {
  return engine.wide ? [4, 8, 16] : [2, 4, 8];
}

function gemvCycles(kernel: ConvKernel, vectors: number, engine: Engine): number {
  const { depth } = panelLayout(kernel, vectors);
  const panels = panelsOf(kernel.outC / kernel.groups, vectors);
  const cost = (panel: Panel): number => tileCost({ pixels: 1, vectors: panel.vectors }, depth, engine);
  return panels.reduce((sum, panel) => sum + cost(panel), 0) * kernel.groups;
}
