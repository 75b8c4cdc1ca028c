/**
 * Patterns over weight paths, as after `except`, `freeze` and in `moved`: `*` is one segment or a part of it, `**` any number
 * of segments. A pattern that names a layer or block means everything below it. Matching takes the product of the wildcards and
 * the path's length at most: a regular expression would try every way to share the path among many wildcards.
 */

/** True where the pattern names the path or something above it: `stem`, `stem.**` and `**.weight` all match `stem.conv.weight`. */
export function matchesPath(pattern: string, path: string): boolean {
  return matchOf(patternOf(pattern), path) !== undefined;
}

/** The name that `path` had before `moved from -> to`, or undefined where `to` does not match it. Wildcards stand for the same text on both sides. */
export function nameBefore(
  path: string,
  moved: { readonly from: string; readonly to: string },
): string | undefined {
  const match = matchOf(patternOf(moved.to), path);
  if (!match) return undefined;
  let next = 0;
  const from = moved.from.replace(/\*\*|\*/g, () => match.captures[next++] ?? '');
  return from + match.rest;
}

/** Tells of many patterns whether each matches one of the paths; looks only at paths that have the pattern's own segments. */
export function pathIndex(paths: Iterable<string>): (pattern: string) => boolean {
  const byFirst = new Map<string, string[]>();
  const segments = new Set<string>();
  const all = [...new Set(paths)];
  for (const path of all) {
    const [first = '', ...others] = path.split('.');
    const own = byFirst.get(first);
    if (own) own.push(path);
    else byFirst.set(first, [path]);
    for (const segment of [first, ...others]) segments.add(segment);
  }
  return (pattern) => {
    const own = pattern.split('.');
    if (own.some((segment) => !segment.includes('*') && !segments.has(segment))) return false;
    const [first = ''] = own;
    const looked = first.includes('*') ? all : (byFirst.get(first) ?? []);
    return looked.some((path) => matchesPath(pattern, path));
  };
}

/** Tells of many paths whether one of the patterns matches each; looks only at patterns that have one of the path's segments. */
export function patternIndex(patterns: Iterable<string>): (path: string) => boolean {
  const bySegment = new Map<string, Pattern[]>();
  const wild: Pattern[] = [];
  for (const written of new Set(patterns)) {
    const literal = written.split('.').filter((segment) => !segment.includes('*'));
    // The longest is likely to be rare.
    const key = literal.reduce<string | undefined>(
      (longest, segment) => (segment.length > (longest ?? '').length ? segment : longest),
      literal[0],
    );
    const own = key === undefined ? wild : (bySegment.get(key) ?? []);
    own.push(compiled(written));
    if (key !== undefined) bySegment.set(key, own);
  }
  return (path) => {
    const matches = (pattern: Pattern): boolean => matchOf(pattern, path) !== undefined;
    return wild.some(matches) || path.split('.').some((segment) => bySegment.get(segment)?.some(matches));
  };
}

/** What stands around the wildcards (one text more than there are), and whether each crosses points. */
interface Pattern {
  readonly texts: readonly string[];
  readonly crosses: readonly boolean[];
  /** Characters of all texts: no shorter path matches. */
  readonly length: number;
}

/** What each wildcard stands for, as much as it can from the first on; `rest` follows a whole match (`.weight`). */
interface Match {
  readonly captures: readonly string[];
  readonly rest: string;
}

/** Of the pattern that was asked about last: whoever asks, asks for many paths. */
let lastPattern: { readonly written: string; readonly pattern: Pattern } | undefined;

function patternOf(written: string): Pattern {
  if (lastPattern?.written !== written) lastPattern = { written, pattern: compiled(written) };
  return lastPattern.pattern;
}

function compiled(written: string): Pattern {
  const parts = written.split(/(\*\*|\*)/);
  const texts = parts.filter((_, i) => i % 2 === 0);
  const crosses = parts.filter((_, i) => i % 2 === 1).map((wildcard) => wildcard === '**');
  return { texts, crosses, length: texts.reduce((sum, text) => sum + text.length, 0) };
}

const ends = (path: string, at: number): boolean => at === path.length || path[at] === '.';

function matchOf({ texts, crosses, length }: Pattern, path: string): Match | undefined {
  const [first = ''] = texts;
  if (path.length < length || !path.startsWith(first)) return undefined;
  if (crosses.length === 0)
    return ends(path, first.length) ? { captures: [], rest: path.slice(first.length) } : undefined;
  const reaches = reachesOf(texts, crosses, path);
  if (!reaches) return undefined;
  const captures: string[] = [];
  let at = first.length;
  for (const [i, crossing] of crosses.entries()) {
    const to = furthest(reaches[i] as Int32Array, at, { path, crossing });
    if (to < at) return undefined;
    captures.push(path.slice(at, to));
    at = to + (texts[i + 1] ?? '').length;
  }
  return { captures, rest: path.slice(at) };
}

/**
 * For each wildcard, by place: the last one up to there where the texts and wildcards behind it can begin, −1 where there is none.
 * Found from the last wildcard to the first; undefined where one has no such place.
 */
function reachesOf(
  texts: readonly string[],
  crosses: readonly boolean[],
  path: string,
): readonly Int32Array[] | undefined {
  const reaches: Int32Array[] = [];
  for (let i = crosses.length - 1; i >= 0; i--) {
    const text = texts[i + 1] ?? '';
    const [next, crossing = true] = [reaches[i + 1], crosses[i + 1]];
    const reach = new Int32Array(path.length + 1);
    let last = -1;
    for (let at = 0; at <= path.length; at++) {
      const behind = at + text.length;
      const isMatch =
        path.startsWith(text, at) &&
        (next ? furthest(next, behind, { path, crossing }) >= behind : ends(path, behind));
      if (isMatch) last = at;
      reach[at] = last;
    }
    if (last === -1) return undefined;
    reaches[i] = reach;
  }
  return reaches;
}

/** How far a wildcard that begins at `at` can go; below `at` where it cannot stand there. */
function furthest(
  reach: Int32Array,
  at: number,
  { path, crossing }: { readonly path: string; readonly crossing: boolean },
): number {
  if (at > path.length) return -1;
  const point = crossing ? -1 : path.indexOf('.', at);
  return reach[point === -1 ? path.length : point] ?? -1;
}
