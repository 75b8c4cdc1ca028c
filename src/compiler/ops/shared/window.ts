/**
 * The sliding window that convolutions and pools share: attributes, output sizes and the concrete `Window` of the kernel IR, for every
 * rank. Output size floor((n + p₀ + p₁ − d(f − 1) − 1) / s) + 1; `same` gives ceil(n / s) with the odd pixel of padding at the end
 * (TensorFlow's rule: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
import { counted } from '../../diagnostics/count.ts';
import { addDims, ceilDivDim, floorDivDim, showDim, type Dim } from '../../ir/dim.ts';
import type { Attrs } from '../../ir/graph.ts';
import type { Window } from '../../ir/kernel.ts';
import { shapeOf, spatialAxes, spatialDims, type TensorType } from '../../ir/type.ts';
import { longestStep, type ParamSpec, type Problem } from '../op.ts';
import * as read from './attrs.ts';
import { problem, showList, showSizes } from './problem.ts';

/** One entry per spatial axis. */
export interface WindowAttrs {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly pad: read.Padding;
}

export function windowAttrs(attrs: Attrs): WindowAttrs {
  const kernel = read.numbers(attrs, 'kernel');
  return {
    kernel,
    stride: read.numbers(attrs, 'stride'),
    dilation: 'dilation' in attrs ? read.numbers(attrs, 'dilation') : kernel.map(() => 1),
    pad: read.padding(attrs),
  };
}

/** The options of a window, in the order in which they are written. */
export const windowParams = {
  kernel: {
    ...{ name: 'kernel', kind: 'size', default: undefined, min: 1, max: longestStep },
    doc: 'Window size: `3` or `3x5`.',
  },
  stride: {
    ...{ name: 'stride', kind: 'size', default: 1, min: 1, max: longestStep },
    doc: 'Step of the window per axis.',
  },
  pad: {
    name: 'pad',
    kind: 'pad',
    default: 0,
    min: 0,
    max: longestStep,
    doc: '`0` or `valid`, `same` (output = ceil(input / stride), odd pixel at the end), `1`, `1x2`, or `(begin, end)`.',
  },
  dilation: {
    name: 'dilation',
    kind: 'size',
    default: 1,
    min: 1,
    max: longestStep,
    doc: 'Distance between the taps of the window.',
  },
} as const satisfies Record<string, ParamSpec>;

/** Pixels that a dilated window spans: d(f − 1) + 1. */
export function spanOf(w: WindowAttrs, axis: number): number {
  return (w.dilation[axis] ?? 1) * ((w.kernel[axis] ?? 1) - 1) + 1;
}

/** Output sizes per spatial axis; an axis on which nothing is left comes out ≤ 0. */
export function outputDims(w: WindowAttrs, input: readonly Dim[]): readonly Dim[] {
  return input.map((n, i) => {
    const stride = w.stride[i] ?? 1;
    if (w.pad === 'same') return ceilDivDim(n, stride);
    const [begin, end] = w.pad[i] ?? [0, 0];
    return addDims(floorDivDim(addDims(n, begin + end - spanOf(w, i)), stride), 1);
  });
}

/** The kernel IR's window at concrete sizes, `same` resolved to pixels. */
export function concreteWindow(w: WindowAttrs, inputType: TensorType, outputType: TensorType): Window {
  const spatial = w.kernel.length;
  const input = shapeOf(inputType).slice(0, spatial);
  const output = shapeOf(outputType).slice(0, spatial);
  const pads = input.map((n, i): readonly [number, number] => {
    if (w.pad !== 'same') return w.pad[i] ?? [0, 0];
    const total = Math.max(0, ((output[i] ?? 1) - 1) * (w.stride[i] ?? 1) + spanOf(w, i) - n);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  return { input, output, kernel: w.kernel, stride: w.stride, dilation: w.dilation, pads };
}

/** Reports a window that has another rank than the input, or into which no input fits; undefined when it is fine. */
export function windowProblem(layer: string, attrs: Attrs, input: TensorType): Problem | undefined {
  return (
    spatialProblem(layer, input, kernelRank(attrs)) ??
    sizesProblem(layer, attrs, input) ??
    nothingLeft(layer, attrs, input)
  );
}

/** The problem of a layer that was given nothing to slide over. */
export function needsMap(layer: string): Problem {
  return problem('shape/needs-map', { layer, what: 'nothing' });
}

/** Layers that slide need at least one spatial axis and channels. */
export function spatialProblem(layer: string, input: TensorType, rank = 1): Problem | undefined {
  const { axes, dims } = input;
  if (axes.at(-1) === 'C' && axes.length > 1 && axes.length <= spatialAxes.length) return undefined;
  const [size] = dims;
  const vector = axes.length === 1 && typeof size === 'number';
  const what = vector
    ? `a vector of ${size}`
    : axes.length === 0
      ? 'a scalar'
      : `${showSizes(dims)} with the axes ${showList(axes)}`;
  const fix = vector ? reshapeVector(size, rank) : { title: `${reshapeFirst} or [D, H, W, C] first` };
  const why = `${layer} works along L, H and W, or D, H and W, with channels C at each place`;
  return problem(
    'shape/needs-map',
    { layer, what },
    { label: `[${axes.join(', ')}]`, notes: [{ word: 'why', text: why }], fixes: [fix] },
  );
}

const reshapeFirst = 'reshape to [L, C], [H, W, C]';

/** How many spatial axes a written kernel has; one number has any. */
const kernelRank = ({ kernel }: Attrs): number => (Array.isArray(kernel) ? kernel.length : 1);

/** A vector as a signal, or, for a kernel in two dimensions, as a square map. */
function reshapeVector(size: number, rank: number): NonNullable<Problem['fixes']>[number] {
  const side = Math.sqrt(size);
  if (rank > 2 || (rank === 2 && !Number.isInteger(side)))
    return { title: `the kernel has ${rank} axes: ${reshapeFirst} or [D, H, W, C] first, as many` };
  const to = rank === 2 ? `${side}x${side}x1` : `${size}x1`;
  const what = rank === 2 ? `map of ${side}x${side}` : `signal of ${size}`;
  return { title: `reshape(${to}) makes it a ${what} places with one channel`, before: `reshape(${to})` };
}

/** Reports the first of the options that gives another number of sizes than the input has spatial axes. */
export function sizesProblem(
  layer: string,
  attrs: Attrs,
  input: TensorType,
  options: readonly string[] = ['kernel', 'stride', 'dilation', 'pad'],
): Problem | undefined {
  const rank = spatialDims(input).length;
  const axes = spatialDims(input)
    .map((_, i) => input.axes[i] ?? '')
    .join(' and ');
  for (const option of options) {
    const value = attrs[option];
    if (!Array.isArray(value) || value.length === rank) continue;
    return problem(
      'shape/kernel-rank',
      {
        layer,
        option,
        given: counted(value.length, 'size'),
        needs: counted(rank, 'spatial axis', 'spatial axes'),
      },
      {
        at: { option },
        label: counted(value.length, 'size'),
        labels: [
          {
            at: { input: 0 },
            text: `${showSizes(input.dims)}: ${counted(rank, 'spatial axis', 'spatial axes')}, ${axes}`,
          },
        ],
        notes: [
          {
            word: 'why',
            text: `each size belongs to one spatial axis of the input; one number means the same on all of them`,
          },
        ],
        fixes: rankFixes(option, attrs, rank),
      },
    );
  }
  return undefined;
}

function rankFixes(option: string, attrs: Attrs, rank: number): NonNullable<Problem['fixes']> {
  if (option === 'pad' || option === 'amount') return [];
  if (option === 'kernel' && read.isTensor(attrs.filter))
    return [
      {
        title: `a filter for it has ${counted(rank, 'axis', 'axes')}: ${'['.repeat(rank)}…${']'.repeat(rank)}`,
      },
    ];
  return [rankFix(option, attrs[option] as readonly number[], rank)];
}

/** The sizes of the last axes, which are the ones that feature maps of every rank have; a missing one like the last. */
function rankFix(
  option: string,
  given: readonly number[],
  rank: number,
): NonNullable<Problem['fixes']>[number] {
  const last = given.at(-1) ?? 1;
  const sizes = Array.from({ length: rank }, (_, i) => given[given.length - rank + i] ?? last);
  // `resize(8)` means one axis: only where one number spreads does it stand for all.
  const to = sizes.every((n) => n === last) && option !== 'size' ? String(last) : sizes.join('x');
  return { title: `${option} = ${to}`, set: { option, to } };
}

function nothingLeft(layer: string, attrs: Attrs, input: TensorType): Problem | undefined {
  const w = windowAttrs(attrs);
  const spatial = spatialDims(input);
  const axis = outputDims(w, spatial).findIndex((n) => typeof n === 'number' && n < 1);
  if (axis === -1) return undefined;
  const keeps = showSizes(outputDims({ ...w, pad: 'same' }, spatial));
  const stays = w.stride.every((s) => s === 1) ? `keeps ${keeps}` : `leaves ${keeps}`;
  const least = spatial.map((_, i) => spanOf(w, i) - paddingOf(w, i));
  return problem(
    'shape/nothing-left',
    { layer, window: showWindow(w), input: showSizes(input.dims) },
    {
      notes: [{ word: 'why', text: `on ${input.axes[axis]}: ${sizeFormula(w, axis, spatial[axis] ?? 0)}` }],
      fixes: [
        { title: `pad = same (${stays})`, set: { option: 'pad', to: 'same' } },
        {
          title: `give it at least ${showSizes(least)}: pool or stride less before it, or use a larger input`,
        },
      ],
    },
  );
}

/** `(2 + 2·0 − 3)/1 + 1 = 0`: the course's formula with this layer's numbers. */
export function sizeFormula(w: WindowAttrs, axis: number, n: Dim): string {
  const [begin, end] = w.pad === 'same' ? [0, 0] : (w.pad[axis] ?? [0, 0]);
  const kernel = w.kernel[axis] ?? 1;
  const dilation = w.dilation[axis] ?? 1;
  const stride = w.stride[axis] ?? 1;
  const pads = begin === end ? `2·${begin}` : `${begin} + ${end}`;
  const taps = dilation === 1 ? `${kernel}` : `${dilation}·(${kernel} − 1) − 1`;
  const result =
    outputDims(
      w,
      w.kernel.map(() => n),
    )[axis] ?? 0;
  const sum = `(${showDim(n)} + ${pads} − ${taps})/${stride}`;
  return `${stride === 1 ? sum : `floor(${sum})`} + 1 = ${showDim(result)}`.replace(/= -/, '= −');
}

function showWindow(w: WindowAttrs): string {
  const dilated = w.dilation.some((d) => d !== 1);
  const spans = w.kernel.map((_, i) => spanOf(w, i));
  return dilated
    ? `${showSizes(w.kernel)} kernel that spans ${showSizes(spans)}`
    : `${showSizes(w.kernel)} kernel`;
}

function paddingOf(w: WindowAttrs, axis: number): number {
  const [begin, end] = w.pad === 'same' ? [0, 0] : (w.pad[axis] ?? [0, 0]);
  return begin + end;
}
