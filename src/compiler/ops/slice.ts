/** Part of a value along named axes: from `begin` up to, not including, `end`; negative numbers count from the end, as in NumPy. */
import { concreteDim, addDims, subDims, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import { featureMap, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisProblem } from './shared/axes.ts';
import { axisIndex } from './shared/broadcast.ts';
import { axisNames, axisParams, nothingSaid } from './shared/per-axis.ts';
import { problem } from './shared/problem.ts';
import { copyLowering, gather } from './shared/rearrange.ts';

interface Range {
  readonly begin: Dim;
  readonly end: Dim;
}

/** Canonical: `axes`, and `begin` and `end` for each of them as written. */
function attrs(options: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): Attrs | Problem {
  const axes = axisNames.filter((axis) => Array.isArray(options[axis]));
  if (axes.length === 0) return nothingSaid('slice', input);
  const ranges = axes.map((axis) => options[axis] as readonly number[]);
  return (
    axisProblem('slice', input, axes) ?? {
      axes,
      begin: ranges.map((r) => r[0] ?? 0),
      end: ranges.map((r) => r[1] ?? 0),
    }
  );
}

/** The range of every axis; whole where none was written. */
function rangesOf(attrs: Attrs, input: TensorType): readonly Range[] {
  const [axes, begins, ends] = [
    read.texts(attrs, 'axes'),
    read.numbers(attrs, 'begin'),
    read.numbers(attrs, 'end'),
  ];
  return input.dims.map((size, i) => {
    const at = axes.indexOf(input.axes[i] ?? '');
    return at === -1
      ? { begin: 0, end: size }
      : { begin: fromStart(begins[at] ?? 0, size), end: fromStart(ends[at] ?? 0, size) };
  });
}

function fromStart(place: number, size: Dim): Dim {
  return place < 0 ? addDims(size, place) : place;
}

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const ranges = rangesOf(attrs, input);
  for (const [i, { begin, end }] of ranges.entries()) {
    const size = input.dims[i] ?? 1;
    if (typeof begin !== 'number' || typeof end !== 'number' || typeof size !== 'number') continue;
    if (begin >= 0 && begin < end && end <= size) continue;
    return problem(
      'shape/slice-range',
      { axis: input.axes[i] ?? '', begin, end, size },
      {
        at: { option: input.axes[i] ?? '' },
        fixes: [
          {
            title: `${input.axes[i]} = (0, ${size}) keeps all of it; the end is not included`,
            set: { option: input.axes[i] ?? '', to: `(0, ${size})` },
          },
        ],
      },
    );
  }
  return { ...input, dtype: 'f32', dims: ranges.map(({ begin, end }) => subDims(end, begin)) };
}

function beginsOf(attrs: Attrs, input: TensorType): readonly number[] {
  return rangesOf(attrs, input).map(({ begin }) => concreteDim(begin));
}

/** Zeros around the part. */
function padsFor(node: Node): readonly (readonly [number, number])[] {
  const input = node.inputs[0]?.type ?? node.type;
  return rangesOf(node.attrs, input).map(({ begin, end }, i) => [
    concreteDim(begin),
    concreteDim(input.dims[i] ?? 1) - concreteDim(end),
  ]);
}

export const slice = defineOp({
  name: 'slice',
  doc: 'Part of a value along named axes: `slice(C = (0, 64))` keeps the first 64 channels, `slice(H = (1, -1))` drops the first and the last row.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: axisParams('range', 'What to keep'),
  attrs,
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { inputs: [input], output }) => {
    const begins = beginsOf(attrs, input ?? output);
    return gather(x, output, (place) => place.map((p, i) => p + (begins[i] ?? 0)));
  },
  grad: (node, upstream, build) => [
    build('pad', [upstream], { pads: padsFor(node), mode: 'value', value: 0 }),
  ],
  lower: (node) => {
    const begins = beginsOf(node.attrs, node.inputs[0]?.type ?? node.type);
    return copyLowering(node, (axis, i) => axisIndex(axis, 1, begins[i] ?? 0));
  },
  onnx: { type: 'Slice' },
  samples: [
    { inputs: [featureMap([5, 6], 7)], options: { C: [2, 6] } },
    { inputs: [featureMap([5, 6], 7)], options: { H: [1, -1], W: [0, 2] } },
    { inputs: [featureMap([], 9)], options: { C: [-3, -1] } },
    { inputs: [featureMap([8], 3)], options: { L: [4, 8] } },
  ],
});
