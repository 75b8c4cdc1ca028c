/**
 * Product of two dynamic matrices (gram matrices, attention): register tiles of 6 × 8 outputs, one row of b against six values of a per
 * step. Either way of reading a is a matter of strides; b must have its columns contiguous, so a transposed b is left to the loop
 * nest, which vectorises over k.
 */
import { internal } from '../../../diagnostics/internal.ts';
import type { Epilogue, MatmulKernel } from '../../../ir/kernel.ts';
import { sizeOf } from '../../../ir/type.ts';
import type { Buffer, Step } from '../../../6-plan/plan.ts';
import {
  i32,
  v128,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from '../assembler/index.ts';
import type { EmitContext } from '../emit-context.ts';
import { storeLanes } from '../nest/lanes.ts';
import { bufferOf, emitEpilogue } from '../operands.ts';

const tileRows = 6;
const tileColumns = 8;

/** Whether `emitMatmul` can compute the step: b not transposed, and axes that m or n group follow each other in memory. */
export function fitsTiles(step: Step, kernel: MatmulKernel): boolean {
  return !kernel.transposeB && kernel.n >= 4 && layoutOf(step, kernel) !== undefined;
}

/** Emits a matrix product that `fitsTiles`. */
export function emitMatmul(step: Step, { module, f }: EmitContext): void {
  const { kernel } = step;
  if (kernel.kind !== 'matmul') return internal(`the matmul emitter got a ${kernel.kind} kernel`);
  const { shape, bases } = layoutOf(step, kernel) ?? internal('a matrix product that does not fit tiles');
  const key = `matmul ${JSON.stringify([kernel.m, kernel.n, shape])}`;
  const callee = module.shared(key, () => {
    const params = bases.map(() => 'i32' as const);
    return module.function({ name: 'matmul', params }, (g, ...pointers) =>
      emitTiles(module, g, { kernel, shape, pointers }),
    );
  });
  f.call(callee, ...bases.map((base) => i32.const(base)));
}

/** What a tile is made for. Bytes per step of m, n and k for each pointer: a, b, out, operands. */
interface TileShape {
  readonly k: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly depth: readonly number[];
  readonly epilogue: Epilogue | undefined;
}

/** The operands as matrices; undefined where one is none in memory, or has columns apart. */
function layoutOf(
  step: Step,
  kernel: MatmulKernel,
): { readonly shape: TileShape; readonly bases: readonly number[] } | undefined {
  const { m, n, k, transposeA, epilogue } = kernel;
  const operands = (epilogue?.operands ?? []).map(({ operand, per }) => ({
    per,
    buffer: bufferOf(step, operand),
  }));
  const a = matrixOf(bufferOf(step, kernel.a), transposeA ? m : k);
  const wide = [
    bufferOf(step, kernel.b),
    bufferOf(step, kernel.out),
    ...operands.filter(({ per }) => per === 'tensor').map(({ buffer }) => buffer),
  ].map((buffer) => matrixOf(buffer, n));
  if (!a || wide.some((matrix) => matrix?.column !== 4)) return undefined;
  const [b = 0, out = 0, ...tensors] = wide.map((matrix) => matrix?.row ?? 0);
  const rows = operands.map(({ per }) => (per === 'tensor' ? (tensors.shift() ?? 0) : 0));
  const shape: TileShape = {
    k,
    rows: [transposeA ? a.column : a.row, 0, out, ...rows],
    columns: [0, 4, 4, ...operands.map(({ per }) => (per === 'scalar' ? 0 : 4))],
    depth: [transposeA ? a.row : a.column, b],
    epilogue,
  };
  const buffers = [kernel.a, kernel.b, kernel.out].map((operand) => bufferOf(step, operand));
  return {
    shape,
    bases: [...buffers, ...operands.map(({ buffer }) => buffer)].map((buffer) => buffer.offset),
  };
}

/** Bytes between rows and between columns of a buffer whose last axes make up `columns`; undefined where no one stride does. */
function matrixOf(
  { shape, strides }: Buffer,
  columns: number,
): { readonly row: number; readonly column: number } | undefined {
  const split = shape.findIndex((_, i) => sizeOf(shape.slice(i)) === columns);
  const at = split < 0 ? shape.length : split;
  const row = groupStride(shape.slice(0, at), strides.slice(0, at));
  const column = groupStride(shape.slice(at), strides.slice(at));
  return row === undefined || column === undefined ? undefined : { row, column };
}

/** Bytes per step through several axes as if they were one. */
function groupStride(shape: readonly number[], strides: readonly number[]): number | undefined {
  const axes = shape.flatMap((size, i) => (size === 1 ? [] : [{ size, stride: strides[i] ?? 0 }]));
  const grouped = axes.every(({ stride }, i) => {
    const inner = axes[i + 1];
    return !inner || stride === inner.stride * inner.size;
  });
  return grouped ? 4 * (axes.at(-1)?.stride ?? 1) : undefined;
}

interface Tiles {
  readonly kernel: MatmulKernel;
  readonly shape: TileShape;
  readonly pointers: readonly Local<'i32'>[];
}

/** Calls a tile function for every tile: full ones in loops, the last rows and columns with functions of their size. */
function emitTiles(module: ModuleBuilder, f: FunctionBuilder, { kernel, shape, pointers }: Tiles): void {
  const inSteps = (
    total: number,
    size: number,
    bytes: readonly number[],
    at: readonly Local<'i32'>[],
    body: (at: readonly Local<'i32'>[], size: number) => void,
  ): void => {
    const moving = at.map((pointer, i) => (bytes[i] ? f.let(pointer) : pointer));
    f.for(f.i32(), 0, Math.floor(total / size) * size, size, () => {
      body(moving, size);
      moving.forEach((pointer, i) => f.increment(pointer, size * (bytes[i] ?? 0)));
    });
    if (total % size > 0) body(moving, total % size);
  };
  inSteps(kernel.m, tileRows, shape.rows, pointers, (row, rows) => {
    inSteps(kernel.n, tileColumns, shape.columns, row, (at, columns) => {
      f.call(tileFunction(module, shape, { rows, columns }), ...at);
    });
  });
}

interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** The outputs of one tile, summed over all of k in registers: (a, b, out, …operands). */
function tileFunction(
  module: ModuleBuilder,
  shape: TileShape,
  { rows, columns }: Tile,
): FunctionRef<readonly 'i32'[]> {
  return module.shared(`matmul tile ${JSON.stringify([shape, rows, columns])}`, () => {
    const params = shape.rows.map(() => 'i32' as const);
    return module.kernel({ name: `matmul_${rows}x${columns}`, params }, (f, ...pointers) => {
      const sums = emitSums(f, shape, { rows, columns }, pointers);
      const [out, ...operands] = pointers.slice(2);
      if (!out) return internal('a matrix product without an output');
      const constants = f.constants();
      sums.forEach((row, i) => {
        row.forEach((sum, j) => {
          const value = emitEpilogue({ f, constants, pointers: operands }, shape.epilogue, sum, 16 * j);
          storeLanes(
            f,
            { base: out, stride: 4, table: undefined },
            { first: 4 * j, lanes: Math.min(4, columns - 4 * j) },
            value,
          );
        });
        if (i < rows - 1)
          pointers.forEach((pointer, p) => p >= 2 && f.increment(pointer, shape.rows[p] ?? 0));
      });
    });
  });
}

/** Σ over k of the rows of a times two vectors of b. */
function emitSums(
  f: FunctionBuilder,
  shape: TileShape,
  { rows, columns }: Tile,
  [a, b]: readonly Local<'i32'>[],
): readonly (readonly Local<'v128'>[])[] {
  if (!a || !b) return internal('a matrix product without its operands');
  const vectors = Math.ceil(columns / 4);
  const sums = Array.from({ length: rows }, () => f.v128s(vectors));
  const [aStep = 0, bStep = 0] = shape.depth;
  f.for(f.i32(), 0, shape.k, 1, () => {
    const right = Array.from({ length: vectors }, (_, j) => f.let(v128.load(b, 16 * j)));
    sums.forEach((row, i) => {
      const left = f.let(v128.load32Splat(a, i * (shape.rows[0] ?? 0)));
      row.forEach((sum, j) => f.set(sum, f.fma(left, right[j] ?? left, sum)));
    });
    f.increment(a, aStep);
    f.increment(b, bStep);
  });
  return sums;
}
