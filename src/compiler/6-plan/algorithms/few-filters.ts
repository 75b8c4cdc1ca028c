/**
 * Convolutions of one to three filters: edges, masks, the picture at the end of a decoder. With output channels in the lanes of a vector most
 * lanes would hold nothing, so they run along something else: along the sum, four input channels at a time, whose partial sums are added up
 * at the end of a pixel; or, where the input has a single channel, along neighbouring pixels of a row, which then lie side by side.
 */
import { internal } from '../../diagnostics/internal.ts';
import type { ConvKernel } from '../../ir/kernel.ts';
import { sizeOf, type Tensor } from '../../ir/type.ts';
import type { Engine, WeightLayout } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { evenCover, type Cover, type Plane } from './cover.ts';
import { epilogueScratch, finishScratchBytes } from './epilogue.ts';
import { outputPlanes, windowHalo } from './shape.ts';
import { lanes, tileShare } from './tile.ts';

/** What the lanes of a vector run along. */
export type LaneAxis = 'channels' | 'pixels';

const mostFilters = 3;
/** Accumulators per filter: as many as registers hold beside the filters' weights and what is streamed, by the number of filters. */
const accumulatorsPerFilter = { fused: [12, 6, 3], unfused: [8, 4, 3] } as const;
/** Cycles of a tile: to enter and leave it, per tap for the loop around it, and per vector of finished pixels. */
const tileCycles = 20;
const tapCycles = 2;
const finishCycles: Readonly<Record<LaneAxis, number>> = { channels: 9, pixels: 3 };

export interface FewFiltersLayout {
  readonly kind: 'few-filters';
  readonly lanes: LaneAxis;
  /** Vectors of channels that are multiplied together: two are one register of a wide engine, if both are whole. */
  readonly together: 1 | 2;
  readonly inC: number;
  readonly outC: number;
  /** Of the window. */
  readonly taps: number;
  readonly [key: string]: unknown;
}

export const fewFilters: Algorithm = {
  name: 'few-filters',
  doc: 'One to three filters: lanes along input channels, or along pixels of a map of one channel.',
  choose: (kernel, engine, { precise, staticWeights }) =>
    kernel.kind === 'conv' && staticWeights && suits(kernel, precise)
      ? chooseFewFilters(kernel, engine)
      : undefined,
  layouts: ['few-filters'],
  pack: packFewFilters,
};

/** Partial sums are as near as sums in order, but not their bits: a precise program has the latter. */
function suits({ window, inC, outC, groups, integer, pool }: ConvKernel, precise: boolean): boolean {
  const isStepOne = window.stride.at(-1) === 1;
  const hasLanes = inC === 1 ? isStepOne : !precise;
  return !integer && !pool && groups === 1 && outC <= mostFilters && sizeOf(window.output) > 1 && hasLanes;
}

function laneAxis({ inC }: Pick<ConvKernel, 'inC'>): LaneAxis {
  return inC === 1 ? 'pixels' : 'channels';
}

function chooseFewFilters(kernel: ConvKernel, engine: Engine): Choice {
  const layout = fewFiltersLayout(kernel, engine);
  const bytes = 4 * layoutFloats(layout);
  return {
    algorithm: 'few-filters',
    tuning: { lanes: layout.lanes, pixels: tilePixels(kernel, engine) },
    halos: [{ operand: kernel.x, halo: windowHalo(kernel.window) }],
    // V8 pairs what is stored side by side: the pairs of sums are, before they are added up.
    scratchBytes: layout.together === 2 ? finishScratchBytes : epilogueScratch(kernel.epilogue),
    weights: { layout, bytes },
    cost: nsOf({ cycles: fewFiltersCycles(kernel, engine), weightBytes: bytes }),
  };
}

export function fewFiltersLayout(kernel: ConvKernel, { wide }: Engine): FewFiltersLayout {
  const { window, inC, outC } = kernel;
  const together = wide && inC % (2 * lanes) === 0 ? 2 : 1;
  const taps = sizeOf(window.kernel);
  return { kind: 'few-filters', lanes: laneAxis(kernel), together, inC, outC, taps };
}

/** Vectors of input channels; the last is filled with zero weights. */
export function channelVectors(inC: number): number {
  return Math.ceil(inC / lanes);
}

/** Biases first, in a vector of their own. */
export const biasFloats = lanes;

function layoutFloats({ lanes: axis, inC, outC, taps }: FewFiltersLayout): number {
  const perTap = axis === 'pixels' ? 1 : channelVectors(inC) * lanes;
  return biasFloats + Math.ceil((taps * outC * perTap) / lanes) * lanes;
}

/** The most neighbouring pixels of a tile. */
function tilePixels(kernel: ConvKernel, { relaxed }: Engine): number {
  const accumulators = accumulatorsPerFilter[relaxed ? 'fused' : 'unfused'][kernel.outC - 1] ?? 1;
  return laneAxis(kernel) === 'pixels' ? accumulators * lanes : accumulators;
}

/** Rows in tiles of at most `pixels` pixels; where lanes are pixels, of whole vectors, but for the last tile of a row. */
export function fewFiltersCover(
  { rows, columns }: Plane,
  { lanes: axis, pixels }: { readonly lanes: LaneAxis; readonly pixels: number },
): Omit<Cover, 'cycles'> {
  if (axis === 'channels') return evenCover({ rows, columns }, pixels);
  const vectors = Math.ceil(columns / lanes);
  const { bands } = evenCover({ rows, columns: vectors }, pixels / lanes);
  const missing = vectors * lanes - columns;
  return {
    bands: bands.map((band) => ({
      ...band,
      runs: band.runs.flatMap(({ width, count }, i) => {
        const whole = { width: width * lanes, count };
        if (missing === 0 || i < band.runs.length - 1) return [whole];
        const last = { width: whole.width - missing, count: 1 };
        return count === 1 ? [last] : [{ ...whole, count: count - 1 }, last];
      }),
    })),
  };
}

function fewFiltersCycles(kernel: ConvKernel, engine: Engine): number {
  const { inC, outC, window } = kernel;
  const axis = laneAxis(kernel);
  const pixels = tilePixels(kernel, engine);
  const { planes, rows, columns } = outputPlanes(kernel);
  const taps = sizeOf(window.kernel);
  const { together } = fewFiltersLayout(kernel, engine);
  const steps = taps * (axis === 'pixels' ? 1 : channelVectors(inC) / together);
  const perRow = fewFiltersCover({ rows: 1, columns }, { lanes: axis, pixels }).bands[0]?.runs ?? [];
  const cycles = perRow.reduce((sum, { width, count }) => {
    const accumulators = (axis === 'pixels' ? Math.ceil(width / lanes) : width) * outC;
    // No two filters are one register, whatever the engine.
    const share = tileShare({ pixels: accumulators / outC, vectors: outC }, { ...engine, wide: false });
    const finished = axis === 'channels' && outC === 1 ? width / lanes : accumulators / outC;
    const tile =
      (steps * accumulators) / 2 / share + tileCycles + taps * tapCycles + finished * finishCycles[axis];
    return sum + count * tile;
  }, 0);
  return planes * rows * cycles;
}

/**
 * weight [outC, inC, ...window] and bias [outC] (or none) → the biases; then for every tap, vector (or two together) of input channels and filter its
 * weights of these, or, where lanes are pixels, for every tap and filter its weight.
 */
function packFewFilters(layout: WeightLayout, tensors: readonly Tensor[], into?: Float32Array): Float32Array {
  const { lanes: axis, together, inC, outC, taps } = layout as FewFiltersLayout;
  const [weight, bias] = tensors;
  if (weight?.data.length !== outC * inC * taps) internal('a weight of another shape than its layout');
  const packed = into ?? new Float32Array(layoutFloats(layout as FewFiltersLayout));
  if (bias) packed.set(bias.data.subarray(0, outC));
  const held = together * lanes;
  const steps = channelVectors(inC) / together;
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < inC; c++)
      for (let o = 0; o < outC; o++) {
        const at =
          axis === 'pixels'
            ? tap * outC + o
            : ((tap * steps + Math.floor(c / held)) * outC + o) * held + (c % held);
        packed[biasFloats + at] = weight.data[(o * inC + c) * taps + tap]!;
      }
  return packed;
}
