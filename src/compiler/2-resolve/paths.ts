/**
 * Where a path written in a `.cnn` file leads. Paths are relative to the file and never leave the project's root, except into the
 * stdlib (`std/x`, imports only) or an installed package: what builds on one machine builds on every machine.
 */

/** Project-relative paths in order of preference, or why there are none. */
export type Candidates = readonly [string, ...string[]] | 'outside';

/** The note of diagnostics about a path that leads outside. */
export const whyInside = {
  notes: [
    {
      word: 'why' as const,
      text: 'a net that builds on one machine builds on every machine: files come from the project, the stdlib or a package',
    },
  ],
};

/** True for files that are not the project's own. */
export function isExternal(path: string): boolean {
  return path.startsWith('std/') || path.startsWith('node_modules/');
}

/** Paths under which the files of the imports of `from` may lie, by what stands behind `use … from`; each is looked into once. */
export function importPaths(from: string): (written: string) => Candidates {
  const here = placeOf(from);
  const known = new Map<string, Candidates>();
  return (written) => {
    const paths = known.get(written) ?? importPathsAt(here, written);
    known.set(written, paths);
    return paths;
  };
}

function importPathsAt(here: FilePlace, written: string): Candidates {
  if (written.startsWith('std/')) {
    const path = normalise(written.split('/'));
    return path?.startsWith('std/') ? [withExtension(path)] : 'outside';
  }
  if (written.startsWith('.')) {
    const path = beside(written, here);
    return path === undefined ? 'outside' : [withExtension(path)];
  }
  const path = isAbsolute(written) ? undefined : inPackage(written);
  if (path === undefined) return 'outside';
  return path.endsWith('.cnn') ? [path] : [`${path}/index.cnn`, `${path}.cnn`];
}

/**
 * Paths under which another file may lie that the text names: weights, names of classes, inputs of tests. `f.txt` and `./f.txt` lie
 * beside the text; `@scope/package/f.txt` too, or else in the package.
 */
export function dataPaths(written: string, from: string): Candidates {
  if (isAbsolute(written)) return 'outside';
  const path = beside(written, placeOf(from));
  const packaged = written.startsWith('.') || !written.includes('/') ? undefined : inPackage(written);
  if (path === undefined) return packaged === undefined ? 'outside' : [packaged];
  return packaged === undefined ? [path] : [path, packaged];
}

/** Where a file lies that names others. */
interface FilePlace {
  /** The parts of its folder. */
  readonly folder: readonly string[];
  /** The package that it belongs to; undefined for the project's own. */
  readonly package: string | undefined;
}

function placeOf(file: string): FilePlace {
  return { folder: file.split('/').slice(0, -1), package: isExternal(file) ? packageOf(file) : undefined };
}

/** Undefined where the path leaves the project, or the package that the file belongs to that names it. */
function beside(written: string, from: FilePlace): string | undefined {
  const path = normalise([...from.folder, ...written.split('/')]);
  if (path === undefined) return undefined;
  const stays = from.package === undefined ? !isExternal(path) : path.startsWith(`${from.package}/`);
  return stays ? path : undefined;
}

function inPackage(written: string): string | undefined {
  const path = normalise(['node_modules', ...written.split('/')]);
  return path?.startsWith('node_modules/') ? path : undefined;
}

function isAbsolute(written: string): boolean {
  return written.startsWith('/') || /^[A-Za-z]:|\\/.test(written);
}

function packageOf(path: string): string {
  const parts = path.split('/');
  if (parts[0] === 'std') return 'std';
  return parts.slice(0, parts[1]?.startsWith('@') ? 3 : 2).join('/');
}

function withExtension(path: string): string {
  return path.endsWith('.cnn') ? path : `${path}.cnn`;
}

/** Resolves `.` and `..`; undefined where the path climbs above its root. */
function normalise(parts: readonly string[]): string | undefined {
  const out: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.pop() === undefined) return undefined;
  }
  return out.join('/');
}
