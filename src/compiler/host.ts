/** The compiler's view of a file system in Node: the project's folder, the stdlib that ships with the compiler, and installed packages. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DiskHost } from './2-resolve/model.ts';
import { readTextBytes } from './regular-file.ts';

/** The folder that holds `stdlib/`: the package's root, from the sources and from `dist` alike. */
export function stdlibFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'stdlib')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'stdlib');
}

/** Reads below `root` only; links that lead out of it are not followed. */
export function nodeHost(root: string): DiskHost {
  const stdlib = stdlibFolder();
  const own = below(root);
  const library = below(stdlib);
  const place = (path: string): string | undefined => {
    if (path.startsWith('std/')) return library(path.slice(4));
    if (path.startsWith('node_modules/')) return installed(root, path);
    return own(path);
  };
  return {
    locate: place,
    exists: (path) => place(path) !== undefined,
    read: (path) => {
      const file = place(path);
      return file === undefined ? undefined : readText(file);
    },
    list: (folder) => {
      const found = folder === 'std' ? stdlib : place(folder === '' ? '.' : folder);
      return found === undefined ? [] : readFolder(found);
    },
  };
}

/** Where a path below `root` lies; undefined where nothing is there, or a link leads out. */
function below(root: string): (path: string) => string | undefined {
  let real: string | undefined;
  return (path) => {
    const file = join(root, path);
    if (!existsSync(file)) return undefined;
    real ??= realpathSync(root);
    const way = relative(real, realpathSync(file));
    return way === '..' || way.startsWith(`..${sep}`) ? undefined : file;
  };
}

/** A package's file, looked for as Node does: in each `node_modules` from the root upwards. Links are allowed (workspaces). */
function installed(root: string, path: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, path);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readTextBytes(file).bytes.toString();
  } catch {
    return undefined;
  }
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
