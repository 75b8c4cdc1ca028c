/**
 * A convolution as loops over memory: from the window and the buffers of a step to byte strides, for any rank 0–3. The output is
 * planes × rows × columns of pixels (missing axes have size one); taps of the window merge where they are contiguous in memory.
 */
import { isPointwise } from '../../../6-plan/algorithms/shape.ts';
import type { Buffer, Step } from '../../../6-plan/plan.ts';
import type { Epilogue, FusedPool, Window } from '../../../ir/kernel.ts';
import type { Walk } from './gemm-tile.ts';
import type { Strides } from './pointers.ts';

/** One value per axis: planes, rows, columns. */
export type Axes3 = readonly [number, number, number];

export interface ConvGeometry {
  /** Output pixels. */
  readonly size: Axes3;
  /** Byte strides of [input, weights (0), output, …operands, …] along each axis of the output. */
  readonly strides: readonly [Strides, Strides, Strides];
  /** Addresses at the first output pixel: the input's is that of the window's first tap, inside the halo. */
  readonly start: readonly number[];
  /** Window taps of one pixel, outermost first, in bytes of input, without those of one repetition. */
  readonly taps: readonly Walk[];
}

/** Pads `values` of a window's axes with `missing` in front. */
export function axes3(values: readonly number[], missing: number): Axes3 {
  const [columns = missing, rows = missing, planes = missing] = values.toReversed();
  return [planes, rows, columns];
}

/** Byte strides of a buffer along its spatial axes, outermost first. */
export function spatialStrides(buffer: Buffer): Axes3 {
  return axes3(
    buffer.strides.slice(0, -1).map((stride) => stride * buffer.elementBytes),
    0,
  );
}

export interface ConvOperands {
  readonly window: Window;
  readonly x: number;
  readonly weight: number;
  readonly out: number;
  readonly epilogue: Epilogue | undefined;
  readonly pool?: FusedPool;
}

/** Pixels of the output that become one along each axis. */
export function pooled({ pool }: { readonly pool?: FusedPool }): Axes3 {
  return axes3(pool?.size ?? [], 1);
}

/**
 * Geometry of a convolution-like kernel in the buffers of its step. With a pool, the strides of the output are parts of a pixel (sizes of
 * pools are powers of two): walks over whole windows of it add up to whole pixels.
 */
export function convGeometry(kernel: ConvOperands, step: Step): ConvGeometry {
  const { window } = kernel;
  const at = (operand: number): Buffer => step.buffers[operand] as Buffer;
  const x = spatialStrides(at(kernel.x));
  const stride = axes3(window.stride, 1);
  const pool = pooled(kernel);
  const out = spatialStrides(at(kernel.out));
  const operands = (kernel.epilogue?.operands ?? []).map(({ operand, per }) => ({
    address: at(operand).offset,
    strides: per === 'tensor' ? spatialStrides(at(operand)) : ([0, 0, 0] as const),
  }));
  const along = (axis: 0 | 1 | 2): Strides => [
    x[axis] * stride[axis],
    0,
    out[axis] / pool[axis],
    ...operands.map(({ strides }) => strides[axis]),
    0,
  ];
  const before = axes3(
    window.pads.map(([begin]) => begin),
    0,
  );
  const first = at(kernel.x).offset - before.reduce((sum, pad, axis) => sum + pad * (x[axis] ?? 0), 0);
  const geometry: ConvGeometry = {
    size: axes3(window.output, 1),
    strides: [along(0), along(1), along(2)],
    start: [
      first,
      at(kernel.weight).offset,
      at(kernel.out).offset,
      ...operands.map(({ address }) => address),
      step.scratch?.offset ?? 0,
    ],
    taps: windowTaps(window, x),
  };
  return isPointwise(window) && !kernel.pool ? flatten(geometry) : geometry;
}

/** The walk over the window, outermost first. */
function windowTaps(window: Window, x: Axes3): readonly Walk[] {
  const counts = axes3(window.kernel, 1);
  const dilation = axes3(window.dilation, 1);
  return counts
    .map((count, axis) => ({ count, step: (x[axis] ?? 0) * (dilation[axis] ?? 1) }))
    .filter(({ count }) => count > 1);
}

/** Joins axes whose pixels are evenly spaced in every buffer: planes into rows, rows into one long row. */
function flatten(geometry: ConvGeometry): ConvGeometry {
  const [planes, rows, columns] = geometry.size;
  const [plane, row, column] = geometry.strides;
  const even = (outer: Strides, inner: Strides, count: number): boolean =>
    outer.every((stride, i) => stride === (inner[i] ?? 0) * count);
  const joinsRows = rows === 1 || even(row, column, columns);
  const joinsPlanes = planes === 1 || even(plane, row, rows);
  if (joinsRows && joinsPlanes)
    return { ...geometry, size: [1, 1, planes * rows * columns], strides: [plane, row, column] };
  if (joinsRows) return { ...geometry, size: [planes, 1, rows * columns], strides: [plane, plane, column] };
  return geometry;
}

/** Innermost walk of `count` adjacent floats, merged with the taps that continue it. */
export function mergeRun(
  taps: readonly Walk[],
  count: number,
): { readonly taps: readonly Walk[]; readonly run: Walk } {
  const rest = [...taps];
  let length = count;
  for (let last = rest.at(-1); last && last.step === length * 4; last = rest.at(-1)) {
    length *= last.count;
    rest.pop();
  }
  return { taps: rest, run: { count: length, step: 4 } };
}
