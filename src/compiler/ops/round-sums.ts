/**
 * Rounding to whole numbers that keeps sums: what is rounded up and what down balances within every group. Inputs of a layer are alike (the
 * pixels of a window, channels after ReLU), so that errors of its weights that have the same sign add up, and balanced ones cancel
 * (Guo et al., "SQuant: On-the-fly data-free quantization via diagonal Hessian decomposition", arXiv:2202.07471).
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Load, Lowering, NestKernel } from '../ir/kernel.ts';
import * as s from '../ir/scalar-build.ts';
import type { Scalar } from '../ir/scalar.ts';
import { shapeOf, sizeOf, type Axis, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type Problem } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisProblem, withoutAxis } from './shared/axes.ts';
import { axisIndex } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';

/** The axes of a group, the last ones of the weight. */
function axesOf(attrs: Attrs): readonly Axis[] {
  return read.texts(attrs, 'axes');
}

function type(attrs: Attrs, [x]: readonly TensorType[]): TensorType | Problem {
  const weight = x ?? weightType(1, 1, []);
  return axisProblem('round_sums', weight, axesOf(attrs), 'axes') ?? { ...weight, dtype: 'f32' };
}

function evaluate(attrs: Attrs, x: Tensor | undefined, input: TensorType): Tensor {
  const [shape, source] = [x?.shape ?? [], x?.data ?? new Float32Array()];
  const size = sizeOf(shape.slice(input.axes.length - axesOf(attrs).length));
  const data = source.map((value) => Math.floor(value + 0.5));
  for (let first = 0; first < data.length; first += size) balance(source, data, first, first + size);
  return { shape, data };
}

/** Rounds those that are farthest from their whole number to the one on the other side, until the sum is the nearest possible. */
function balance(source: Float32Array, data: Float32Array, first: number, end: number): void {
  let sum = 0;
  for (let at = first; at < end; at++) sum += source[at]! - data[at]!;
  const sign = Math.sign(sum);
  for (let left = Math.floor(Math.abs(sum) + 0.5); left > 0; left--) {
    let [most, place] = [-Infinity, first];
    for (let at = first; at < end; at++) {
      const error = sign * (source[at]! - data[at]!);
      if (error > most) {
        most = error;
        place = at;
      }
    }
    data[place]! += sign;
  }
}

const error = (x: number): Scalar => s.sub(s.arg(x), nearest(x));
const nearest = (x: number): Scalar => s.unary('floor', s.add(s.arg(x), s.num(0.5)));
/** a if the number is not negative, else b. */
const bySign = (x: Scalar, a: Scalar, b: Scalar): Scalar => s.select('ge', [x, s.num(0)], a, b);
const signed = (sum: number, x: Scalar): Scalar => bySign(s.arg(sum), x, s.neg(x));

/**
 * Without sorting: temporaries hold every group's sum of errors, and how many of the group come before each element; those before whom
 * there are fewer than there is to balance take the step. The first of equals comes first, by a table of places.
 */
function lower(node: Node): Lowering {
  const whole: TensorType = { ...node.type, dtype: 'f32' };
  const axes = axesOf(node.attrs);
  const kept = withoutAxis(whole, axes);
  const group = withoutAxis(whole, kept.axes);
  const other = (axis: string): string => (axes.includes(axis as Axis) ? `${axis}'` : axis);
  const load = (operand: number, of: TensorType, name = (axis: string): string => axis): Load => ({
    operand,
    index: of.axes.map((axis) => axisIndex(name(axis))),
    outside: undefined,
  });
  const inGroup = loopsOver(group);
  const shared = { kind: 'nest', combine: 'sum', finishLoads: [], finish: s.arg(0) } as const;
  const sums: NestKernel = {
    ...shared,
    axes: loopsOver(kept),
    reduce: inGroup,
    loads: [load(0, whole)],
    body: error(0),
    out: load(1, kept),
  };
  // Loads: the element, the other one, the sum, the places of both.
  const [own, others] = [signed(2, error(0)), signed(2, error(1))];
  const earlier = s.select('lt', [s.arg(4), s.arg(3)], s.num(1), s.num(0));
  const ranks: NestKernel = {
    ...shared,
    axes: loopsOver(whole),
    reduce: inGroup.map(({ name, size }) => ({ name: other(name), size })),
    loads: [load(0, whole), load(0, whole, other), load(1, kept), load(3, group), load(3, group, other)],
    body: s.select('gt', [others, own], s.num(1), s.select('eq', [others, own], earlier, s.num(0))),
    out: load(2, whole),
  };
  const count = s.unary('floor', s.add(s.abs(s.arg(1)), s.num(0.5)));
  const step = s.select('lt', [s.arg(2), count], bySign(s.arg(1), s.num(1), s.num(-1)), s.num(0));
  const rounded: NestKernel = {
    ...shared,
    axes: loopsOver(whole),
    reduce: [],
    loads: [load(0, whole), load(1, kept), load(2, whole)],
    body: s.add(nearest(0), step),
    out: load(4, whole),
  };
  const places = Float32Array.from({ length: sizeOf(shapeOf(group)) }, (_, i) => i);
  return {
    temps: [kept, whole],
    constants: [{ type: group, data: places }],
    kernels: [sums, ranks, rounded],
    alias: false,
  };
}

const weightType = (outC: number, inC: number, kernel: readonly number[]): TensorType => ({
  dtype: 'f32',
  axes: kernel.length === 2 ? ['O', 'I', 'H', 'W'] : ['O', 'I'],
  dims: [outC, inC, ...kernel],
});

export const roundSums = defineOp({
  name: 'round_sums',
  doc: 'Whole numbers near the values, whose sums over the named axes are nearest too.',
  category: 'internal',
  arity: { min: 1, max: 1 },
  params: [],
  type,
  cost: () => ({ macs: 0 }),
  eval: (attrs, [x], { output }) => evaluate(attrs, x, output),
  grad: 'none',
  lower,
  onnx: undefined,
  samples: [
    { inputs: [weightType(5, 31, [])], options: { axes: ['I'] }, range: [-127, 127] },
    { inputs: [weightType(6, 3, [3, 5])], options: { axes: ['H', 'W'] }, range: [-127, 127] },
    { inputs: [weightType(4, 17, [1, 1])], options: { axes: ['I', 'H', 'W'] }, range: [-127, 127] },
  ],
});
