/** Runs a command line in this process and gives what it wrote. */
import { vi } from 'vitest';
import { main } from '../../src/cli/program.ts';

export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  readonly json: () => unknown;
}

export async function cnnc(...args: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[stream] += String(chunk);
      return true;
    }),
  );
  try {
    const exit = await main(args);
    return { exit, ...written, json: () => JSON.parse(written.stdout) as unknown };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
