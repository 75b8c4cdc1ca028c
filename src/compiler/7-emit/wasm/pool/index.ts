/**
 * Max and average pooling in 1-D to 3-D without halos: the driver of a step walks through runs of output places whose windows hold
 * the same taps (see clip.ts) and calls a row function for each row of a run.
 */
import { internal } from '../../../diagnostics/internal.ts';
import type { PoolKernel, Window } from '../../../ir/kernel.ts';
import type { Step } from '../../../6-plan/plan.ts';
import { i32, type FunctionBuilder, type I32, type Local } from '../assembler/index.ts';
import type { EmitContext } from '../emit-context.ts';
import { bufferOf, operandPlaces, rowBytes } from '../operands.ts';
import { clippedRuns, type Run } from './clip.ts';
import { clippedRow, fullRow, type RowFunction, type RowShape } from './row.ts';

/** Larger windows are looped over. */
const mostUnrolledTaps = 16;

/** Emits a pooling step. */
export function emitPool(step: Step, { module, f }: EmitContext): void {
  const { kernel } = step;
  if (kernel.kind !== 'pool') return internal(`the pool emitter got a ${kernel.kind} kernel`);
  const driver = poolDriver(step, kernel);
  const params = driver.bases.map(() => 'i32' as const);
  const callee = module.shared(
    `pool driver ${JSON.stringify([driver.key, kernel.window, kernel.countPadding])}`,
    () => {
      const rows = rowFunctions(driver, { module });
      return module.function({ name: 'pool', params }, (g, ...pointers) =>
        emitAxis(driver, rows, g, 0, { pointers, runs: [] }),
      );
    },
  );
  f.call(callee, ...driver.bases.map((base) => i32.const(base)));
}

interface Driver {
  readonly kernel: PoolKernel;
  /** The window over exactly three axes, outer ones of size 1 added. */
  readonly window: Window;
  readonly shape: RowShape;
  /** Addresses of input, output, operands. */
  readonly bases: readonly number[];
  /** Bytes per output step, per axis and pointer. */
  readonly strides: readonly (readonly number[])[];
  readonly key: unknown;
}

function poolDriver(step: Step, kernel: PoolKernel): Driver {
  const [x, out] = [bufferOf(step, kernel.x), bufferOf(step, kernel.out)];
  const window = inThreeAxes(kernel.window);
  const tapRows = threeAxes(rowBytes(x), 0);
  const operands = operandPlaces(step, kernel.epilogue);
  const perPointer = [
    tapRows.map((bytes, axis) => bytes * (window.stride[axis] ?? 1)),
    threeAxes(rowBytes(out), 0),
    ...operands.map((operand) => threeAxes(operand.strides, 0)),
  ];
  const shape: RowShape = {
    reduce: kernel.reduce,
    channels: kernel.channels,
    elementBytes: x.elementBytes,
    steps: perPointer.map((strides) => strides[2] ?? 0),
    tapBytes: tapRows.map((bytes, axis) => bytes * (window.dilation[axis] ?? 1)),
    epilogue: kernel.epilogue,
  };
  const strides = [0, 1, 2].map((axis) => perPointer.map((bytes) => bytes[axis] ?? 0));
  const before = tapRows.reduce((sum, bytes, axis) => sum + bytes * (window.pads[axis]?.[0] ?? 0), 0);
  const bases = [x.offset - before, out.offset, ...operands.map((operand) => operand.offset)];
  return { kernel, window, shape, bases, strides, key: [shape, strides] };
}

/** Prepends `fill` to get one value per axis of three. */
function threeAxes<T>(values: readonly T[], fill: T): readonly T[] {
  return [...Array<T>(Math.max(0, 3 - values.length)).fill(fill), ...values];
}

function inThreeAxes(window: Window): Window {
  return {
    input: threeAxes(window.input, 1),
    output: threeAxes(window.output, 1),
    kernel: threeAxes(window.kernel, 1),
    stride: threeAxes(window.stride, 1),
    dilation: threeAxes(window.dilation, 1),
    pads: threeAxes(window.pads, [0, 0]),
  };
}

interface Rows {
  readonly full: RowFunction | undefined;
  readonly clipped: RowFunction | undefined;
}

/** The row functions that the step needs. */
function rowFunctions({ window, shape }: Driver, { module }: Pick<EmitContext, 'module'>): Rows {
  const cells = window.kernel.reduce((product, n) => product * n, 1);
  const fits = cells <= mostUnrolledTaps;
  const clips = [0, 1, 2].some((axis) =>
    clippedRuns(window, axis).some((run) => run.taps < (window.kernel[axis] ?? 1)),
  );
  return {
    full: fits ? fullRow(module, shape, window.kernel) : undefined,
    clipped: clips || !fits ? clippedRow(module, shape) : undefined,
  };
}

interface Place {
  /** At the window's first tap without clipping, per the outer axes so far. */
  readonly pointers: readonly Local<'i32'>[];
  /** The runs that the outer axes are in. */
  readonly runs: readonly Run[];
}

/** Emits the axis' runs: a loop over rows for outer axes, a call for the last. */
function emitAxis(
  driver: Driver,
  rows: Rows,
  f: FunctionBuilder,
  axis: number,
  { pointers, runs }: Place,
): void {
  const steps = driver.strides[axis] ?? [];
  for (const run of clippedRuns(driver.window, axis)) {
    const start = pointers.map((pointer, i) => i32.add(pointer, run.from * (steps[i] ?? 0)));
    if (axis === 2) emitRow(driver, rows, f, { start, runs: [...runs, run] });
    else {
      const moving = start.map((address) => f.let(address));
      f.for(f.i32(), run.from, run.to, 1, () => {
        emitAxis(driver, rows, f, axis + 1, { pointers: moving, runs: [...runs, run] });
        moving.forEach((pointer, i) => f.increment(pointer, steps[i] ?? 0));
      });
    }
  }
}

function emitRow(
  { kernel, window, shape }: Driver,
  rows: Rows,
  f: FunctionBuilder,
  { start, runs }: { readonly start: readonly I32[]; readonly runs: readonly Run[] },
): void {
  const [x, ...rest] = start;
  if (!x) return internal('a pool without input');
  const places = (runs[2]?.to ?? 0) - (runs[2]?.from ?? 0);
  const cells = window.kernel.reduce((product, n) => product * n, 1);
  const taps = runs.map((run) => run.taps);
  const present = taps.reduce((product, n) => product * n, 1);
  if (rows.full && present === cells) return f.call(rows.full, x, ...rest, places);
  const first = runs.reduce((sum, run, axis) => sum + run.first * (shape.tapBytes[axis] ?? 0), 0);
  const divisor = kernel.countPadding ? cells : present;
  if (rows.clipped) f.call(rows.clipped, i32.add(x, first), ...rest, places, ...taps, divisor);
}
