/**
 * Interleaved timing: in every round each runner gets its turn (the order rotates), so that a machine that speeds up or slows down does so
 * for all of them. A turn repeats the inference until it is long enough for the clock. Environment-independent.
 */
import type { Inputs, Runner } from './peers/peer.ts';

export interface MeasureOptions {
  /** At most. */
  readonly rounds: number;
  /** Rounds end when they have taken so long, but not before the third. */
  readonly budgetMs: number;
  /** Least duration of one turn. */
  readonly turnMs: number;
}

/** Milliseconds per inference: one number per round and runner. */
export type Samples = Readonly<Record<string, readonly number[]>>;

export async function measure(
  runners: Readonly<Record<string, Runner>>,
  inputs: Inputs,
  { rounds, budgetMs, turnMs }: MeasureOptions,
): Promise<Samples> {
  const names = Object.keys(runners);
  const samples: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  const repeats: Record<string, number> = {};
  for (const name of names) repeats[name] = await calibrate(runners[name] as Runner, inputs, turnMs);
  const end = performance.now() + budgetMs;
  for (let round = 0; round < rounds && (round < fewestRounds || performance.now() < end); round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length] as string;
      samples[name]?.push(await timeTurn(runners[name] as Runner, inputs, repeats[name] ?? 1));
    }
  return samples;
}

/** A median of fewer says little. */
const fewestRounds = 3;

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Runs until the engine has had the time to optimise what is run: it does so on other threads. */
export async function warmUp(runner: Runner, inputs: Inputs): Promise<void> {
  const end = performance.now() + warmUpMs;
  while (performance.now() < end) await runner.run(inputs);
}

const warmUpMs = 1500;

/** Warms the engine's compiler up, and says how many inferences fill one turn. */
async function calibrate(runner: Runner, inputs: Inputs, turnMs: number): Promise<number> {
  let repeats = 1;
  for (;;) {
    const ms = await timeTurn(runner, inputs, repeats);
    if (ms * repeats >= turnMs || repeats >= 100_000) return repeats;
    repeats = Math.ceil(Math.min(repeats * 10, (1.2 * turnMs) / Math.max(ms, 1e-4)));
  }
}

async function timeTurn(runner: Runner, inputs: Inputs, repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const result = runner.run(inputs);
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / repeats;
}
