/** Loops of the oracle: plain, sequential, and easy to check by eye. Offsets are in elements of row-major tensors. */
import type { Window } from '../../ir/kernel.ts';

/**
 * Calls `visit` for every place of `shape` in row-major order with the running offset in each operand; `strides[k]` holds operand k's
 * step per axis. The array of offsets is reused.
 */
export function forEachPlace(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (offsets: readonly number[]) => void,
): void {
  if (shape.some((n) => n === 0)) return;
  const place = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  for (;;) {
    visit(offsets);
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      const wraps = place[axis] === (shape[axis] ?? 0) - 1;
      const steps = wraps ? -(place[axis] ?? 0) : 1;
      place[axis] = (place[axis] ?? 0) + steps;
      for (let k = 0; k < offsets.length; k++)
        offsets[k] = (offsets[k] ?? 0) + steps * (strides[k]?.[axis] ?? 0);
      if (!wraps) break;
    }
    if (axis < 0) return;
  }
}

/**
 * The innermost axes over which every operand moves with one step, as one run of `length` elements: all axes of tensors of one shape, a
 * kernel's inner axes where a value per output channel scales it. `outer` axes are left.
 */
export function uniformAxes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { readonly outer: number; readonly length: number; readonly steps: readonly number[] } {
  // Axes of size one never move.
  const last = shape.findLastIndex((size) => size !== 1);
  const steps = strides.map((along) => along[last] ?? 0);
  let outer = Math.max(0, last);
  let length = shape[last] ?? 1;
  const continues = (axis: number): boolean =>
    shape[axis] === 1 || strides.every((along, k) => along[axis] === (steps[k] ?? 0) * length);
  while (outer > 0 && continues(outer - 1)) length *= shape[--outer] ?? 1;
  return { outer, length, steps };
}

/** One tap of a window: the index of the input's place (row-major over the spatial axes) and of the kernel's. */
export type TapVisitor = (inputPlace: number, kernelPlace: number) => void;

/**
 * For every output place in row-major order: `visit(outputPlace, taps)`, where `taps(f)` calls `f` for each tap of the window that lies
 * inside the input. Works for every rank; rank 0 has one place and one tap.
 */
export function forEachWindow(
  w: Window,
  visit: (outputPlace: number, taps: (f: TapVisitor) => void) => void,
): void {
  const [input, output, kernel] = [pad3(w.input, 1), pad3(w.output, 1), pad3(w.kernel, 1)];
  const [stride, dilation] = [pad3(w.stride, 1), pad3(w.dilation, 1)];
  const begin = pad3(
    w.pads.map((p) => p[0]),
    0,
  );
  const places = (axis: 0 | 1 | 2, o: number): readonly (readonly [number, number])[] => {
    const found: [number, number][] = [];
    for (let k = 0; k < kernel[axis]; k++) {
      const i = o * stride[axis] + k * dilation[axis] - begin[axis];
      if (i >= 0 && i < input[axis]) found.push([i, k]);
    }
    return found;
  };
  let at = 0;
  for (let d = 0; d < output[0]; d++)
    for (let h = 0; h < output[1]; h++)
      for (let x = 0; x < output[2]; x++) {
        const [ds, hs, xs] = [places(0, d), places(1, h), places(2, x)];
        visit(at++, (f) => {
          for (const [di, dk] of ds)
            for (const [hi, hk] of hs)
              for (const [xi, xk] of xs)
                f((di * input[1] + hi) * input[2] + xi, (dk * kernel[1] + hk) * kernel[2] + xk);
        });
      }
}

function pad3(sizes: readonly number[], fill: number): readonly [number, number, number] {
  const [a, b, c] = [...Array<number>(3 - sizes.length).fill(fill), ...sizes];
  return [a ?? fill, b ?? fill, c ?? fill];
}
