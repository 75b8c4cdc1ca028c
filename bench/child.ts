/** Runs one of this folder's scripts in a process of its own and reads the JSON object on its last line. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Patience } from './patience.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Rejects with what the child wrote to its error output if it fails, and ends it where `limit` is over before it is done. */
export async function runChild<Result>(
  script: string,
  args: readonly string[],
  limit?: Patience,
): Promise<Result> {
  const child = spawn(process.execPath, [join(here, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(limit && { timeout: limit.ms }),
  });
  const [output, complaints] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (child.killed && limit) throw new Error(limit.message);
  const lastLine = Buffer.concat(output ?? [])
    .toString()
    .trimEnd()
    .split('\n')
    .at(-1);
  if (code !== 0 || !lastLine)
    throw new Error(
      `${script} ${args.join(' ')} failed:\n${Buffer.concat(complaints ?? [])
        .toString()
        .trim()}`,
    );
  return JSON.parse(lastLine) as Result;
}
