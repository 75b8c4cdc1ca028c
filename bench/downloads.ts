/** What a browser downloads before it can run a network: code bundled and minified, and WebAssembly; weights are as large for everyone. */
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
  /** Loaded beside it as they are. */
  readonly others: readonly string[];
}

/** Peers that run in a browser, of those asked for. */
export async function downloads(net: BenchNet, peers: readonly string[]): Promise<readonly Download[]> {
  const folder = folderOf(net.name);
  const parts: Readonly<Record<string, Parts>> = {
    cnnc: {
      code: `export { load } from ${JSON.stringify(join(here, '../src/runtime/index.ts'))}`,
      others: [join(folder, 'cnnc-relaxed.wasm')],
    },
    'onnxruntime-web': {
      code: `export { InferenceSession, Tensor } from 'onnxruntime-web/wasm'`,
      others: [join(dirname(require.resolve('onnxruntime-web')), 'ort-wasm-simd-threaded.wasm')],
    },
    litert: {
      code: `export { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core'`,
      others: ['litert_wasm_internal.js', 'litert_wasm_internal.wasm'].map((name) =>
        fileURLToPath(new URL(`../wasm/${name}`, import.meta.resolve('@litertjs/core'))),
      ),
    },
    'tfjs-wasm': {
      code: `import '@tensorflow/tfjs-backend-wasm'; export * from ${JSON.stringify(join(folder, 'tfjs.ts'))}`,
      others: [
        join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), 'tfjs-backend-wasm-simd.wasm'),
      ],
    },
  };
  const asked = Object.entries(parts).filter(([peer]) => peers.includes(peer));
  return Promise.all(asked.map(([peer, part]) => download(peer, part)));
}

async function download(peer: string, { code, others }: Parts): Promise<Download> {
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
  const contents = [
    bundled.outputFiles[0]?.contents ?? new Uint8Array(),
    ...others.map((path) => readFileSync(path)),
  ];
  const total = (sizes: readonly number[]): number => sizes.reduce((sum, n) => sum + n, 0);
  return {
    peer,
    bytes: total(contents.map(({ length }) => length)),
    gzipBytes: total(contents.map((content) => gzipSync(content).length)),
    files: ['JavaScript', ...others.map((path) => basename(path))],
  };
}
