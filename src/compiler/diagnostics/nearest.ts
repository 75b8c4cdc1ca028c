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
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= limit) found.push({ candidate, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
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
