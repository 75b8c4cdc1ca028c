/** `npm run sizes`: what ships must stay small. Prints every budget with its measure; exit code 1 where one is passed. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { emitWasm, instantiate, nodeHost, optimize, plan, resolve } from '../src/compiler/index.ts';
import { runtimeWithDetectSource } from '../src/compiler/7-emit/package/generated/runtime-source.ts';

interface Budget {
  readonly what: string;
  readonly limit: number;
  readonly bytes: number;
}

/** Bytes of the relaxed-SIMD module of a net. */
function wasmBytes(path: string, net: string): number {
  const { model } = resolve({ path, text: readFileSync(path, 'utf8') }, nodeHost('.'));
  const { graph } = instantiate(model, { net, mode: 'inference' });
  if (!graph) throw new Error(`${path} has errors: npx cnnc check ${path}`);
  return emitWasm(plan(optimize(graph), { relaxed: true, wide: false })).bytes.length;
}

const budgets: readonly Budget[] = [
  {
    what: 'runtime with boxes, gzip',
    limit: 12_000,
    bytes: gzipSync(runtimeWithDetectSource, { level: 9 }).length,
  },
  {
    what: 'face detector, WebAssembly',
    limit: 60_000,
    bytes: wasmBytes('examples/faces/faces.cnn', 'Faces'),
  },
  { what: 'ResNet-50, WebAssembly', limit: 80_000, bytes: wasmBytes('stdlib/resnet.cnn', 'ResNet50') },
  { what: 'GoogLeNet, WebAssembly', limit: 120_000, bytes: wasmBytes('stdlib/googlenet.cnn', 'GoogLeNet') },
];

for (const { what, limit, bytes } of budgets) {
  const verdict = bytes <= limit ? 'ok  ' : 'OVER';
  console.log(`${verdict} ${what.padEnd(28)} ${String(bytes).padStart(7)} of ${limit} bytes`);
  if (bytes > limit) process.exitCode = 1;
}
