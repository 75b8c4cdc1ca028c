/**
 * Reads the entry file and everything it imports, each file once. Cycles between files are allowed: names are bound only when
 * every file has been read. Where an import may lie, paths.ts says.
 */
import { parse } from '../1-parse/index.ts';
import type { Arg, FamilyItem, File, Item, UseItem } from '../1-parse/ast.ts';
import type { Source } from '../1-parse/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { replaceBy } from '../diagnostics/fixes.ts';
import { diagnostic } from '../diagnostics/registry.ts';
import type { Declaration, Host, Module } from './model.ts';
import { maxSuggestions, nearest } from '../diagnostics/nearest.ts';
import { importPaths, isExternal, whyInside } from './paths.ts';
import { Together } from './together.ts';

/** A module while its names are being collected. */
export type OpenModule = Module & {
  readonly names: Map<string, Declaration>;
  readonly exports: Map<string, Declaration>;
  readonly defaults: Map<string, readonly Arg[]>;
  readonly families: Map<string, FamilyItem>;
  readonly broken: Set<string>;
};

/** A `use` with the module that it names, or undefined where there is none. */
export interface Import {
  readonly module: OpenModule;
  readonly use: UseItem;
  readonly target: OpenModule | undefined;
}

export interface LoadedModules {
  readonly entry: OpenModule;
  readonly modules: readonly OpenModule[];
  readonly imports: readonly Import[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses `entry` and, breadth first, every file that it reaches. */
export function loadModules(entry: Source, host: Host): LoadedModules {
  const diagnostics: Diagnostic[] = [];
  const byPath = new Map<string, OpenModule>();
  const imports: Import[] = [];
  const together = new Together();
  let missing = 0;
  const open = (source: Source, use?: UseItem): OpenModule | undefined => {
    const parsed = parseOnce(source, host);
    const tooMuch = together.add(source, parsed.words, use);
    diagnostics.push(...(tooMuch ? [tooMuch] : parsed.diagnostics));
    // Of a file that was not read nobody knows what it exports.
    if (tooMuch || (parsed.isGivenUp && use)) return undefined;
    const module = openModule(source, parsed.file);
    byPath.set(source.path, module);
    return module;
  };
  const first = open(entry) as OpenModule;
  // The array grows while it is walked: a file's imports are opened after the file.
  const queue = [first];
  for (const module of queue) {
    const pathsOf = importPaths(module.source.path);
    for (const use of module.file.items.filter(isUse)) {
      const found: Located = together.isFull ? {} : locate(use, pathsOf, byPath, host);
      if (found.missing !== undefined) {
        const places = { path: found.missing, from: module.source.path };
        const meant = missing++ < maxSuggestions ? meantBy(use.from.value, places, host) : undefined;
        diagnostics.push(notFound(use, meant));
      }
      let target = found.path === undefined ? undefined : byPath.get(found.path);
      if (found.path !== undefined && !target && found.text !== undefined) {
        target = open({ path: found.path, text: found.text }, use);
        if (target) queue.push(target);
      }
      if (found.problem) diagnostics.push(found.problem);
      imports.push({ module, use, target });
    }
  }
  return { entry: first, modules: queue, imports, diagnostics };
}

type Parsed = ReturnType<typeof parse>;

/** Files as they were parsed last, by host and path: an editor re-checks one file, and its imports stay as they are. */
const parsedFiles = new WeakMap<Host, Map<string, { readonly text: string; readonly parsed: Parsed }>>();

function parseOnce(source: Source, host: Host): Parsed {
  const files = parsedFiles.get(host) ?? new Map<string, { text: string; parsed: Parsed }>();
  parsedFiles.set(host, files);
  const known = files.get(source.path);
  if (known?.text === source.text) return known.parsed;
  const parsed = parse(source);
  files.set(source.path, { text: source.text, parsed });
  return parsed;
}

function isUse(item: Item): item is UseItem {
  return item.kind === 'use';
}

function openModule(source: Source, file: File): OpenModule {
  return {
    source,
    file,
    names: new Map(),
    exports: new Map(),
    external: isExternal(source.path),
    defaults: new Map(),
    families: new Map(),
    broken: new Set(),
  };
}

interface Located {
  readonly path?: string;
  readonly text?: string;
  /** Where it was looked for first, if there is no such file. */
  readonly missing?: string;
  readonly problem?: Diagnostic;
}

function locate(
  use: UseItem,
  pathsOf: ReturnType<typeof importPaths>,
  opened: ReadonlyMap<string, OpenModule>,
  host: Host,
): Located {
  const written = use.from.value;
  if (/^\s*$|^std\/?$/.test(written)) {
    const found = written.startsWith('std') ? 'the whole stdlib' : 'an empty text';
    const args = { expected: 'a path such as "./blocks.cnn" or "std/resnet"', found };
    return { problem: diagnostic('value/expected', args, use.from.span) };
  }
  const candidates = pathsOf(written);
  if (candidates === 'outside')
    return { problem: diagnostic('import/outside-project', { path: written }, use.from.span, whyInside) };
  for (const path of candidates) {
    // A file that many name is read once.
    if (opened.has(path)) return { path };
    const text = host.read(path);
    if (text !== undefined) return { path, text };
  }
  return { missing: candidates[0] ?? written };
}

const stem = (path: string): string => path.replace(/^.*\//, '').replace(/\.cnn$/, '');
/** The last part of `std.lenet` too. */
const lastName = (path: string): string => stem(path).replace(/^.*\./, '');

/** What was meant: a file of the same folder, or, by its name alone, one of the stdlib or beside this one. */
function meantBy(
  written: string,
  { path, from }: { readonly path: string; readonly from: string },
  host: Host,
): string | undefined {
  const near = nearFile(path, host);
  if (near) return written.replace(near.last, near.near);
  const name = lastName(written);
  const has = (folder: string): boolean => host.list?.(folder)?.includes(`${name}.cnn`) === true;
  if (written.startsWith('@')) return undefined;
  if (!written.startsWith('.') && has(from.split('/').slice(0, -1).join('/'))) return `./${name}.cnn`;
  return has('std') ? `std/${name}` : undefined;
}

function nearFile(path: string, host: Host): { readonly last: string; readonly near: string } | undefined {
  const folder = path.split('/').slice(0, -1).join('/');
  const files = host.list?.(folder) ?? [];
  const near = nearest(stem(path), files.filter((name) => name.endsWith('.cnn')).map(stem));
  return near === undefined ? undefined : { last: stem(path), near };
}

function notFound(use: UseItem, meant: string | undefined): Diagnostic {
  const written = use.from.value;
  const isPackage = /^[@\w]/.test(written) && !written.startsWith('std/');
  return diagnostic('import/not-found', { path: written }, use.from.span, {
    notes: isPackage ? [{ word: 'note', text: packageNote(written) }] : [],
    fixes: meant === undefined ? [] : [replaceBy(`"${meant}"`, use.from.span)],
  });
}

/** `from "blocks"` is a package; a file beside this one begins with `./`. */
function packageNote(written: string): string {
  const name = written.split('/').slice(0, written.startsWith('@') ? 2 : 1);
  const beside = `./${written.replace(/\.cnn$/, '')}.cnn`;
  return `this is looked for in the package ${name.join('/')}; a file beside this one is written "${beside}"`;
}
