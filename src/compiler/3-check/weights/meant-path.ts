/** The weight path that was probably meant by one that names nothing. */
import { nearest } from '../../diagnostics/nearest.ts';

/**
 * Without what stands too much before it (`Net.stem.conv`), with what is missing before it (`conv`, where one path alone ends so), or
 * the nearest one; `names` tells whether a pattern names one of the `paths`.
 */
export function meantPath(
  written: string,
  paths: readonly string[],
  names: (pattern: string) => boolean,
): string | undefined {
  const shorter = written.slice(written.indexOf('.') + 1);
  if (shorter !== written && shorter !== '' && names(shorter)) return shorter;
  if (written.includes('*')) return undefined;
  const scopes = scopesOf(paths);
  const longer = [...scopes].filter((scope) => scope.endsWith(`.${written}`));
  return longer.length > 0 ? (longer.length === 1 ? longer[0] : undefined) : nearest(written, scopes);
}

/** The paths and all that stands above them: blocks and layers. */
function scopesOf(paths: readonly string[]): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const path of paths)
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) scopes.add(path.slice(0, end));
  return scopes;
}
