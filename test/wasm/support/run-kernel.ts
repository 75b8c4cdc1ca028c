/**
 * Runs one kernel as WebAssembly on buffers laid out by hand. The memory around every buffer holds a pattern, so that a write outside of
 * the output's elements is noticed.
 */
import { expect } from 'vitest';
import { emitters } from '../../../src/compiler/7-emit/wasm/emitters.ts';
import { ModuleBuilder } from '../../../src/compiler/7-emit/wasm/assembler/index.ts';
import type { Buffer, Engine, Step } from '../../../src/compiler/6-plan/plan.ts';
import type { Node } from '../../../src/compiler/ir/graph.ts';
import type { Kernel } from '../../../src/compiler/ir/kernel.ts';
import { rowStrides } from '../../../src/compiler/ops/shared/broadcast.ts';
import { sizeOf } from '../../../src/compiler/ir/type.ts';

export interface Operand {
  readonly shape: readonly number[];
  /** Row-major values; absent for the output. */
  readonly data?: Float32Array;
  /** Zero border per axis (of the shape), [begin, end]. */
  readonly halo?: readonly (readonly [number, number])[];
  /** Elements by which rows of the last axis are wider than the shape (a slice of a concat). */
  readonly slice?: number;
}

/** What the memory between buffers holds: no value that a kernel computes by chance. */
const canary = 1.2345e30;

interface Placed {
  readonly buffer: Buffer;
  readonly bytes: number;
}

function place(operand: Operand, id: number, offset: number): Placed {
  const { shape, halo = [], slice = 0 } = operand;
  const padded = shape.map((n, i) => n + (halo[i]?.[0] ?? 0) + (halo[i]?.[1] ?? 0));
  const strides = rowStrides(padded.map((n, i) => (i === padded.length - 1 ? n + slice : n)));
  const inner = strides.reduce((sum, stride, i) => sum + stride * (halo[i]?.[0] ?? 0), slice > 0 ? 1 : 0);
  const bytes = 4 * (sizeOf(padded.slice(0, -1)) * ((padded.at(-1) ?? 1) + slice));
  const at = { offset: offset + 4 * inner, allocation: id };
  const buffer = { id, label: `b${id}`, shape, elementBytes: 4 as const, strides, halo, ...at };
  return { buffer, bytes: Math.ceil((bytes + 64) / 64) * 64 };
}

/** Addresses (in floats) of all elements, row-major. */
export function addresses({ shape, strides, offset }: Buffer): readonly number[] {
  return shape.reduce<readonly number[]>(
    (found, n, i) => found.flatMap((at) => Array.from({ length: n }, (_, k) => at + k * (strides[i] ?? 0))),
    [offset / 4],
  );
}

export interface KernelRun {
  readonly kernel: Kernel;
  /** One per operand of the kernel. */
  readonly operands: readonly Operand[];
  readonly out: number;
  readonly algorithm?: string;
  readonly tuning?: Step['tuning'];
  /** The output is the memory of this operand. */
  readonly inPlace?: number;
}

/** The output's elements, row-major. */
export function runKernel(engine: Engine, run: KernelRun): Float32Array {
  let end = 64;
  const buffers = run.operands.map((operand, id) => {
    const { buffer, bytes } = place(operand, id, end);
    end += bytes;
    return buffer;
  });
  const shared = run.inPlace === undefined ? undefined : buffers[run.inPlace];
  if (shared) buffers[run.out] = { ...shared, id: run.out };
  const { module, tables, tablesEnd } = assemble(engine, run, { buffers, end });
  const pages = Math.ceil((tablesEnd + 64) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const floats = new Float32Array(memory.buffer).fill(canary);
  run.operands.forEach((operand, i) => fillBuffer(floats, operand, buffers[i]));
  for (const { offset, bytes } of tables) new Uint8Array(memory.buffer).set(bytes, offset);
  const before = floats.slice();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module(pages)), { cnnc: { memory } });
  (instance.exports.run as () => void)();
  const written = addresses(buffers[run.out] as Buffer);
  const result = Float32Array.from(written, (at) => floats[at] ?? NaN);
  for (const at of written) before[at] = floats[at] ?? NaN;
  expect(sameBytes(floats, before), 'memory outside of the output was written').toBe(true);
  return result;
}

function sameBytes(a: Float32Array, b: Float32Array): boolean {
  return globalThis.Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    globalThis.Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

function fillBuffer(floats: Float32Array, { data, halo = [] }: Operand, buffer: Buffer | undefined): void {
  if (!buffer || !data) return;
  const grown = {
    ...buffer,
    shape: buffer.shape.map((n, i) => n + (halo[i]?.[0] ?? 0) + (halo[i]?.[1] ?? 0)),
    offset:
      buffer.offset - 4 * buffer.strides.reduce((sum, stride, i) => sum + stride * (halo[i]?.[0] ?? 0), 0),
  };
  for (const at of addresses(grown)) floats[at] = 0;
  addresses(buffer).forEach((at, i) => (floats[at] = data[i] ?? NaN));
}

interface Assembled {
  readonly module: (pages: number) => Uint8Array<ArrayBuffer>;
  readonly tables: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly tablesEnd: number;
}

function assemble(
  engine: Engine,
  { kernel, algorithm = 'nest', tuning = {} }: KernelRun,
  { buffers, end }: { readonly buffers: readonly Buffer[]; readonly end: number },
): Assembled {
  const module = new ModuleBuilder(engine);
  const tables: { offset: number; bytes: Uint8Array }[] = [];
  let tablesEnd = end;
  const table = (data: Int32Array | Float32Array): number => {
    const offset = tablesEnd;
    tables.push({ offset, bytes: new Uint8Array(data.buffer.slice(0)) });
    tablesEnd = Math.ceil((offset + data.byteLength) / 16) * 16;
    return offset;
  };
  const node = { op: 'test', inputs: [], attrs: {}, path: 'test', span: undefined } as unknown as Node;
  const step: Step = { index: 0, node, kernel, algorithm, tuning, buffers, scratch: undefined };
  const run = module.function({ name: 'run', params: [] }, (f) =>
    emitters[algorithm]?.(step, { module, f, table }),
  );
  module.export('run', run);
  const build = (pages: number): Uint8Array<ArrayBuffer> => {
    module.importMemory({ module: 'cnnc', name: 'memory', pages });
    return module.build();
  };
  return { module: build, tables, tablesEnd };
}
