/**
 * Convolution as a matrix product without im2col: output pixels × output channels, summed over window taps and input channels. The
 * input buffer's zero halo replaces border tests, channels-last storage makes the taps of a window row one contiguous run, and all
 * strides are constants of the code. Any rank, stride, dilation and number of groups.
 */
import type { ConvKernel } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { coverPlane } from './cover.ts';
import { epilogueScratch } from './epilogue.ts';
import { groupFloats, packPanels, panelLayout, panelsOf, panelStorage } from './panels.ts';
import { outputPlanes, windowHalo } from './shape.ts';
import { vectorWidths } from './tile.ts';

/**
 * Every panel of channels reads the input again, in one stream per pixel of a tile: few pixels next to many channels wait for fewer of
 * its lines.
 */
export const inputBytesPerCycle = 32;

export const implicitGemm: Algorithm = {
  name: 'implicit-gemm',
  doc: 'Matrix product over window taps and input channels, read in place from a zero-haloed input.',
  choose: (kernel, engine, { staticWeights }) =>
    kernel.kind === 'conv' && !kernel.integer && staticWeights && sizeOf(kernel.window.output) > 1
      ? chooseTile(kernel, engine)
      : undefined,
  variants: (kernel, engine) => (kernel.kind === 'conv' ? tileChoices(kernel, engine) : []),
  layouts: ['panels'],
  pack: packPanels,
  runs: panelStorage,
};

/** The panel width with the least estimated time; pixels follow from the registers that are left. */
function chooseTile(kernel: ConvKernel, engine: Engine): Choice {
  const costs = vectorWidths(engine).map((vectors) => ({
    vectors,
    cycles: convCycles(kernel, vectors, engine),
  }));
  const best = costs.reduce((a, b) => (b.cycles < a.cycles ? b : a));
  return gemmChoice('implicit-gemm', kernel, best.vectors, best.cycles);
}

/** One choice per panel width. */
function tileChoices(kernel: ConvKernel, engine: Engine): readonly Choice[] {
  return vectorWidths(engine).map((vectors) =>
    gemmChoice('implicit-gemm', kernel, vectors, convCycles(kernel, vectors, engine)),
  );
}

/** The choice of a matrix-product convolution with panels of `vectors` vectors. */
export function gemmChoice(
  algorithm: 'implicit-gemm' | 'gemv',
  kernel: ConvKernel,
  vectors: number,
  cycles: number,
): Choice {
  const layout = panelLayout(kernel, vectors);
  const bytes = 4 * kernel.groups * groupFloats(layout);
  return {
    algorithm,
    tuning: { vectors },
    halos: [{ operand: kernel.x, halo: windowHalo(kernel.window) }],
    scratchBytes: epilogueScratch(kernel.epilogue),
    weights: { layout, bytes },
    cost: nsOf({ cycles, weightBytes: bytes }),
  };
}

/** Estimated cycles: every panel of every group over every plane of output pixels, each panel reading the input again. */
export function convCycles(kernel: ConvKernel, vectors: number, engine: Engine): number {
  const { depth } = panelLayout(kernel, vectors);
  const { planes, rows, columns } = outputPlanes(kernel);
  const single = kernel.pool && { tallest: 1, unit: kernel.pool.size.at(-1) ?? 1 };
  const inputCycles = (rows * columns * depth * 4) / inputBytesPerCycle;
  const perPanel = new Map<number, number>();
  let cycles = 0;
  for (const panel of panelsOf(kernel.outC / kernel.groups, vectors)) {
    const known =
      perPanel.get(panel.vectors) ??
      coverPlane({ rows, columns, ...single }, panel.vectors, depth, engine).cycles;
    perPanel.set(panel.vectors, known);
    cycles += known + inputCycles;
  }
  return cycles * planes * kernel.groups;
}
