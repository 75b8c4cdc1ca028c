/**
 * The register tile of a matrix product, and how fast it runs: `pixels` rows of the input times `vectors` 4-lane vectors of output
 * channels are accumulated in registers. A model of the inner loop on x86-64 under V8 (15 allocatable vector registers, two
 * multiply-adds and two loads per cycle, latency 4), within 10 % of the measurements in docs/performance.md.
 */
import type { Engine } from '../plan.ts';

/** Lanes of a vector. */
export const lanes = 4;

export interface Tile {
  /** Output pixels (rows of the product). */
  readonly pixels: number;
  /** Vectors of four output channels. */
  readonly vectors: number;
}

/** xmm0–xmm14; V8 keeps the last one as scratch. */
export const vectorRegisters = 15;
/**
 * Eight accumulators would hide the latency of a multiply-add (two units, four cycles) if the loop were nothing else; measured on Zen 5, it
 * takes twelve. Where multiplying and adding are two instructions, the sums only wait for the second one.
 */
const latencyShare = (accumulators: number, { relaxed }: Engine): number =>
  relaxed ? 0.1455 * accumulators - 0.0051 * accumulators ** 2 : accumulators / 8.6;
/** Share of the limit that is left when the inner loop spills. */
const spilledShare = 0.45;
/** Cycles to enter and leave a tile, and per accumulator for bias, epilogue and store. */
const tileCycles = 16;
const accumulatorCycles = 1.2;
/** A panel of weights larger than this share of the L1 cache comes from L2, at so many bytes per cycle. */
const level1Bytes = 24 * 1024;
const level2BytesPerCycle = 640;

/** Registers that a vector of the tile needs: with 256-bit tiles, V8 packs neighbouring vectors in pairs. */
function registersAcross(vectors: number, engine: Engine): number {
  return engine.wide && vectors % 2 === 0 ? vectors / 2 : vectors;
}

/** Vector registers of the inner loop: accumulators, the smaller operand held, the larger streamed, a product without FMA. */
export function tileRegisters({ pixels, vectors }: Tile, engine: Engine): number {
  const across = registersAcross(vectors, engine);
  return pixels * across + Math.min(pixels, across) + (engine.relaxed ? 1 : 2);
}

export function fitsRegisters(tile: Tile, engine: Engine): boolean {
  return tileRegisters(tile, engine) <= vectorRegisters;
}

/** Share of the multiply-add limit of the machine that the inner loop reaches, 0..1. */
export function tileShare(tile: Tile, engine: Engine): number {
  if (!fitsRegisters(tile, engine)) return spilledShare;
  const across = registersAcross(tile.vectors, engine);
  const accumulators = tile.pixels * across;
  const loads = tile.pixels + across;
  return Math.min(1, latencyShare(accumulators, engine), accumulators / loads);
}

/** Cycles of one tile over `depth` multiply-adds per output. */
export function tileCost(tile: Tile, depth: number, engine: Engine): number {
  const accumulators = tile.pixels * registersAcross(tile.vectors, engine);
  const inner = (accumulators * depth) / 2 / tileShare(tile, engine);
  const panelBytes = depth * tile.vectors * lanes * 4;
  const reload = panelBytes > level1Bytes ? panelBytes / level2BytesPerCycle : 0;
  return inner + reload + tileCycles + accumulatorCycles * tile.pixels * tile.vectors;
}

/** The most pixels that fit the registers next to `vectors`; at least one. */
export function mostPixels(vectors: number, engine: Engine): number {
  let pixels = 1;
  while (pixels < 8 && fitsRegisters({ pixels: pixels + 1, vectors }, engine)) pixels += 1;
  return pixels;
}

/**
 * Widths worth trying, widest last; wide engines want pairs of vectors. With relaxed multiply-adds 3 × 3 tiles fit as well, but in whole
 * nets they take 3 to 10 % longer than the better one of their neighbours.
 */
export function vectorWidths(engine: Engine): readonly number[] {
  if (engine.wide) return [1, 2, 4, 6, 8, 12];
  return engine.relaxed ? [1, 2, 4, 6] : [1, 2, 3, 4, 6];
}
