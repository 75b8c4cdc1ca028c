/**
 * Matrix product over named axes: out[m, n] = Σ a[m, k] · b[k, n], where k are the axes named by `over` and all others are kept, a's before
 * b's. Attention is `softmax(matmul(q, k), axis = M)` with k's axis L renamed to M.
 */
import { mulDims, sameDim, showDim, type Dim } from '../ir/dim.ts';
import type { Attrs, Node } from '../ir/graph.ts';
import type { Lowering, NestKernel } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type Build, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axesProblem, axisProblem, withoutAxis } from './shared/axes.ts';
import { axisIndex, broadcastStrides, dimOf } from './shared/broadcast.ts';
import { forEachPlace } from './shared/loops.ts';
import { epilogueOf, loopsOver, lowering, outOperand } from './shared/lowering.ts';
import { kernelTail } from './shared/nests.ts';
import { problem, showSizes } from './shared/problem.ts';

function type(
  attrs: Attrs,
  [a = featureMap([], 1), b = featureMap([], 1)]: readonly TensorType[],
): TensorType | Problem {
  const over = read.texts(attrs, 'over');
  const missing = axesProblem('matmul', a, over, 'over') ?? axisProblem('matmul', b, over, 'over');
  if (missing) return missing;
  const differing = over.find((axis) => !sameDim(dimOf(a, axis) ?? 1, dimOf(b, axis) ?? 1));
  if (differing !== undefined) {
    const [left, right] = [a, b].map((type) => showDim(dimOf(type, differing) ?? 1));
    return problem('shape/sum-mismatch', { axis: differing, left: left ?? '', right: right ?? '' });
  }
  const [left, right] = [withoutAxis(a, over), withoutAxis(b, over)];
  const shared = left.axes.find((axis) => right.axes.includes(axis));
  if (shared !== undefined)
    return problem(
      'shape/shared-axis',
      { axis: shared, a: showSizes(a.dims), b: showSizes(b.dims) },
      { fixes: [{ title: `rename the axis of one of them (rename(${shared}, M)), or sum over it` }] },
    );
  return { dtype: 'f32', axes: [...left.axes, ...right.axes], dims: [...left.dims, ...right.dims] };
}

interface Types {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
}

function evalMatmul(attrs: Attrs, [a, b]: readonly Tensor[], { inputs, output }: Types): Tensor {
  const [left = output, right = output] = inputs;
  const over = read.texts(attrs, 'over');
  const summed = withoutAxis(
    left,
    left.axes.filter((axis) => !over.includes(axis)),
  );
  const whole: TensorType = {
    dtype: 'f32',
    axes: [...output.axes, ...summed.axes],
    dims: [...output.dims, ...summed.dims],
  };
  const sums = new Float64Array(sizeOf(shapeOf(output)));
  const strides = [left, right, output].map((type) => broadcastStrides(type, whole));
  forEachPlace(shapeOf(whole), strides, ([i = 0, j = 0, o = 0]) => {
    sums[o] = (sums[o] ?? 0) + (a?.data[i] ?? NaN) * (b?.data[j] ?? NaN);
  });
  return { shape: shapeOf(output), data: Float32Array.from(sums) };
}

/** Whether the summed axes are the first ('first') or the last ('last') of an operand, in the order of `over`. */
function summedAt(type: TensorType, over: readonly string[]): 'first' | 'last' | undefined {
  if (over.every((axis, i) => type.axes[i] === axis)) return 'first';
  const offset = type.axes.length - over.length;
  return over.every((axis, i) => type.axes[offset + i] === axis) ? 'last' : undefined;
}

function lower(node: Node): Lowering {
  const [a, b] = node.inputs.map((input) => input.type);
  if (!a || !b) return lowering();
  const over = a.axes.filter((axis) => read.texts(node.attrs, 'over').includes(axis));
  const [atA, atB] = [summedAt(a, over), summedAt(b, over)];
  const countOf = (type: TensorType): number => sizeOf(shapeOf(withoutAxis(type, over)));
  if (atA === undefined || atB === undefined) return lowering(plainNest(node, a, b));
  return lowering({
    kind: 'matmul',
    m: countOf(a),
    n: countOf(b),
    k: sizeOf(shapeOf(a)) / countOf(a),
    transposeA: atA === 'first',
    transposeB: atB === 'last',
    a: 0,
    b: 1,
    out: outOperand(node),
    epilogue: epilogueOf(node, 2),
  });
}

/** For summed axes in the middle. */
function plainNest(node: Node, a: TensorType, b: TensorType): NestKernel {
  const load = (operand: number, type: TensorType): NestKernel['loads'][number] => ({
    operand,
    index: type.axes.map((axis) => axisIndex(axis)),
    outside: undefined,
  });
  return {
    kind: 'nest',
    axes: loopsOver(node.type),
    reduce: loopsOver(a).filter(({ name }) => !node.type.axes.includes(name)),
    combine: 'sum',
    loads: [load(0, a), load(1, b)],
    body: s.mul(s.arg(0), s.arg(1)),
    ...kernelTail(
      { bias: undefined, epilogue: epilogueOf(node, 2), out: outOperand(node) },
      node.type.axes.map((axis) => axisIndex(axis)),
    ),
  };
}

/** da = upstream · bᵀ over b's own axes, and db likewise, each brought into its operand's order of axes. */
function grad(node: Node, upstream: Node, build: Build): readonly Node[] {
  const [a, b] = node.inputs;
  if (!a || !b) return [];
  const over = read.texts(node.attrs, 'over');
  const towards = (target: Node, other: Node): Node => {
    const product = build('matmul', [upstream, other], { over: withoutAxis(other.type, over).axes });
    return build('transpose', [product], { axes: target.type.axes });
  };
  return [towards(a, b), towards(b, a)];
}

export const matmul = defineOp({
  name: 'matmul',
  doc:
    'Matrix product over a named axis (the channels unless written): `matmul(a, b)` of [L, C] and [M, C] is [L, M]. All other axes are kept, ' +
    'so they need different names.',
  category: 'algebra',
  arity: { min: 2, max: 2 },
  params: [{ name: 'over', kind: 'axes', default: ['C'], doc: 'The axes that are summed over.' }],
  type,
  cost: (attrs, [a], output) => {
    const over = read.texts(attrs, 'over');
    const sizes = over.map((axis) => (a ? (dimOf(a, axis) ?? 1) : 1));
    const total = [...output.dims, ...sizes].reduce<Dim>(mulDims, 1);
    return { macs: typeof total === 'number' ? total : NaN };
  },
  eval: evalMatmul,
  grad,
  lower,
  epilogue: true,
  onnx: { type: 'MatMul' },
  samples: [
    { inputs: [featureMap([5], 7), { dtype: 'f32', axes: ['M', 'C'], dims: [3, 7] }], options: {} },
    {
      inputs: [featureMap([5], 4), { dtype: 'f32', axes: ['L', 'K'], dims: [5, 3] }],
      options: { over: ['L'] },
    },
    { inputs: [featureMap([2, 3], 4), { dtype: 'f32', axes: ['C', 'N'], dims: [4, 6] }], options: {} },
    {
      inputs: [featureMap([2, 3], 4), { dtype: 'f32', axes: ['H', 'W', 'K'], dims: [2, 3, 5] }],
      options: { over: ['H', 'W'] },
    },
    {
      inputs: [featureMap([2, 3], 4), { dtype: 'f32', axes: ['K', 'W'], dims: [5, 3] }],
      options: { over: ['W'] },
    },
  ],
});
