/**
 * V8's young generation, its size and when it is collected, for whoever runs the compiler in a process of its own. Checking makes
 * many objects that live on (trees, graphs), by which V8 grows its young generation to 2 × 16 MB and more; touching that much fresh
 * memory costs more than collecting less of it more often does. Its limit is an option of Node's start (--max-semi-space-size) and too
 * late for a script, but the factor by which it grows is read each time.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of one half while the same text is compiled again and again. */
const wanted = 8 * 2 ** 20;
/** V8 says on stderr what it does not know; newer ones than that of Node 26 were not tried. */
const lastMajor = 14;

/**
 * Keeps the young generation as large as it is: 2 × 4 MB when the command line has loaded the compiler. Holds for workers that start
 * later too: theirs keep 2 × 1 MB. Where that cannot be, nothing changes.
 */
export function holdYoungGeneration(): void {
  setting(() => setFlagsFromString('--semi-space-growth-factor=1'));
}

/** Lets it grow once more, to 2 × 8 MB, and no further: worth its 10 ms before the same text is compiled again and again. */
export function boundYoungGeneration(): void {
  setting(() => {
    const factor = Math.floor(wanted / capacity());
    if (factor > 1) setFlagsFromString(`--semi-space-growth-factor=${factor}`);
    setFlagsFromString(`--semi-space-growth-factor=${factor <= 1 || grow() ? 1 : 2}`);
  });
}

/**
 * Lets V8 collect the young generation as soon as the process has nothing to do and 15 % of it are in use (80 % otherwise), so
 * that a check after an edit finds it nearly empty and seldom has to wait for a collection.
 */
export function collectWhenIdle(): void {
  setting(() => setFlagsFromString('--minor-gc-task-trigger=15'));
}

function setting(set: () => void): void {
  try {
    if (Number.parseInt(process.versions.v8, 10) <= lastMajor) set();
  } catch {
    // An engine that has no such settings.
  }
}

/** It grows where more survives collections than it holds: 8 kB at a time, at most 16 MB. */
function grow(): boolean {
  const before = capacity();
  const surviving: number[][] = [];
  for (let i = 1; i <= 2048; i++) {
    surviving.push(Array<number>(1000).fill(0));
    if (i % 32 === 0 && capacity() > before) return true;
  }
  return false;
}

/** What one half holds. */
function capacity(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return young ? young.space_used_size + young.space_available_size : wanted;
}
