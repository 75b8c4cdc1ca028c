/** A kernel restricted to a range of its output: sizes, windows and index constants change, operands keep their numbers. */
import type { Index, Kernel, Load, NestKernel, Window } from '../../ir/kernel.ts';
import type { CutAxis, Range } from './cut.ts';

/** The kernel that computes `range` of the output along `axis`; undefined where that range lies in the padding alone. */
export function partKernel(kernel: Kernel, axis: CutAxis, range: Range): Kernel | undefined {
  switch (kernel.kind) {
    case 'nest':
      return typeof axis === 'number' ? partNest(kernel, axis, range) : undefined;
    case 'conv':
      if (axis === 'channels') return { ...kernel, outC: range.to - range.from };
      return withWindow(kernel, axis, range);
    case 'depthwise':
    case 'pool':
      return withWindow(kernel, axis, range);
    case 'matmul':
      return undefined;
  }
}

function withWindow<K extends Kernel & { readonly window: Window }>(
  kernel: K,
  axis: CutAxis,
  range: Range,
): K | undefined {
  const window = typeof axis === 'number' ? partWindow(kernel.window, axis, range) : undefined;
  return window && { ...kernel, window };
}

/** Positions of the input before the first that the range of the output reads: the part's input begins behind them. */
export function skipped({ stride, pads }: Window, axis: number, { from }: Range): number {
  return Math.max(0, from * (stride[axis] ?? 1) - (pads[axis]?.[0] ?? 0));
}

function partWindow(window: Window, axis: number, range: Range): Window | undefined {
  const stride = window.stride[axis] ?? 1;
  const skip = skipped(window, axis, range);
  const input = (window.input[axis] ?? 1) - skip;
  if (input <= 0) return undefined;
  const output = range.to - range.from;
  const begin = skip - (range.from * stride - (window.pads[axis]?.[0] ?? 0));
  const reach = ((window.kernel[axis] ?? 1) - 1) * (window.dilation[axis] ?? 1) + 1;
  const end = Math.max(0, (output - 1) * stride + reach - begin - input);
  const put = <T>(values: readonly T[], value: T): readonly T[] => values.with(axis, value);
  return {
    ...window,
    input: put(window.input, input),
    output: put(window.output, output),
    pads: put(window.pads, [begin, end]),
  };
}

function partNest(kernel: NestKernel, axis: number, { from, to }: Range): NestKernel {
  const name = kernel.axes[axis]?.name;
  const index = (i: Index): Index => {
    if (i.kind === 'table') return i.axis === name ? { ...i, values: i.values.slice(from, to) } : i;
    const moved = i.terms.reduce((sum, term) => sum + (term.axis === name ? term.coefficient * from : 0), 0);
    return { ...i, constant: i.constant + moved };
  };
  const load = (l: Load): Load => ({ ...l, index: l.index.map(index) });
  return {
    ...kernel,
    axes: kernel.axes.map((a, i) => (i === axis ? { ...a, size: to - from } : a)),
    loads: kernel.loads.map(load),
    finishLoads: kernel.finishLoads.map(load),
    out: { ...kernel.out, index: kernel.out.index.map(index) },
  };
}
