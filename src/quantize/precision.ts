/**
 * Which layers get more than bytes: those whose rounding costs the outputs most for what it saves in time. Noise of layers is nearly
 * independent, so that it adds up; greedily the layers that buy most accuracy per nanosecond come first (Wang et al., "HAQ",
 * arXiv:1811.08886, and Dong et al., "HAWQ-V2", arXiv:1911.03852, order layers by sensitivity as well).
 */
import type { Precision, Precisions } from '../compiler/5-optimize/quantize/index.ts';

/** Noise of the outputs over their power, where one layer alone is quantised: on bytes, and on two digits if it may be. */
export interface LayerNoise {
  readonly bytes: number;
  readonly fine?: number | undefined;
}

export interface Budget {
  /** Estimated time with these precisions, in any unit. */
  readonly cost: (layers: Precisions) => number;
  /** The most that it may be; where it is less with all layers on bytes already, nothing more is spent. */
  readonly limit: number;
}

interface Candidate {
  readonly layer: string;
  readonly precision: Exclude<Precision, 'bytes'>;
  /** Noise that it leaves. */
  readonly noise: number;
  /** Noise saved per cost added. */
  readonly worth: number;
}

/** The precisions within the budget that save most noise per cost. */
export function choosePrecisions(
  noises: ReadonlyMap<string, LayerNoise>,
  { cost, limit }: Budget,
): Precisions {
  const least = cost({});
  const candidates = [...noises].flatMap(([layer, { bytes, fine }]): readonly Candidate[] => {
    const candidate = (precision: Candidate['precision'], noise: number): Candidate => {
      const added = Math.max(cost({ [layer]: precision }) - least, least * negligible);
      return { layer, precision, noise, worth: (bytes - noise) / added };
    };
    return [candidate('floats', 0), ...(fine === undefined ? [] : [candidate('fine', fine)])];
  });
  let chosen: Precisions = {};
  const left = new Map([...noises].map(([layer, { bytes }]) => [layer, bytes]));
  for (const { layer, precision, noise } of candidates.toSorted((a, b) => b.worth - a.worth)) {
    if (noise >= (left.get(layer) ?? 0)) continue;
    const more = { ...chosen, [layer]: precision };
    if (cost(more) > limit) continue;
    chosen = more;
    left.set(layer, noise);
  }
  return inOrder(chosen, noises);
}

/** Part of the time that is not worth counting: layers in floats beside each other may even save conversions. */
const negligible = 1e-3;

function inOrder(chosen: Precisions, noises: ReadonlyMap<string, LayerNoise>): Precisions {
  const rank = [...noises.keys()];
  return Object.fromEntries(Object.entries(chosen).toSorted(([a], [b]) => rank.indexOf(a) - rank.indexOf(b)));
}
