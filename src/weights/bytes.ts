/**
 * Random access to the bytes of a file, opened once and read where needed, so that a checkpoint of 500 MB never has a second
 * copy in memory. Failures of the file system are returned as sentences, not thrown.
 */
import { closeSync, readSync } from 'node:fs';
import { openRegular, type RegularFile } from '../compiler/regular-file.ts';

export interface ByteSource {
  readonly size: number;
  /** Fills `into` from `offset`; the caller stays inside `size`. Throws only if the file changed since it was opened. */
  read(offset: number, into: Uint8Array): void;
  close(): void;
}

/** Bytes in memory. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (offset, into) => into.set(bytes.subarray(offset, offset + into.byteLength)),
    close: () => {},
  };
}

/** Opens a file, or says why it cannot be read. */
export function openBytes(path: string): ByteSource | { readonly reason: string } {
  let file: RegularFile;
  try {
    file = openRegular(path);
  } catch (error) {
    return { reason: fileReason(error) };
  }
  const { fd, size } = file;
  return {
    size,
    read: (offset, into) => readFully(fd, { path, offset, into }),
    close: () => closeSync(fd),
  };
}

/** What an error of the file system means, for a sentence: "there is no such file". */
export function fileReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of its path is not a folder',
    EISDIR: 'it is a folder',
    ENOTREG: 'it is not a regular file',
    ENXIO: 'it is not a regular file',
    ELOOP: 'its links lead in a circle',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EMFILE: 'too many files are open',
    ENAMETOOLONG: 'its name is too long',
    EFBIG: 'it is larger than the disk allows',
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}

interface ReadRequest {
  readonly path: string;
  readonly offset: number;
  readonly into: Uint8Array;
}

/** A single read returns at most 2 GiB, and less at will. */
function readFully(fd: number, { path, offset, into }: ReadRequest): void {
  for (let done = 0; done < into.byteLength;) {
    const wanted = Math.min(into.byteLength - done, 1 << 30);
    const count = readSync(fd, into, done, wanted, offset + done);
    if (count === 0) throw new Error(`${path} became shorter while it was being read`);
    done += count;
  }
}
