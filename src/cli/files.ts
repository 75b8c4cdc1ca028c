/** Which files a command works on, from the files and folders that it was given. */
import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { fileReason } from '../weights/bytes.ts';
import { fail } from './failure.ts';

/** The path itself, or every `.cnn` file of a folder in order of name, but none that is installed there. */
export function filesIn(path: string): readonly string[] {
  if (!isFolder(path)) return [path];
  const files: string[] = [];
  for (const folder of foldersIn(path)) {
    const entries = entriesOf(folder).filter((entry) => entry.name.endsWith('.cnn') && !entry.isDirectory());
    files.push(...entries.map(({ name }) => join(folder, name)));
  }
  return files.sort((a, b) => (relative(path, a) < relative(path, b) ? -1 : 1));
}

/** A folder and those below it, but what is installed there and what belongs to the repository; links are not followed. */
export function foldersIn(path: string): readonly string[] {
  const folders = [path];
  // The list grows while it is walked.
  for (const folder of folders)
    for (const entry of entriesOf(folder))
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
        folders.push(join(folder, entry.name));
  return folders;
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // Whoever reads it says why not.
    return false;
  }
}

/** None where the folder has just been deleted. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    return fail('file/unreadable', { file: folder, reason: fileReason(error) }, folder);
  }
}
