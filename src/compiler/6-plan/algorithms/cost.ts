/** From cycles and bytes to nanoseconds on a machine of 3.2 GHz with 32 KiB L1 and 512 KiB L2: estimates are compared with each other only. */

/** Nanoseconds of a cycle. */
const nsPerCycle = 0.32;
/** Bytes per nanosecond that one thread streams from memory, and from the last-level cache. */
const memoryBytesPerNs = 12;
const cacheBytesPerNs = 28;
/** Weights that fit the L2 cache next to everything else are read again from there at no cost. */
const level2Bytes = 256 * 1024;
/** Share of the shorter one of computing and streaming that does not overlap with the longer one. */
const exposedShare = 0.3;

export interface Work {
  readonly cycles: number;
  /** Weights: read from memory once per inference, because a network does not fit the caches. */
  readonly weightBytes: number;
  /** How often the kernel reads them all; again from the last-level cache. */
  readonly passes?: number;
}

/** Estimated nanoseconds. */
export function nsOf({ cycles, weightBytes, passes = 1 }: Work): number {
  const compute = cycles * nsPerCycle;
  const again = weightBytes > level2Bytes ? (weightBytes * (passes - 1)) / cacheBytesPerNs : 0;
  const stream = weightBytes / memoryBytesPerNs + again;
  return Math.max(compute, stream) + exposedShare * Math.min(compute, stream);
}
