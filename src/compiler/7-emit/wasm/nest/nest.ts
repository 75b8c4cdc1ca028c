/**
 * A loop nest in terms of memory: loops by number, and for each access its address as base + Σ stride · counter, in bytes. What the
 * kernel IR says in coordinates is resolved here once with the buffers' layout; everything after works on this form.
 */
import { internal } from '../../../diagnostics/internal.ts';
import type { Index, Load, LoopAxis, NestKernel } from '../../../ir/kernel.ts';
import type { Scalar } from '../../../ir/scalar.ts';
import type { Buffer } from '../../../6-plan/plan.ts';

export interface Nest {
  /** Outermost first: the loops over the output, then the reduced ones. */
  readonly loops: readonly Loop[];
  readonly combine: NestKernel['combine'];
  readonly loads: readonly Access[];
  readonly body: Scalar;
  readonly finishLoads: readonly Access[];
  readonly finish: Scalar;
  readonly out: Access;
  /** Its results are the same bits on every engine. */
  readonly unfused: boolean;
}

export interface Loop {
  readonly size: number;
  readonly reduce: boolean;
}

/** One element of a buffer as a function of the loops' counters. */
export interface Access {
  /** Address where all counters are 0; need not be inside the buffer. */
  readonly base: number;
  /** Bytes of an element. */
  readonly elementBytes: 1 | 4;
  /** Bytes per turn, one per loop. */
  readonly strides: readonly number[];
  /** Byte offsets by counter, for loops whose positions are looked up (then the stride is 0). */
  readonly tables: readonly (readonly number[] | undefined)[];
  /** Where one does not hold, the value is `outside` and memory must not be touched. */
  readonly guards: readonly Guard[];
  readonly outside: number;
}

/** 0 ≤ constant + Σ coefficients · counters < size */
export interface Guard {
  readonly constant: number;
  readonly coefficients: readonly number[];
  readonly size: number;
}

/** The kernel with its operands in the given buffers. */
export function resolveNest(kernel: NestKernel, buffers: readonly Buffer[]): Nest {
  const axes = [...kernel.axes, ...kernel.reduce];
  const resolve = (load: Load): Access => {
    const buffer =
      buffers[load.operand] ?? internal(`a nest reads operand ${load.operand}, which it has not`);
    return resolveAccess(load, buffer, axes);
  };
  const [loads, finishLoads] = [kernel.loads.map(resolve), kernel.finishLoads.map(resolve)];
  const out = resolve({ ...kernel.out, outside: undefined });
  const touchesBytes = [out, ...loads, ...finishLoads].some(({ elementBytes }) => elementBytes === 1);
  return {
    loops: axes.map(({ size }, i) => ({ size, reduce: i >= kernel.axes.length })),
    combine: kernel.combine,
    loads,
    body: kernel.body,
    finishLoads,
    finish: kernel.finish,
    out,
    unfused: touchesBytes || kernel.unfused === true,
  };
}

function resolveAccess(load: Load, buffer: Buffer, axes: readonly LoopAxis[]): Access {
  const names = axes.map((axis) => axis.name);
  const strides = names.map(() => 0);
  const tables: (readonly number[] | undefined)[] = names.map(() => undefined);
  const guards: Guard[] = [];
  const { elementBytes } = buffer;
  let base = buffer.offset;
  load.index.forEach((index, dimension) => {
    const step = elementBytes * (buffer.strides[dimension] ?? 0);
    if (index.kind === 'table') {
      const at = loopOf(names, index.axis);
      tables[at] = index.values.map((value, i) => value * step + (tables[at]?.[i] ?? 0));
      return;
    }
    base += index.constant * step;
    for (const { axis, coefficient } of index.terms) {
      const at = loopOf(names, axis);
      strides[at] = (strides[at] ?? 0) + coefficient * step;
    }
    const guard = guardOf(index, buffer.shape[dimension] ?? 1, names);
    if (
      load.outside !== undefined &&
      !(load.outside === 0 && elementBytes === 4 && staysInHalo(guard, axes, buffer.halo[dimension]))
    )
      guards.push(guard);
  });
  return { base, elementBytes, strides, tables, guards, outside: load.outside ?? 0 };
}

type Affine = Extract<Index, { readonly kind: 'affine' }>;

function guardOf(index: Affine, size: number, names: readonly string[]): Guard {
  const coefficients = names.map((name) =>
    index.terms.reduce((sum, term) => sum + (term.axis === name ? term.coefficient : 0), 0),
  );
  return { constant: index.constant, coefficients, size };
}

/** The zeros around the buffer serve for all that the index reaches outside. */
function staysInHalo(
  { constant, coefficients, size }: Guard,
  axes: readonly LoopAxis[],
  [before, after]: readonly [number, number] = [0, 0],
): boolean {
  const ends = coefficients.map((c, i) => c * ((axes[i]?.size ?? 1) - 1));
  const least = ends.reduce((sum, end) => sum + Math.min(0, end), constant);
  const most = ends.reduce((sum, end) => sum + Math.max(0, end), constant);
  return least >= -before && most < size + after;
}

function loopOf(names: readonly string[], axis: string): number {
  const at = names.indexOf(axis);
  return at >= 0 ? at : internal(`a nest indexes by ${axis}, which is none of its axes`);
}
