/** Rows in scratch memory so far apart that they fall into different cache sets. */

/** Floats of a cache line. */
export const lineFloats = 16;

/** At least so many floats, an odd number of cache lines: what is written and read together falls into different cache sets. */
export function oddLines(floats: number): number {
  return (Math.ceil(floats / lineFloats) | 1) * lineFloats;
}
