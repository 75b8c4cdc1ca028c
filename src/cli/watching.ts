/**
 * Checks files again as they change. Folders are watched, not files, because editors replace files on saving; a file that is
 * deleted is reported until it is there again, and what is new in a folder is checked too. Only files that rest on a changed one
 * are checked again.
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { checkFile, newMemory, type FileCheck, type Memory } from './checking.ts';
import { filesIn, foldersIn, isFolder } from './files.ts';
import { boundYoungGeneration, collectWhenIdle } from './young-generation.ts';

export interface WatchOptions {
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Called with all files after every check, the first one too. */
  readonly show: (checks: readonly FileCheck[]) => void;
}

/** Changes within this time are one change: a save is several events, and a formatter saves once more. In ms. */
const quiet = 40;

/** Checks and watches files, and all that are in folders, until the signal; resolves then. */
export async function watchFiles(paths: readonly string[], { signal, show }: WatchOptions): Promise<void> {
  boundYoungGeneration();
  collectWhenIdle();
  const memory = newMemory();
  let state = await settle(paths, await checkAll(paths, { before: [], memory }), { memory });
  let changed = new Set<string>();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const again = async (): Promise<void> => {
    const now = changed;
    changed = new Set();
    const before = state.checks;
    const checks = await checkAll(paths, { before, changed: now, memory });
    state = await settle(paths, checks, { memory, before: state });
    listen();
    if (!signal.aborted && !isSame(before, state.checks)) show(state.checks);
  };
  let failed: (error: unknown) => void = () => undefined;
  const onChange = (_: string, path: string): void => {
    changed.add(resolve(path));
    clearTimeout(timer);
    // One after the other: a check that takes longer than the next change must not overwrite that one's.
    timer = setTimeout(() => (running = running.then(again).catch(failed)), quiet);
  };
  const listen = (): unknown => state.watcher.removeAllListeners('all').on('all', onChange);
  listen();
  if (!signal.aborted) show(state.checks);
  await new Promise<void>((end, fail) => {
    failed = fail;
    signal.addEventListener('abort', () => end(), { once: true });
    if (signal.aborted) end();
  }).finally(async () => {
    clearTimeout(timer);
    await running;
    await state.watcher.close();
  });
}

/** What was found, and a watcher of every folder in which something can change that it rests on. */
interface State {
  readonly checks: readonly FileCheck[];
  readonly watcher: FSWatcher;
  /** The watched folders, and files of other kinds, as they were found: a folder that is made anew under its name is another. */
  readonly watched: string;
}

/**
 * Watches the folders that checks rest on. A watcher hears nothing before it is ready, and a folder that was made anew is not heard
 * by that of the old one: so where what is watched is not as before, a new watcher takes over and everything is checked once more.
 */
async function settle(
  paths: readonly string[],
  checks: readonly FileCheck[],
  { memory, before }: { readonly memory: Memory; readonly before?: State },
): Promise<State> {
  const folders = foldersOf(paths, checks);
  const others = new Set(checks.flatMap(({ sources }) => sources.filter((path) => !path.endsWith('.cnn'))));
  const found = [...folders.map((folder) => `${folder} ${inodeOf(folder)}`), ...others].join('\n');
  if (before?.watched === found) return { ...before, checks };
  await before?.watcher.close();
  const { watch } = await import('chokidar');
  const watcher = watch([...folders], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path, stats) =>
      stats?.isFile() === true && !path.endsWith('.cnn') && !others.has(resolve(path)),
  });
  await new Promise((ready) => watcher.once('ready', () => ready(undefined)));
  const now = await checkAll(paths, { before: checks, memory });
  return settle(paths, now, { memory, before: { checks, watcher, watched: found } });
}

interface Before {
  readonly before: readonly FileCheck[];
  /** Absolute paths; all files are checked where it is left out. */
  readonly changed?: ReadonlySet<string>;
  readonly memory: Memory;
}

/** Checks the files that are there now; those that rest on nothing that has changed keep their check. */
async function checkAll(
  paths: readonly string[],
  { before, changed, memory }: Before,
): Promise<readonly FileCheck[]> {
  const known = new Map(before.map((check) => [check.file, check]));
  const checks: FileCheck[] = [];
  for (const file of new Set(paths.flatMap(filesIn))) {
    const last = known.get(file);
    checks.push(last && changed && !restsOn(last, changed) ? last : await checkFile(file, memory));
  }
  return checks;
}

/** Whether a check may come out otherwise now. One that missed an import may find it now. */
function restsOn({ file, sources, diagnostics }: FileCheck, changed: ReadonlySet<string>): boolean {
  if (diagnostics.some(({ code }) => code === 'import/not-found') || changed.has(resolve(file))) return true;
  return sources.some((source) => changed.has(source));
}

function isSame(before: readonly FileCheck[], checks: readonly FileCheck[]): boolean {
  return checks.length === before.length && checks.every((check) => before.includes(check));
}

function inodeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino;
}

/** Folders in which something can change that the checks rest on. */
function foldersOf(paths: readonly string[], checks: readonly FileCheck[]): readonly string[] {
  const given = paths.flatMap((path) => (isFolder(path) ? foldersIn(path) : [dirname(path)]));
  const around = checks.flatMap(({ file, sources }) => [file, ...sources].map((each) => dirname(each)));
  return [...new Set([...given, ...around].map((folder) => nearest(resolve(folder))))];
}

/** The folder, or where there is none the one in which it would be made. */
function nearest(folder: string): string {
  return isFolder(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
