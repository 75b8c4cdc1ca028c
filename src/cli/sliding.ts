/** How a net slides over a larger input, and what one pass saves, as figures and in words. */
import { costs, type Sliding } from '../compiler/index.ts';
import { showCount } from '../compiler/diagnostics/count.ts';
import { shapeOf } from '../compiler/ir/type.ts';
import type { Graph } from '../compiler/ir/graph.ts';

export interface SlidingFigures {
  readonly input: readonly number[];
  readonly window: readonly number[];
  readonly stride: readonly number[];
  /** Windows per axis. */
  readonly places: readonly number[];
  /** Multiply-accumulates of the one pass, and of every window run on its own. */
  readonly macs: number;
  readonly windowsMacs: number;
}

/** The figures of a net that slides; `written` is the net for one window. */
export function withFigures(
  { graph, window, stride, places }: Sliding,
  written: Graph,
): SlidingFigures & { readonly written: Graph } {
  const [input] = graph.inputs;
  const windowsMacs = product(places) * costs(written).macs;
  const size = input ? shapeOf(input.node.type).slice(0, -1) : [];
  return { input: size, window, stride, places, macs: costs(graph).macs, windowsMacs, written };
}

/**
 * `slides: 64 windows of 14x14 (8x8, 2 apart) in one pass over 28x28`, what that saves, and pixels that no window sees.
 */
export function slidingLines(figures: SlidingFigures): readonly string[] {
  const { input, window, stride, places, macs, windowsMacs } = figures;
  const windows = product(places);
  const [first, ...others] = new Set(stride);
  const apart = others.length === 0 ? String(first) : stride.join('x');
  const many =
    windows === 1
      ? `1 window of ${window.join('x')}`
      : `${showCount(windows)} windows of ${window.join('x')} (${places.join('x')}, ${apart} apart)`;
  const each = windows === 1 ? '' : ` (${showCount(windows)} · ${showCount(windowsMacs / windows)})`;
  return [
    `slides: ${many} in one pass over ${input.join('x')}`,
    `        ${showCount(macs)} multiplications instead of ${showCount(windowsMacs)}${each}: ${compared(windowsMacs / macs)}`,
    ...leftOver(figures),
  ];
}

function compared(times: number): string {
  const shown = (n: number): string => (n < 10 ? n.toFixed(1) : String(Math.round(n)));
  if (Math.abs(times - 1) < 0.05) return 'as many';
  return times > 1 ? `${shown(times)} times fewer` : `${shown(1 / times)} times as many`;
}

/** Pixels at the end that are in no window, and the size with one window more. */
function leftOver({ input, window, stride, places }: SlidingFigures): readonly string[] {
  const fitting = window.map((n, i) => n + ((places[i] ?? 1) - 1) * (stride[i] ?? 1));
  if (fitting.join() === input.join()) return [];
  const more = fitting.map((n, i) => (n === input[i] ? n : n + (stride[i] ?? 1)));
  return [`        pixels at the end are in no window: ${fitting.join('x')} and ${more.join('x')} fit`];
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
