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
import { epilogueScratch, finishScratchBytes } from './epilogue.ts';
import { groupFloats, packPanels, panelLayout, panelsOf, panelStorage, type Panel } from './panels.ts';
import { outputPlanes, windowHalo } from './shape.ts';
import { lanes, vectorWidths } from './tile.ts';

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
  return tileChoice(kernel, best.vectors, best.cycles, engine);
}

/** One choice per panel width. */
function tileChoices(kernel: ConvKernel, engine: Engine): readonly Choice[] {
  return vectorWidths(engine).map((vectors) =>
    tileChoice(kernel, vectors, convCycles(kernel, vectors, engine), engine),
  );
}

function tileChoice(kernel: ConvKernel, vectors: number, cycles: number, engine: Engine): Choice {
  const choice = gemmChoice('implicit-gemm', kernel, vectors, cycles);
  const panels = panelsOf(kernel.outC / kernel.groups, vectors);
  return panels.some((panel) => losesPair(panel, engine))
    ? { ...choice, scratchBytes: finishScratchBytes }
    : choice;
}

/**
 * V8 pairs vectors into 256 bits where they are stored whole and side by side. A panel that ends in a part of a vector stores its sums in
 * scratch memory first, else the last two vectors would take a register each, and the tile spill.
 */
export function losesPair({ vectors, channels }: Panel, { wide }: Engine): boolean {
  return wide && vectors % 2 === 0 && channels % lanes > 0;
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
