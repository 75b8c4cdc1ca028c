/**
 * Which taps of a pooling window lie inside the input, known at compile time: along each axis the output places fall into runs
 * with the same taps (the first ones, the middle, the last ones), so no place is tested when the program runs.
 */
import type { Window } from '../../../ir/kernel.ts';

/** Output places from ≤ o < to along one axis, whose windows have the taps first ≤ k < first + taps inside the input. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly taps: number;
}

/** The runs along an axis, in order; together they cover the output. */
export function clippedRuns(window: Window, axis: number): readonly Run[] {
  const runs: Run[] = [];
  for (let o = 0; o < (window.output[axis] ?? 1); o++) {
    const clipped = clip(window, axis, o);
    const last = runs.at(-1);
    if (last && last.first === clipped.first && last.taps === clipped.taps)
      runs[runs.length - 1] = { ...last, to: o + 1 };
    else runs.push({ from: o, to: o + 1, ...clipped });
  }
  return runs;
}

function clip(window: Window, axis: number, o: number): { readonly first: number; readonly taps: number } {
  const dilation = window.dilation[axis] ?? 1;
  const start = o * (window.stride[axis] ?? 1) - (window.pads[axis]?.[0] ?? 0);
  const size = window.input[axis] ?? 1;
  const first = Math.max(0, Math.ceil(-start / dilation));
  const end = Math.min(window.kernel[axis] ?? 1, Math.floor((size - 1 - start) / dilation) + 1);
  return { first, taps: Math.max(0, end - first) };
}
