/** Which files a command works on, from the files and folders that it was given. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The path itself, or every `.cnn` file of a folder in order of name, but none that is installed there. */
export function filesIn(path: string): readonly string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cnn') && !/(^|[\\/])node_modules[\\/]/.test(name))
    .sort()
    .map((name) => join(path, name));
}
