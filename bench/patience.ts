/** How long a peer is waited for. */

export interface Patience {
  readonly ms: number;
  /** What is said of a peer that takes longer. */
  readonly message: string;
}

/** For one start, until its first result. Whoever needs more would not be timed either (tfjs-wasm in 3-D: four minutes). */
export const patience: Patience = { ms: 90_000, message: 'no result within 90 s' };

/** Rejects where `work` takes longer; to end what is at work is the caller's. */
export async function within<Result>({ ms, message }: Patience, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
