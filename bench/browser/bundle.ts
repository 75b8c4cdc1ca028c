/** The page's code: one entry, a chunk per peer, so that a cold start loads only what it needs. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Files by name; the entry is `page.js`. */
export async function bundlePage(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page.ts')],
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    write: false,
    logLevel: 'error',
    alias: { 'net-under-test': join(folder, 'tfjs.ts') },
    external: [
      'onnxruntime-node',
      'node:*',
      'fs',
      'path',
      'worker_threads',
      'perf_hooks',
      'os',
      'util',
      'string_decoder',
    ],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.replace(/^.*\//, ''), contents]));
}
