/**
 * Quantised depthwise convolution: four rows of the window below each other are interleaved byte by byte, so that one instruction multiplies
 * a column of the window for four channels; a column is interleaved once and used by every pixel that it touches.
 */
import type { DepthwiseKernel, Window } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { int8Bytes, packInt8, quad, type Int8Layout } from './int8-panels.ts';
import { windowHalo } from './shape.ts';

/** Instructions per cycle of a tile, and per vector of the output for the way back to bytes. */
const instructionsPerCycle = 4;
const finishInstructions = 6;

/** Vectors of a turn: sixteen channels, a vector of bytes. */
export const turnVectors = 4;

export const int8Depthwise: Algorithm = {
  name: 'int8-depthwise',
  doc: 'Depthwise convolution of bytes, columns of the window interleaved, exact in 32 bits.',
  choose: (kernel, _, { staticWeights }) =>
    kernel.kind === 'depthwise' && kernel.integer && kernel.multiplier === 1 && staticWeights
      ? chooseDepthwise(kernel, kernel.integer.zero)
      : undefined,
  // The layout is packed by int8-gemm.
  layouts: [],
  pack: packInt8,
};

function chooseDepthwise(kernel: DepthwiseKernel, zero: number): Choice {
  const layout = depthwiseInt8Layout(kernel, zero);
  const { window, channels } = kernel;
  const vectors = sizeOf(window.output) * Math.ceil(channels / 4);
  const perVector = 4 * quadsOf(window).length + finishInstructions;
  const bytes = int8Bytes(layout);
  return {
    algorithm: 'int8-depthwise',
    tuning: {},
    halos: [{ operand: kernel.x, halo: windowHalo(window), fill: zero }],
    scratchBytes: 0,
    weights: { layout, bytes, elementBytes: 1 },
    cost: nsOf({ cycles: (vectors * perVector) / instructionsPerCycle, weightBytes: bytes }),
  };
}

/** How the layer's weights lie in memory. */
export function depthwiseInt8Layout(kernel: DepthwiseKernel, zero: number): Int8Layout {
  const order = { kind: 'taps', quads: quadsOf(kernel.window) } as const;
  return { kind: 'int8-panels', vectors: turnVectors, paired: false, outC: kernel.channels, zero, order };
}

/** The window's taps in groups of at most four, each of one place along the last axis, outer places in order. */
export function quadsOf({ kernel }: Window): readonly (readonly number[])[] {
  const columns = kernel.at(-1) ?? 1;
  const rows = sizeOf(kernel) / columns;
  const groups = Array.from({ length: Math.ceil(rows / quad) }, (_, i) => i * quad);
  return Array.from({ length: columns }, (_, column) =>
    groups.map((first) =>
      Array.from({ length: Math.min(quad, rows - first) }, (_, i) => (first + i) * columns + column),
    ),
  ).flat();
}

/** Neighbouring pixels of a tile. */
export function depthwisePixels(engine: Engine): number {
  return engine.relaxed ? 2 : 1;
}
