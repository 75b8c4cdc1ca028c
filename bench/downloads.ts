/** What a browser downloads before it can run a network: code bundled and minified, and WebAssembly; weights are the same for everyone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { BenchNet } from './nets.ts';
import { folderOf } from './prepare.ts';
import type { Download } from './report/results.ts';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

interface Parts {
  /** An entry that imports what an application would. */
  readonly code: string;
  readonly wasm: string;
}

/** Peers that run in a browser, of those asked for. */
export async function downloads(net: BenchNet, peers: readonly string[]): Promise<readonly Download[]> {
  const folder = folderOf(net);
  const parts: Readonly<Record<string, Parts>> = {
    cnnc: {
      code: `export { load } from ${JSON.stringify(join(here, '../src/runtime/index.ts'))}`,
      wasm: join(folder, 'cnnc-relaxed.wasm'),
    },
    'onnxruntime-web': {
      code: `export { InferenceSession, Tensor } from 'onnxruntime-web/wasm'`,
      wasm: join(dirname(require.resolve('onnxruntime-web')), 'ort-wasm-simd-threaded.wasm'),
    },
    'tfjs-wasm': {
      code: `import '@tensorflow/tfjs-backend-wasm'; export * from ${JSON.stringify(join(folder, 'tfjs.ts'))}`,
      wasm: join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), 'tfjs-backend-wasm-simd.wasm'),
    },
  };
  const asked = Object.entries(parts).filter(([peer]) => peers.includes(peer));
  return Promise.all(asked.map(([peer, part]) => download(peer, part)));
}

async function download(peer: string, { code, wasm }: Parts): Promise<Download> {
  const bundled = await build({
    stdin: { contents: code, resolveDir: here, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
    external: ['fs', 'path', 'worker_threads', 'perf_hooks', 'os', 'util', 'string_decoder'],
  });
  const contents = [bundled.outputFiles[0]?.contents ?? new Uint8Array(), readFileSync(wasm)];
  const total = (sizes: readonly number[]): number => sizes.reduce((sum, n) => sum + n, 0);
  return {
    peer,
    bytes: total(contents.map(({ length }) => length)),
    gzipBytes: total(contents.map((content) => gzipSync(content).length)),
    files: ['JavaScript', basename(wasm)],
  };
}
