/**
 * 1 × 1 convolutions as one level of Strassen's matrix product in Winograd's form: seven products of half as many pixels, input and output
 * channels instead of eight (Strassen, 1969; Winograd, 1971; Huang et al., "Strassen's Algorithm Reloaded", 2016). Sums of quarters are
 * made block by block of pixels and panel by panel of channels, so that they stay in the cache and weights take no more memory.
 */
import type { ConvKernel } from '../../ir/kernel.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { coverPlane } from './cover.ts';
import { inputBytesPerCycle } from './implicit-gemm.ts';
import { groupFloats, packPanels, panelRuns, type PanelLayout } from './panels.ts';
import { hasOneTap } from './shape.ts';
import { pairCount, productCount, strassenShape, type StrassenTuning } from './strassen-shape.ts';
import { lanes, vectorWidths } from './tile.ts';

/**
 * Cycles per four vectors, one of each quarter, to make sums of the input, of kernels and of products (measured). The first two wait for
 * memory; only the last takes half the time in registers of twice the width.
 */
const inputCycles = 14;
const kernelCycles = 6;
const outputCycles = 16;
/** Quarters of the input of a block, in bytes: they may go beyond an L2 cache, because tiles read four bytes of them per cycle. */
const blockBytes = 1536 * 1024;
/** Rows of a quarter are dense and come from the cache: next to other panels than the widest, reading them again costs half of what it does elsewhere. */
const quarterBytesPerCycle = 2 * inputBytesPerCycle;
/** Estimated gains below this are within the estimates' errors. Wide, kernels that are added up for few pairs (maps of 7 × 7) take 1.03 to 1.11 of the time. */
const margin = { narrow: 1.02, wide: 1.04 };
const fewPairs = 32;
const fewMargin = { narrow: margin.narrow, wide: 1.1 };
/** Of choices that differ by less, the one with the least scratch memory. */
const tie = 1.01;

export const strassen: Algorithm = {
  name: 'strassen',
  doc: "1 × 1 with seven of eight products: Strassen's scheme, once.",
  choose: (kernel, engine, { precise, staticWeights, lean = false }) =>
    kernel.kind === 'conv' && !kernel.integer && !precise && !lean && staticWeights && suits(kernel)
      ? chooseBlocks(strassenChoices(kernel, engine, [1, 2]))
      : undefined,
  variants: (kernel, engine, scratchBytes = Infinity) =>
    kernel.kind === 'conv'
      ? strassenChoices(kernel, engine, [1, 2, 4])
          .filter((choice) => choice.scratchBytes <= scratchBytes)
          .sort((a, b) => a.cost - b.cost)
      : [],
  // The layout is the direct convolution's, whose channels are two groups.
  layouts: [],
  pack: packPanels,
};

function suits(kernel: ConvKernel): boolean {
  const { window, groups, inC, outC, pool } = kernel;
  const rank = window.output.length;
  if (!hasOneTap(window) || (rank !== 1 && rank !== 2) || groups > 1 || pool) return false;
  return inC % (2 * lanes) === 0 && outC % (2 * lanes) === 0;
}

function chooseBlocks(choices: readonly Choice[]): Choice | undefined {
  const least = Math.min(...choices.map(({ cost }) => cost));
  const [smallest] = choices
    .filter(({ cost }) => cost <= least * tie)
    .toSorted((a, b) => a.scratchBytes - b.scratchBytes);
  return smallest;
}

/** One choice per panel width and number of blocks: the fewest that the cache wants times `factors`. */
function strassenChoices(kernel: ConvKernel, engine: Engine, factors: readonly number[]): readonly Choice[] {
  const pairs = pairCount(kernel);
  const fewest = fewestBlocks(kernel);
  const blocks = new Set(factors.map((factor) => Math.ceil(pairs / Math.min(pairs, fewest * factor))));
  return vectorWidths(engine).flatMap((vectors) =>
    [...blocks].map((block) => strassenChoice(kernel, engine, { vectors, block })),
  );
}

function fewestBlocks(kernel: ConvKernel): number {
  const pairs = pairCount(kernel);
  const { inRow } = strassenShape(kernel, { vectors: 1, block: pairs });
  return Math.ceil((productCount * pairs * inRow * 4) / blockBytes);
}

function strassenChoice(kernel: ConvKernel, engine: Engine, tuning: StrassenTuning): Choice {
  const layout: PanelLayout = {
    kind: 'panels',
    vectors: tuning.vectors,
    groups: 2,
    outC: kernel.outC,
    depth: kernel.inC,
  };
  const bytes = 4 * 2 * groupFloats(layout);
  const { pairs, bytes: scratchBytes } = strassenShape(kernel, tuning);
  const passes = Math.ceil(pairs / tuning.block);
  const { narrow, wide } = pairs < fewPairs ? fewMargin : margin;
  const cycles = (engine.wide ? wide : narrow) * strassenCycles(kernel, engine, tuning);
  return {
    algorithm: 'strassen',
    tuning: { ...tuning },
    halos: [],
    scratchBytes,
    weights: { layout, bytes },
    cost: nsOf({ cycles, weightBytes: bytes, passes }),
  };
}

function strassenCycles(kernel: ConvKernel, engine: Engine, tuning: StrassenTuning): number {
  const { pairs, depth, channels, vectors, block } = strassenShape(kernel, tuning);
  const blocks = Math.ceil(pairs / block);
  const reread = (block * depth * 4) / quarterBytesPerCycle;
  const products = panelRuns(channels, vectors).reduce((sum, run) => {
    const { cycles } = coverPlane({ rows: 1, columns: block }, run.vectors, depth, engine);
    return sum + run.count * (cycles + reread);
  }, 0);
  const output = (pairs * channels * outputCycles) / (engine.wide ? 2 : 1);
  const sums = pairs * depth * inputCycles + blocks * depth * channels * kernelCycles + output;
  return blocks * productCount * products + sums / lanes;
}

/** The same panels, in blocks for the pixels of a part of the layer. */
export function strassenPart(part: ConvKernel, { vectors }: Pick<StrassenTuning, 'vectors'>): StrassenTuning {
  return { vectors, block: Math.ceil(pairCount(part) / fewestBlocks(part)) };
}
