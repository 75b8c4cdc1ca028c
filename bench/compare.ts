/** Outputs are compared before anything is timed: a peer that computes something else is not a peer. */

/** Largest difference, relative to the largest magnitude of the reference; infinite where sizes differ or anything is not finite. */
export function relativeError(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(...expected.map((reference, i) => tensorError(actual[i] ?? new Float32Array(), reference)));
}

function tensorError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [scale, worst] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    if (!Number.isFinite(a) || !Number.isFinite(e)) return Infinity;
    scale = Math.max(scale, Math.abs(e));
    worst = Math.max(worst, Math.abs(a - e));
  }
  return scale === 0 ? worst : worst / scale;
}
