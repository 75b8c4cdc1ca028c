/** The same elements, in the same (row-major, channels last) order, under another shape. */
import { mulDims, sameDim, showDim, type Dim } from '../ir/dim.ts';
import type { Attrs } from '../ir/graph.ts';
import { featureMap, shapeOf, spatialAxes, type Axis, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { repeatedAxis } from './shared/axes.ts';
import { aliasLowering } from './shared/lowering.ts';
import { counted, showCount } from '../diagnostics/count.ts';
import { problem, showSizes } from './shared/problem.ts';

/** Canonical: `axes` named by rank unless written, and `dims` without −1. */
function attrs(options: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): Attrs | Problem {
  const dims = read.numbers(options, 'dims');
  const wrong = dimsProblem(dims);
  if (wrong) return wrong;
  const axes = options.axes ?? [...(spatialAxes[dims.length - 1] ?? []), ...(dims.length > 0 ? ['C'] : [])];
  const known = dims.filter((n) => n !== -1).reduce((product, n) => product * n, 1);
  const total = countOf(input);
  if (typeof total === 'number' && dims.includes(-1) && total % known !== 0)
    return openProblem(input, dims, known);
  const open = typeof total === 'number' ? total / known : -1;
  return { dims: dims.map((n) => (n === -1 ? open : n)), axes };
}

/** Sizes that no shape has; -1 once. */
function dimsProblem(dims: readonly number[]): Problem | undefined {
  const small = dims.find((n) => n < 1 && n !== -1);
  if (small !== undefined)
    return problem(
      'value/too-small',
      {
        option: 'dims',
        what: 'reshape',
        found: dims.join('x'),
        bound: 'at least 1, or -1 for a size that follows',
      },
      { at: { option: 'dims' } },
    );
  const count = dims.filter((n) => n === -1).length;
  if (count < 2) return undefined;
  const first = dims.indexOf(-1);
  const to = `[${dims.map((n, i) => (n === -1 && i !== first ? 1 : n)).join(', ')}]`;
  return problem(
    'shape/open-sizes',
    { count, dims: dims.join('x') },
    { at: { option: 'dims' }, fixes: [{ title: to, set: { option: 'dims', to } }] },
  );
}

/** `reshape([7, -1])` of 256 elements: no whole size can follow. */
function openProblem(input: TensorType, dims: readonly number[], known: number): Problem {
  return problem(
    'shape/element-count',
    {
      from: showSizes(input.dims),
      before: showCount(Number(countOf(input))),
      to: dims.join('x'),
      after: `a multiple of ${showCount(known)}`,
    },
    { at: { option: 'dims' }, labels: [{ at: { input: 0 }, text: showSizes(input.dims) }] },
  );
}

/** As many names as sizes, each once. */
function axesProblem(dims: readonly number[], axes: readonly Axis[], input: TensorType): Problem | undefined {
  const twice = repeatedAxis(axes);
  if (twice !== undefined)
    return problem('shape/axis-twice', { layer: 'reshape', axis: twice }, { at: { option: 'axes' } });
  if (axes.length === dims.length) return undefined;
  const sizes = counted(dims.length, 'size');
  const named = counted(axes.length, 'axis is named', 'axes are named');
  const names = dims.length > spatialAxes.length ? 'only up to four have names by themselves' : named;
  const labels = [{ at: { input: 0 }, text: showSizes(input.dims) }];
  return problem(
    'shape/axes-count',
    { to: showSizes(dims), sizes, names },
    { at: { option: 'dims' }, labels },
  );
}

function countOf(type: TensorType): Dim {
  return type.dims.reduce<Dim>(mulDims, 1);
}

function type(attrs: Attrs, [input = featureMap([], 1)]: readonly TensorType[]): TensorType | Problem {
  const [dims, axes] = [read.numbers(attrs, 'dims'), read.texts(attrs, 'axes')];
  const wrong = axesProblem(dims, axes, input);
  if (wrong) return wrong;
  const [before, after] = [countOf(input), dims.reduce((product, n) => product * n, 1)];
  if (sameDim(before, after)) return { dtype: 'f32', axes, dims };
  const show = (n: Dim): string => (typeof n === 'number' ? showCount(n) : showDim(n));
  return problem(
    'shape/element-count',
    { from: showSizes(input.dims), before: show(before), to: showSizes(dims), after: show(after) },
    {
      at: { option: 'dims' },
      labels: [{ at: { input: 0 }, text: showSizes(input.dims) }],
      fixes: [sizeFix(before, dims)],
    },
  );
}

/** One of the sizes changed so that the elements fit; advice where none can be. */
function sizeFix(count: Dim, dims: readonly number[]): NonNullable<Problem['fixes']>[number] {
  const total = dims.reduce((product, n) => product * n, 1);
  const others = dims.map((n) => total / n);
  const at = typeof count === 'number' ? others.findLastIndex((rest) => rest > 0 && count % rest === 0) : -1;
  if (at === -1 || typeof count !== 'number')
    return { title: 'write -1 for one of the sizes, and it follows from the others' };
  const fitting = dims.map((n, i) => (i === at ? count / (others[i] ?? 1) : n)).join('x');
  return { title: `${fitting} has as many elements`, set: { option: 'dims', to: fitting } };
}

export const reshape = defineOp({
  name: 'reshape',
  doc: 'The same elements under another shape, channels last: `reshape(7x7x512)`; one size may be -1 and follows from the others.',
  category: 'shape',
  arity: { min: 1, max: 1 },
  params: [
    { name: 'dims', kind: 'dims', default: undefined, doc: 'The new sizes, the channels last.' },
    {
      name: 'axes',
      kind: 'axes',
      default: null,
      doc: 'Names of the new axes; [C], [L, C], [H, W, C] or [D, H, W, C] unless written.',
    },
  ],
  attrs,
  type,
  cost: () => ({ macs: 0 }),
  eval: (_, [x], { output }) => ({ shape: shapeOf(output), data: x?.data ?? new Float32Array() }),
  grad: (node, upstream, build) => {
    const input = node.inputs[0]?.type ?? node.type;
    return [build('reshape', [upstream], { axes: input.axes, dims: shapeOf(input) })];
  },
  lower: () => aliasLowering,
  onnx: { type: 'Reshape' },
  samples: [
    { inputs: [featureMap([4, 3], 6)], options: { dims: [6, 12] } },
    { inputs: [featureMap([], 24)], options: { dims: [2, -1, 4] } },
    { inputs: [featureMap([6], 4)], options: { dims: [24] } },
    { inputs: [featureMap([], 1)], options: { dims: [] } },
  ],
});
