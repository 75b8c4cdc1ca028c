/**
 * Checks files again as they change. Folders are watched, not files, because editors replace files on saving; a file that is
 * deleted is reported until it is there again. Only files that rest on a changed one are checked again.
 */
import { dirname, resolve } from 'node:path';
import { checkFile, newMemory, type FileCheck } from './checking.ts';
import { boundYoungGeneration, collectWhenIdle } from './young-generation.ts';

export interface WatchOptions {
  /** Ends the watching. */
  readonly signal: AbortSignal;
  /** Called with all files after every check, the first one too. */
  readonly show: (checks: readonly FileCheck[]) => void;
}

/** Changes within this time are one change: a save is several events, and a formatter saves once more. In ms. */
const quiet = 40;

/** Checks and watches until the signal; resolves then. */
export async function watchFiles(files: readonly string[], { signal, show }: WatchOptions): Promise<void> {
  const { watch } = await import('chokidar');
  boundYoungGeneration();
  collectWhenIdle();
  const memory = newMemory();
  const checks = new Map<string, FileCheck>();
  for (const file of files) checks.set(file, await checkFile(file, memory));
  const watcher = watch([], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && !path.endsWith('.cnn'),
  });
  const watched = new Set<string>();
  const watchNew = (): void => {
    const folders = foldersOf(checks.values()).filter((folder) => !watched.has(folder));
    for (const folder of folders) watched.add(folder);
    watcher.add(folders);
  };
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const again = async (): Promise<void> => {
    const stale = [...checks.values()].filter((check) => restsOn(check, changed));
    changed.clear();
    for (const { file } of stale) checks.set(file, await checkFile(file, memory));
    watchNew();
    if (stale.length > 0) show([...checks.values()]);
  };
  watcher.on('all', (_, path) => {
    changed.add(resolve(path));
    clearTimeout(timer);
    timer = setTimeout(() => void again(), quiet);
  });
  watchNew();
  await ended(signal, () => watcher.once('ready', () => show([...checks.values()])));
  clearTimeout(timer);
  await watcher.close();
}

/** Whether a check may come out otherwise now. One that missed an import may find it now. */
function restsOn({ file, sources, diagnostics }: FileCheck, changed: ReadonlySet<string>): boolean {
  if (diagnostics.some(({ code }) => code === 'import/not-found') || changed.has(resolve(file))) return true;
  return sources.some((source) => changed.has(source));
}

function foldersOf(checks: Iterable<FileCheck>): string[] {
  const paths = [...checks].flatMap(({ file, sources }) => [resolve(file), ...sources]);
  return [...new Set(paths.map((path) => dirname(path)))];
}

function ended(signal: AbortSignal, start: () => void): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    signal.addEventListener('abort', () => done(), { once: true });
    start();
  });
}
