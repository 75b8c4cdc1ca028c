/**
 * The files of one compilation: the entry, and a host that reads what it imports. Inside the compiler paths are relative to the
 * project's root (the nearest folder with a package.json or a repository); people see them relative to where they are.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Source, Span } from '../compiler/1-parse/source.ts';
import type { DiskHost } from '../compiler/2-resolve/index.ts';
import type { Diagnostic } from '../compiler/diagnostics/diagnostic.ts';
import { nodeHost, stdlibFolder } from '../compiler/host.ts';
import { readRegular, readTextBytes } from '../compiler/regular-file.ts';
import { fileReason } from '../weights/bytes.ts';
import { fail } from './failure.ts';
import { suggestion } from './suggestion.ts';
import { holdYoungGeneration } from './young-generation.ts';

export interface Project {
  readonly root: string;
  readonly entry: Source;
  readonly host: DiskHost;
  /**
   * The file that a text names, by its paths inside the project in order of preference: relative to the current folder, of the
   * first where there is none. Undefined where a link leads out of the project.
   */
  find(paths: readonly string[]): string | undefined;
  /** The diagnostic with paths as the user would write them. */
  show(diagnostic: Diagnostic): Diagnostic;
}

/** Opens the project around a `.cnn` file, or the stdlib's (`std/resnet`) from where one is; ends the command where it cannot be read. */
export function openProject(file: string): Project {
  const ofStdlib = stdlibPath(file);
  const path = ofStdlib === undefined ? resolve(file) : join(stdlibFolder(), ofStdlib);
  const text = readSource(path, file);
  const root = rootOf(ofStdlib === undefined ? dirname(path) : process.cwd());
  const entry = { path: ofStdlib === undefined ? toSlashes(relative(root, path)) : `std/${ofStdlib}`, text };
  const host = nodeHost(root);
  return { root, entry, host, find: (paths) => find(paths, root, host), show: shower(root) };
}

/** `resnet.cnn` for `std/resnet` and `std/resnet.cnn`, where no folder of that name is here. */
function stdlibPath(file: string): string | undefined {
  const name = /^std\/([\w-]+)(?:\.cnn)?$/.exec(toSlashes(file))?.[1];
  if (name === undefined || existsSync(resolve(file))) return undefined;
  const names = readdirSync(stdlibFolder()).map((entry) => entry.replace(/\.cnn$/, ''));
  if (names.includes(name)) return `${name}.cnn`;
  const text = suggestion(name, names, 'the stdlib has', 'std/');
  return fail('file/unreadable', { file, reason: 'there is no such file' }, file, {
    notes: [{ word: 'note', text }],
  });
}

function find(paths: readonly string[], root: string, host: DiskHost): string | undefined {
  const [first = ''] = paths;
  const found = paths.map((path) => host.locate(path)).find((file) => file !== undefined);
  if (found === undefined && existsSync(join(root, first))) return undefined;
  return relative(process.cwd(), found ?? join(root, first));
}

/** The text of a `.cnn` file that the user named. Of one that is too long not all: it is not compiled, nor written. */
export function readSource(path: string, shown: string): string {
  return readText(path, shown, () => readTextBytes(path));
}

/** The text of a file that the user named, or of stdin (0). */
export function readText(path: string | 0, shown: string, reader: TextReader = wholeText): string {
  holdYoungGeneration();
  let read: ReturnType<TextReader>;
  try {
    read = reader(path);
  } catch (error) {
    fail('file/unreadable', { file: shown, reason: fileReason(error) }, shown);
  }
  try {
    // Of a file that is too long the last character may be a part of one.
    return new TextDecoder('utf-8', { fatal: true }).decode(read.bytes, { stream: !read.isWhole });
  } catch {
    fail('file/not-text', { file: shown }, shown);
  }
}

type TextReader = (path: string | 0) => ReturnType<typeof readTextBytes>;
const wholeText: TextReader = (path) => ({
  bytes: path === 0 ? readFileSync(0) : readRegular(path),
  isWhole: true,
});

/** The nearest folder that is a package or a repository; else the current folder where it is above; else the file's own. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) break;
  }
  const here = process.cwd();
  return folder === here || folder.startsWith(here + sep) ? here : folder;
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** Replaces each source by the same one under its shown path; equal sources stay equal. */
function shower(root: string): (diagnostic: Diagnostic) => Diagnostic {
  const shown = new Map<Source, Source>();
  const source = (original: Source): Source => {
    const known = shown.get(original);
    if (known) return known;
    const renamed = { ...original, path: shownPath(root, original.path) };
    shown.set(original, renamed);
    return renamed;
  };
  const span = (original: Span): Span => ({ ...original, source: source(original.source) });
  return (diagnostic) => ({
    ...diagnostic,
    span: span(diagnostic.span),
    labels: diagnostic.labels.map((label) => ({ ...label, span: span(label.span) })),
    fixes: diagnostic.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, span: span(edit.span) })),
    })),
  });
}

function shownPath(root: string, path: string): string {
  if (path.startsWith('std/') && !existsSync(join(root, path))) return path;
  return toSlashes(relative(process.cwd(), join(root, path))) || basename(path);
}
