/** The benchmark in Node: one process for the times of a network, one for every cold start. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { HostKind } from './bench-net.ts';
import { runChild } from './child.ts';
import type { ColdResult } from './cold.ts';
import { patience } from './patience.ts';
import type { NetResult } from './run-peers.ts';

export const node: HostKind = {
  name: 'node',
  // It loads its WebAssembly through a script element.
  lacks: ['litert'],
  open: async (folder) => ({
    engine: `Node ${process.versions.node}`,
    cold: async (peer, options) =>
      runChild<ColdResult>(await coldScript(), [folder, peer, JSON.stringify(options)], patience),
    time: (options) => runChild<NetResult>('run-net.ts', [folder, JSON.stringify(options)]),
    close: async () => undefined,
  }),
};

let bundled: Promise<string> | undefined;

/** `cold.ts` as JavaScript, a chunk per peer: a start must not include the stripping of types, which users of the packages do not wait for. */
function coldScript(): Promise<string> {
  return (bundled ??= bundleCold());
}

async function bundleCold(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const outdir = join('results', 'cache', 'cold');
  await build({
    entryPoints: [join(here, 'cold.ts')],
    outdir: join(here, outdir),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  return join(outdir, 'cold.js');
}
