/**
 * Reductions over named axes: out = finish(combine over the axes of body(x)). Without axes, over all of them: a scalar. The channels
 * stay where they are unless they are named.
 */
import type { Attrs, Node } from '../../ir/graph.ts';
import type { Lowering, NestKernel } from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { compileScalar } from '../../ir/scalar-eval.ts';
import * as s from '../../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Axis, type Tensor, type TensorType } from '../../ir/type.ts';
import { defineOp, type Build, type OpDef, type ParamSpec, type Problem, type Sample } from '../op.ts';
import { axesProblem, withoutAxis } from './axes.ts';
import { axisIndex, broadcastStrides } from './broadcast.ts';
import { forEachPlace, uniformAxes } from './loops.ts';
import { loopsOver, lowering, outOperand } from './lowering.ts';

export interface Reduction {
  readonly name: string;
  /** As written in the language, where it differs from the name. */
  readonly spelling?: string;
  readonly doc: string;
  readonly category?: OpDef['category'];
  readonly combine: NestKernel['combine'];
  /** Of one element (arg 0). */
  readonly body?: Scalar;
  /** Of the combined value (arg 0), where `count` elements were combined. */
  readonly finish?: (count: number) => Scalar;
  /** d result / d element, of args: the element, the result. */
  readonly slope: (count: number) => Scalar;
  readonly onnx: OpDef['onnx'];
  /** The axes that the options name, of those that the input has; absent: the option `axes`. */
  readonly axes?: (attrs: Attrs, input: TensorType) => readonly Axis[];
  readonly params?: readonly ParamSpec[];
  readonly attrs?: OpDef['attrs'];
  readonly samples?: readonly Sample[];
}

export const axesParam: ParamSpec = {
  name: 'axes',
  kind: 'axes',
  default: null,
  doc: 'The axes over which it goes: `C`, or `[H, W]`; all of them unless written.',
};

export function defineReduction(op: Reduction): OpDef {
  const axesOf = op.axes ?? namedAxes;
  return defineOp({
    name: op.name,
    ...(op.spelling === undefined ? {} : { spelling: op.spelling }),
    doc: op.doc,
    category: op.category ?? 'reduction',
    arity: { min: 1, max: 1 },
    params: op.params ?? [axesParam],
    ...(op.attrs ? { attrs: op.attrs } : {}),
    type: (attrs, [input]) => reducedType(op, axesOf(attrs, input ?? featureMap([], 1)), input),
    cost: () => ({ macs: 0 }),
    eval: (_, [x], types) =>
      evalReduction(op, x, { input: types.inputs[0] ?? types.output, output: types.output }),
    grad: (node, upstream, build) => [reductionGrad(op, node, { upstream, build })],
    lower: (node) => lowerReduction(op, node),
    onnx: op.onnx,
    samples: op.samples ?? reductionSamples,
  });
}

function namedAxes(attrs: Attrs, input: TensorType): readonly Axis[] {
  return Array.isArray(attrs.axes) ? (attrs.axes as readonly Axis[]) : input.axes;
}

function reducedType(
  op: Reduction,
  axes: readonly Axis[],
  input: TensorType = featureMap([], 1),
): TensorType | Problem {
  return axesProblem(op.spelling ?? op.name, input, axes) ?? withoutAxis(input, axes);
}

interface Types {
  readonly input: TensorType;
  readonly output: TensorType;
}

function evalReduction(op: Reduction, x: Tensor | undefined, { input, output }: Types): Tensor {
  const shape = shapeOf(output);
  const count = countOf({ input, output });
  const body = compileScalar(op.body ?? s.arg(0));
  const finish = compileScalar(op.finish?.(count) ?? s.arg(0));
  const results = new Float64Array(sizeOf(shape)).fill(identities[op.combine]);
  const combine = combiners[op.combine];
  const source = x?.data ?? new Float32Array();
  const strides = [broadcastStrides(output, input)];
  const { outer, length, steps } = uniformAxes(shapeOf(input), strides);
  const step = steps[0] ?? 0;
  const element = [0];
  let at = 0;
  const outerStrides = strides.map((along) => along.slice(0, outer));
  forEachPlace(shapeOf(input).slice(0, outer), outerStrides, ([first = 0]) => {
    for (let i = 0; i < length; i++) {
      element[0] = source[at++]!;
      const place = first + i * step;
      results[place] = combine(results[place]!, body(element));
    }
  });
  return { shape, data: Float32Array.from(results, (value) => finish([value])) };
}

const identities: Readonly<Record<NestKernel['combine'], number>> = {
  sum: 0,
  prod: 1,
  max: -Infinity,
  min: Infinity,
};
const combiners: Readonly<Record<NestKernel['combine'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

/** Elements that one result combines. */
function countOf({ input, output }: Types): number {
  return sizeOf(shapeOf(input)) / sizeOf(shapeOf(output));
}

function lowerReduction(op: Reduction, node: Node): Lowering {
  const input = node.inputs[0]?.type ?? node.type;
  return lowering({
    kind: 'nest',
    axes: loopsOver(node.type),
    reduce: loopsOver(input).filter(({ name }) => !node.type.axes.includes(name)),
    combine: op.combine,
    loads: [{ operand: 0, index: loopsOver(input).map(({ name }) => axisIndex(name)), outside: undefined }],
    body: op.body ?? s.arg(0),
    finishLoads: [],
    finish: op.finish?.(countOf({ input, output: node.type })) ?? s.arg(0),
    out: { operand: outOperand(node), index: loopsOver(node.type).map(({ name }) => axisIndex(name)) },
  });
}

/** upstream, repeated along the axes, times the slope of each element. */
function reductionGrad(
  op: Reduction,
  node: Node,
  { upstream, build }: { readonly upstream: Node; readonly build: Build },
): Node | undefined {
  const x = node.inputs[0];
  if (!x) return undefined;
  const slope = op.slope(countOf({ input: x.type, output: node.type }));
  return build('map', [x, node, upstream], { expr: s.mul(s.arg(2), slope) });
}

export const reductionSamples: readonly Sample[] = [
  { inputs: [featureMap([3, 5], 7)], options: {} },
  { inputs: [featureMap([3, 5], 7)], options: { axes: ['H', 'W'] } },
  { inputs: [featureMap([4, 3], 5)], options: { axes: ['C'] } },
  { inputs: [featureMap([2, 3, 4], 2)], options: { axes: ['D', 'C'] } },
  { inputs: [featureMap([], 9)], options: {} },
];
