/**
 * Files that appear whole or not at all: written beside their place under a temporary name, flushed, then renamed. A full disk
 * or a killed process leaves nothing half-written under the final name.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileReason } from './bytes.ts';

/** A file that could not be written; `message` says which and why. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly path: string;
  /** "the disk is full". */
  readonly reason: string;
  constructor(path: string, cause: unknown) {
    const reason = fileReason(cause);
    super(`${path} cannot be written: ${reason}`, { cause });
    this.path = path;
    this.reason = reason;
  }
}

/** Writes the chunks one after another to `path`, creating its folder. Throws a `WriteError` and leaves no trace on failure. */
export function writeAtomic(path: string, chunks: Iterable<Uint8Array>): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  let fd: number | undefined;
  let created = false;
  try {
    makeFolder(dirname(path));
    fd = openSync(temporary, 'wx');
    created = true;
    for (const chunk of chunks) writeFully(fd, chunk);
    fsyncSync(fd);
    closeSync(fd);
    fd = undefined;
    renameSync(temporary, path);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (created) rmSync(temporary, { force: true });
    throw new WriteError(path, error);
  }
}

/** Creates a folder and those above it. Not `recursive`: Node then reports a read-only disk as a missing folder. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function writeFully(fd: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.byteLength;) {
    done += writeSync(fd, chunk, done, Math.min(chunk.byteLength - done, 1 << 30));
  }
}
