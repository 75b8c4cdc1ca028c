/**
 * One of several equal parts along an axis. A value has one type, so `split` gives one part; several pipelines take several parts:
 * `left = x -> split(2, 0)` and `right = x -> split(2, 1)`. (Grouped nets: Krizhevsky et al. 2012; ShuffleNet, arXiv:1707.01083)
 */
import { concreteDim, floorDivDim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import { featureMap, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisParam, axisProblem } from './shared/axes.ts';
import { axisIndex, dimOf } from './shared/broadcast.ts';
import { divisorsOf } from './shared/groups.ts';
import { problem } from './shared/problem.ts';
import { copyLowering, gather } from './shared/rearrange.ts';

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const [axis, parts, part] = [
    read.text(attrs, 'axis'),
    read.number(attrs, 'parts'),
    read.number(attrs, 'part'),
  ];
  const missing = axisProblem('split', input, [axis], 'axis');
  if (missing) return missing;
  const size = dimOf(input, axis) ?? 1;
  if (typeof size === 'number' && size % parts !== 0)
    return problem(
      'shape/parts-divide',
      { parts, axis, size },
      { at: { option: 'parts' }, fixes: partsFixes(size, { parts, part }) },
    );
  if (part >= parts)
    return problem(
      'shape/no-such-part',
      { part, parts, last: parts - 1 },
      {
        at: { option: 'part' },
        fixes: [{ title: `part = ${parts - 1} (the last)`, set: { option: 'part', to: String(parts - 1) } }],
      },
    );
  return {
    ...input,
    dtype: 'f32',
    dims: input.dims.map((n, i) => (input.axes[i] === axis ? floorDivDim(size, parts) : n)),
  };
}

/** The nearest number of parts that divides the axis and has the asked part. */
function partsFixes(
  size: number,
  asked: { readonly parts: number; readonly part: number },
): NonNullable<Problem['fixes']> {
  const divisors = divisorsOf(size).filter((n) => n > asked.part);
  const nearest = divisors.reduce<number | undefined>(
    (best, n) => (best === undefined || Math.abs(n - asked.parts) < Math.abs(best - asked.parts) ? n : best),
    undefined,
  );
  if (nearest === undefined) return [];
  return [{ title: `${nearest} parts of ${size / nearest}`, set: { option: 'parts', to: String(nearest) } }];
}

/** First element of the part along each axis. */
function begins(attrs: Attrs, output: TensorType): readonly number[] {
  const [axis, part] = [read.text(attrs, 'axis'), read.number(attrs, 'part')];
  return output.axes.map((name, i) => (name === axis ? part * concreteDim(output.dims[i] ?? 1) : 0));
}

function padsFor(node: Node): readonly (readonly [number, number])[] {
  const sizes = node.inputs[0]?.type.dims.map(concreteDim) ?? [];
  return begins(node.attrs, node.type).map((begin, i) => [
    begin,
    (sizes[i] ?? 0) - begin - concreteDim(node.type.dims[i] ?? 1),
  ]);
}

export const split = defineOp({
  name: 'split',
  doc: 'One of several equal parts along an axis (the channels unless written): `x -> split(2, 0)` is the first half of the channels.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'parts', kind: 'int', default: undefined, min: 1, doc: 'Number of equal parts.' },
    { name: 'part', kind: 'int', default: undefined, min: 0, doc: 'Which of them, from 0.' },
    axisParam,
  ],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => {
    const from = begins(attrs, output);
    return gather(x, output, (place) => place.map((p, i) => p + (from[i] ?? 0)));
  },
  grad: (node, upstream, build) => [
    build('pad', [upstream], { pads: padsFor(node), mode: 'value', value: 0 }),
  ],
  lower: (node) => {
    const from = begins(node.attrs, node.type);
    return copyLowering(node, (axis, i) => axisIndex(axis, 1, from[i] ?? 0));
  },
  onnx: { type: 'Slice' },
  samples: [
    { inputs: [featureMap([3, 5], 6)], options: { parts: 2, part: 1 } },
    { inputs: [featureMap([], 9)], options: { parts: 3, part: 0 } },
    { inputs: [featureMap([4, 3], 2)], options: { parts: 4, part: 2, axis: 'H' } },
  ],
});
