/**
 * Weights from memory into the caches, before they are used. Code that computes between its loads has few of them on the way at a time and
 * reads weights for the first time at 11 GB/s; loads that nothing waits for fill the processor's window, and memory delivers 30 (Zen 5).
 */
import { i32 } from '../assembler/index.ts';
import type { FunctionBuilder, I32, Local } from '../assembler/index.ts';

const lineBytes = 64;
/** Lines per turn. The last turn may reach so far beyond the end: weights are never the last thing in memory. */
const unrolled = 4;

/** Reads one word of every cache line of `bytes` bytes, at least one line. */
export function fetchLines(f: FunctionBuilder, from: Local<'i32'>, bytes: I32): void {
  const line = f.let(from);
  const end = f.let(i32.add(from, bytes));
  f.loop((again) => {
    for (let i = 0; i < unrolled; i++) f.touch(line, i * lineBytes);
    f.increment(line, unrolled * lineBytes);
    f.branchIf(again, i32.ltU(line, end));
  });
}
