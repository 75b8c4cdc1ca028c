/**
 * Patterns over weight paths, as after `except`, `freeze` and in `moved`: `*` is one segment or a part of it, `**` any number
 * of segments. A pattern that names a layer or block means everything below it.
 */

/** True where the pattern names the path or something above it: `stem`, `stem.**` and `**.weight` all match `stem.conv.weight`. */
export function matchesPath(pattern: string, path: string): boolean {
  // Most patterns differ from most paths before their first wildcard.
  const wildcard = pattern.indexOf('*');
  const literal = wildcard === -1 ? pattern : pattern.slice(0, wildcard);
  return path.startsWith(literal) && regexOf(pattern).test(path);
}

/** The name that `path` had before `moved from -> to`, or undefined where `to` does not match it. Wildcards stand for the same text on both sides. */
export function nameBefore(
  path: string,
  moved: { readonly from: string; readonly to: string },
): string | undefined {
  const match = regexOf(moved.to).exec(path);
  if (!match) return undefined;
  const captures = match.slice(1, -1);
  let next = 0;
  const from = moved.from.replace(/\*\*|\*/g, () => captures[next++] ?? '');
  return from + (match.at(-1) ?? '');
}

/** One group per wildcard, and a last one for what follows a whole match (`.weight`). */
function regexOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? '(.*)' : part === '*' ? '([^.]*)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}(\\..*)?$`);
}
