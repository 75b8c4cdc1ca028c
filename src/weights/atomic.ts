/**
 * Files that appear whole or not at all: written beside their place under a temporary name, flushed, then renamed. A full disk
 * or a killed process leaves nothing half-written under the final name. A link stays a link, a file keeps its permissions, and what is
 * no file (`/dev/stdout`, a pipe) is written to as it is: a rename would put a file in its place.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
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
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there && !there.isFile()) writeTo(openSync(path, 'w'), chunks);
    else replace(there ? realpathSync(path) : path, chunks, there);
  } catch (error) {
    throw new WriteError(path, error);
  }
}

/** The chunks as the whole of `path`, with the permissions of the file that was there. */
function replace(path: string, chunks: Iterable<Uint8Array>, there: Stats | undefined): void {
  makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const fd = openSync(temporary, 'wx');
  try {
    writeTo(fd, chunks, () => {
      if (there) fchmodSync(fd, there.mode);
      fsyncSync(fd);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes the chunks, and what `end` does, and closes. */
function writeTo(fd: number, chunks: Iterable<Uint8Array>, end = (): void => {}): void {
  try {
    for (const chunk of chunks) writeFully(fd, chunk);
    end();
  } finally {
    closeSync(fd);
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
