/**
 * Folders that appear whole or not at all: written beside their place, then renamed. A folder that cnnc did not write is never
 * touched: a build replaces only what an earlier build left (its package.json says so) or an empty folder.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../weights/atomic.ts';
import { fileReason } from '../weights/bytes.ts';
import { fail } from './failure.ts';

export interface FolderFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Writes the files as the folder `out`; ends the command where that is not possible, leaving everything as it was. */
export function writeFolder(out: string, files: readonly FolderFile[]): void {
  const target = resolve(out);
  checkOwned(target, out);
  let temporary: string | undefined;
  try {
    makeFolder(dirname(target));
    // Not mkdtemp: its folders are for the owner only.
    temporary = join(dirname(target), `.${basename(target)}-${process.pid}-${Date.now()}`);
    mkdirSync(temporary);
    for (const { path, content } of files) writeFileSync(join(temporary, path), content);
    replace(target, temporary);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    fail('file/not-written', { file: out, reason: fileReason(error) }, out);
  }
}

/** Ends the command where the folder `out` holds anything else than `files`; only reads. Hidden files do not count. */
export function checkFolder(out: string, files: readonly FolderFile[]): void {
  let changes: readonly string[];
  try {
    changes = changesIn(resolve(out), files);
  } catch (error) {
    fail('file/unreadable', { file: out, reason: fileReason(error) }, out);
  }
  if (changes.length === 0) return;
  fail('build/out-of-date', { folder: out }, out, {
    notes: changes.map((text) => ({ word: 'note', text })),
    fixes: [{ title: 'run the same command without --check', edits: [] }],
  });
}

function changesIn(target: string, files: readonly FolderFile[]): readonly string[] {
  const present = existsSync(target) ? readdirSync(target).filter((name) => !name.startsWith('.')) : [];
  const wanted = new Map(files.map(({ path, content }) => [path, Buffer.from(content)]));
  const changed = [...wanted].flatMap(([path, content]) => {
    if (!present.includes(path)) return [`${path} is missing`];
    return readFileSync(join(target, path)).equals(content) ? [] : [`${path} differs`];
  });
  const extra = present.filter((name) => !wanted.has(name)).map((name) => `${name} is written no more`);
  return [...changed, ...extra];
}

function replace(target: string, temporary: string): void {
  const old = `${temporary}-old`;
  if (existsSync(target)) renameSync(target, old);
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (existsSync(old)) renameSync(old, target);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** What a folder that is to be written to holds: nothing where it is not there yet; ends the command where it is no folder. */
export function namesIn(target: string, shown: string): readonly string[] {
  try {
    return readdirSync(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const reason = code === 'ENOTDIR' ? 'it is no folder, or in none' : fileReason(error);
    return fail('file/not-written', { file: shown, reason }, shown);
  }
}

function checkOwned(target: string, shown: string): void {
  const entries = namesIn(target, shown);
  if (entries.length === 0 || wroteIt(join(target, 'package.json'))) return;
  fail('build/folder-in-use', { folder: shown }, shown, {
    fixes: [{ title: 'choose a new folder, or empty this one', edits: [] }],
  });
}

function wroteIt(path: string): boolean {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { generatedBy?: unknown }).generatedBy === 'cnnc';
  } catch {
    return false;
  }
}
