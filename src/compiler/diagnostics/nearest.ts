/** The known name that a mistyped one most probably means: the edit distance with swaps (Damerau, restricted), case ignored. */

/** Names of more letters are not compared: that takes the product of both lengths. */
const longest = 100;

/** Mistakes of a kind for which a suggestion is looked for: a text in which all is wrong needs none, and each one looks at every name. */
export const maxSuggestions = 50;

/**
 * The candidates within a third of the name's length (at least 1 edit), nearest first; ties keep the given order. A single letter
 * is one edit from every other one, and so means none of them.
 */
export function nearestNames(name: string, candidates: Iterable<string>, count = 1): readonly string[] {
  if (name.length > longest) return [];
  const limit = name.length < 2 ? 0 : Math.max(1, Math.floor(name.length / 3));
  const wanted = name.toLowerCase();
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) found.push({ candidate, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** The last three rows of the table of distances; kept, because one mistake is compared with hundreds of names. */
let before: number[] = [];
let row: number[] = [];
let next: number[] = [];

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; Infinity where there are more than `limit`. */
export function editDistance(a: string, b: string, limit = Infinity): number {
  for (let j = 0; j <= b.length; j++) row[j] = j;
  let nearest = 0;
  for (let i = 1; i <= a.length; i++) {
    const nearestBefore = nearest;
    nearest = nextRow(a, b, i);
    [before, row, next] = [row, next, before];
    // A swap goes back two rows, everything else one.
    if (nearest > limit && nearestBefore > limit) return Infinity;
  }
  const distance = row[b.length] as number;
  return distance <= limit ? distance : Infinity;
}

/** Fills the row of the first `i` characters of `a`, and returns the least in it. */
function nextRow(a: string, b: string, i: number): number {
  const [last, secondLast] = [a.charCodeAt(i - 1), a.charCodeAt(i - 2)];
  next[0] = i;
  let least = i;
  for (let j = 1; j <= b.length; j++) {
    const letter = b.charCodeAt(j - 1);
    let best = (row[j - 1] as number) + (last === letter ? 0 : 1);
    best = Math.min(best, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    if (i > 1 && j > 1 && last === b.charCodeAt(j - 2) && secondLast === letter)
      best = Math.min(best, (before[j - 2] as number) + 1);
    next[j] = best;
    if (best < least) least = best;
  }
  return least;
}

/** The nearest candidate alone, or undefined where none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  return nearestNames(name, candidates)[0];
}

/** `nearest` for the names of one text: the first `maxSuggestions` different ones are compared, others are near nothing. */
export function firstNearest(candidates: readonly string[]): (name: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (name) => {
    if (!known.has(name) && known.size < maxSuggestions) known.set(name, nearest(name, candidates));
    return known.get(name);
  };
}
