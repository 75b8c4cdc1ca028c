/**
 * A quantised convolution or dense layer as a matrix product on the input in place: the bytes of a tap's channels, four at a time, times
 * four bytes of four output channels per vector. One instruction on engines with relaxed SIMD; two 16-bit ones elsewhere, equal by arithmetic.
 */
import type { ConvKernel, IntegerArithmetic } from '../../ir/kernel.ts';
import { sizeOf } from '../../ir/type.ts';
import type { Engine } from '../plan.ts';
import type { Algorithm, Choice } from './algorithm.ts';
import { nsOf } from './cost.ts';
import { int8Bytes, int8Steps, packInt8, wideVectors, type Int8Layout } from './int8-panels.ts';
import { windowHalo } from './shape.ts';
import { lanes } from './tile.ts';

/** Steps per cycle that a tile reaches: sums of four products on two units, less what loads cost. */
const stepsPerCycle = 2;
/** Cycles to enter and leave a tile, per vector of the output for the way back to bytes. */
const finishCycles = 2.8;

export const int8Gemm: Algorithm = {
  name: 'int8-gemm',
  doc: 'Matrix product of bytes, exact in 32 bits.',
  choose: (kernel, engine, { staticWeights }) =>
    kernel.kind === 'conv' && kernel.integer && kernel.groups === 1 && staticWeights
      ? chooseGemm(kernel, kernel.integer, engine)
      : undefined,
  layouts: ['int8-panels'],
  pack: packInt8,
};

function chooseGemm(kernel: ConvKernel, integer: IntegerArithmetic, engine: Engine): Choice {
  const layout = gemmLayout(kernel, integer, { engine });
  const bytes = int8Bytes(layout);
  const { window, outC } = kernel;
  const vectors = sizeOf(window.output) * Math.ceil(outC / 4);
  const perVector = int8Steps(layout) / stepsPerCycle / (isWide(kernel, engine) ? 2 : 1) + finishCycles;
  return {
    algorithm: 'int8-gemm',
    tuning: { vectors: layout.vectors },
    halos: [{ operand: kernel.x, halo: windowHalo(window), fill: integer.zero }],
    scratchBytes: 0,
    weights: { layout, bytes, elementBytes: 1 },
    cost: nsOf({ cycles: vectors * perVector, weightBytes: bytes }),
  };
}

/** Panels for 256-bit registers. */
function isWide({ outC }: ConvKernel, engine: Engine): boolean {
  return engine.wide && outC > (wideVectors / 2) * lanes;
}

/** How the layer's weights lie in memory; `vectors` where that is decided already. */
export function gemmLayout(
  kernel: ConvKernel,
  { zero, to }: IntegerArithmetic,
  { engine, vectors }: { readonly engine: Engine; readonly vectors?: number },
): Int8Layout {
  const { window, inC, outC } = kernel;
  const wide = isWide(kernel, engine);
  // One pixel needs many vectors to hide the latency, several pixels share the loads of few.
  const best = wide || sizeOf(window.output) === 1 ? wideVectors : 2;
  const order = { kind: 'channels', inC, taps: sizeOf(window.kernel) } as const;
  const paired = wide && to === 'u8';
  return { kind: 'int8-panels', vectors: vectors ?? best, paired, outC, zero, order };
}

/** Neighbouring pixels of a tile of `vectors` vectors: as many as leave registers for the operands. */
export function int8Pixels(vectors: number, engine: Engine): number {
  if (vectors > wideVectors / 2) return engine.wide ? 2 : 1;
  // Sums that fit; without the one instruction, every vector has two partial ones.
  const [, ...most] = engine.relaxed ? [0, 6, 6, 3, 2] : [0, 6, 3, 2, 1];
  return most[vectors - 1] ?? 1;
}
