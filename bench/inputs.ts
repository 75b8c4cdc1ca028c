/** The inputs of a network: noise between 0 and 255, the same for every peer. Environment-independent. */
import type { Inputs, Prepared } from './peers/peer.ts';

export function noise(prepared: Prepared): Inputs {
  let state = 0x9e3779b9;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * 255;
  };
  return Object.fromEntries(
    prepared.inputs.map(({ name, shape }) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [name, Float32Array.from({ length: size }, next)];
    }),
  );
}
