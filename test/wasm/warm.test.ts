/** `warm()` makes V8 optimise every kernel of a program before any of them has had work to do, and touches no memory. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { emitWasm } from '../../src/compiler/7-emit/wasm/index.ts';
import type { Attrs, Graph } from '../../src/compiler/ir/graph.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'cnnc-warm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stem, a pool, Winograd, a depthwise layer, a matrix times a vector and a softmax. */
function network(): Graph {
  const x = inputMap('x', [48, 48], 3);
  const steps: readonly (readonly [op: string, options: Attrs])[] = [
    ['conv', { channels: 16, kernel: 7, stride: 2, pad: 3 }],
    ['relu', {}],
    ['maxpool', { kernel: 3, stride: 2 }],
    ['conv', { channels: 32, kernel: 3, pad: 1 }],
    ['dwconv', { kernel: 3, pad: 1 }],
    ['gap', {}],
    ['dense', { units: 10 }],
    ['softmax', {}],
  ];
  const y = steps.reduce((node, [op, options], i) => layer(op, [node], options, `l${i}`), x);
  return graphOf([y], [x]);
}

/** Prints what V8 compiles, and whether a byte of memory changed. */
const script = `
import { readFileSync } from 'node:fs';
const { pages, code } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const module = new WebAssembly.Module(Buffer.from(code, 'base64'));
const { exports } = new WebAssembly.Instance(module, { cnnc: { memory } });
const before = Buffer.from(memory.buffer.slice(0));
exports.warm();
console.log('same memory', before.equals(Buffer.from(memory.buffer)));
`;

/** Names of functions that do arithmetic. */
const kernels =
  /^(tile_|winograd_(input|output|patch)|depthwise_tile|pool_(row|clipped)|nest_rows|expand_winograd_piece)/;

test.each([{ wide: false }, { wide: true }])('wide $wide', ({ wide }) => {
  const { bytes, manifest } = emitWasm(plan(optimize(network()), { relaxed: true, wide }), { names: true });
  const file = join(folder, `${wide}.json`);
  const pages = Math.ceil(manifest.memoryBytes / 65536);
  writeFileSync(file, JSON.stringify({ pages, code: Buffer.from(bytes).toString('base64') }));
  writeFileSync(join(folder, 'warm.mjs'), script);
  const flags = ['--trace-wasm-compilation-times', '--wasm-sync-tier-up'];
  const { stdout } = spawnSync(process.execPath, [...flags, join(folder, 'warm.mjs'), file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(stdout).toContain('same memory true');
  const optimised = [...stdout.matchAll(/#(\d+) using TurboFan/g)].map(([, index]) => Number(index));
  const names = functionNames(bytes);
  const wanted = [...names.keys()].filter((index) => kernels.test(names.get(index) ?? ''));
  expect(wanted.length).toBeGreaterThan(8);
  expect(wanted.filter((index) => !optimised.includes(index)).map((index) => names.get(index))).toEqual([]);
});

/** The name section: function index → name. */
function functionNames(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<number, string> {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name');
  const data = new Uint8Array(section ?? new ArrayBuffer(0));
  let at = 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  number();
  const names = new Map<number, string>();
  for (let left = number(); left > 0; left--) {
    const index = number();
    const length = number();
    names.set(index, new TextDecoder().decode(data.subarray(at, at + length)));
    at += length;
  }
  return names;
}
