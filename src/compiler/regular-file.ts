/**
 * Files that people name in a text or on the command line: regular ones only (a pipe that nobody writes to would be waited for, a
 * device never ends), opened without waiting, and of a text no more than a compiler will read.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { mostText } from './1-parse/lex.ts';

export interface RegularFile {
  readonly fd: number;
  readonly size: number;
}

/** Opens a file to be read; the caller closes it. Throws the error of the file system, or one whose code is ENOTREG or EISDIR. */
export function openRegular(path: string): RegularFile {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, size: stat.size };
  closeSync(fd);
  const code = stat.isDirectory() ? 'EISDIR' : 'ENOTREG';
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}

/** The whole file. Throws as `openRegular`. */
export function readRegular(path: string): Buffer {
  const { fd } = openRegular(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Bytes that hold more characters than any text may have, of whatever length they are. */
const mostBytes = 3 * mostText.characters + 16;

/** A text's bytes: all of them, or of a file that is longer than a text may be so many that this shows. Throws as `openRegular`. */
export function readTextBytes(path: string): { readonly bytes: Buffer; readonly isWhole: boolean } {
  const { fd, size } = openRegular(path);
  try {
    if (size <= mostBytes) return { bytes: readFileSync(fd), isWhole: true };
    const bytes = Buffer.alloc(mostBytes);
    return { bytes: bytes.subarray(0, readSync(fd, bytes)), isWhole: false };
  } finally {
    closeSync(fd);
  }
}
