/**
 * Normalisations whose statistics come from the sample itself: (x − mean) / √(variance + ε) · weight + bias, with mean and (biased)
 * variance over some axes.
 */
import type { Attrs, Node } from '../../ir/graph.ts';
import type { Load, Lowering, NestKernel } from '../../ir/kernel.ts';
import * as s from '../../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Axis, type Tensor, type TensorType } from '../../ir/type.ts';
import {
  defineOp,
  type Build,
  type OpDef,
  type ParamSpec,
  type Problem,
  type Sample,
  type WeightSpec,
} from '../op.ts';
import * as read from './attrs.ts';
import { axesProblem, withoutAxis } from './axes.ts';
import { axisIndex, broadcastStrides } from './broadcast.ts';
import { forEachPlace } from './loops.ts';
import { elementwiseNest, loopsOver } from './lowering.ts';
import { sumTo } from './sum-to.ts';

export interface Normalisation {
  readonly name: string;
  readonly doc: string;
  readonly params?: readonly ParamSpec[];
  /** Axes over which mean and variance are taken. */
  readonly axes: (attrs: Attrs, input: TensorType) => readonly Axis[];
  /** Axes of `weight` and `bias`. */
  readonly weightAxes: (attrs: Attrs, input: TensorType) => readonly Axis[];
  readonly problem?: (attrs: Attrs, input: TensorType) => Problem | undefined;
  readonly onnx: OpDef['onnx'];
  readonly samples: readonly Sample[];
}

/** More than a tenth would change what is divided by it: a momentum in the wrong place. */
export const epsParam: ParamSpec = {
  ...{ name: 'eps', kind: 'float', default: 1e-5, min: 0, max: 0.1 },
  doc: 'Keeps the division finite.',
};

export function defineNormalisation(op: Normalisation): OpDef {
  return defineOp({
    name: op.name,
    doc: op.doc,
    category: 'layer',
    arity: { min: 1, max: 1 },
    epilogue: true,
    params: [
      ...(op.params ?? []),
      epsParam,
      { name: 'scale', kind: 'bool', default: true, doc: 'Has a trainable `weight`.' },
      { name: 'shift', kind: 'bool', default: true, doc: 'Has a trainable `bias`.' },
    ],
    weights: (attrs, [input = featureMap([], 1)]) => weightsOf(op, attrs, input),
    type: (attrs, [input = featureMap([], 1)]) =>
      op.problem?.(attrs, input) ??
      axesProblem(op.name, input, op.axes(attrs, input)) ?? { ...input, dtype: 'f32' },
    cost: () => ({ macs: 0 }),
    eval: (attrs, inputs, types) => evalNormalisation(op, attrs, inputs, types.inputs),
    grad: (node, upstream, build) => gradNormalisation(op, node, { upstream, build }),
    lower: (node) => lowerNormalisation(op, node),
    onnx: op.onnx,
    samples: op.samples,
  });
}

function weightsOf(op: Normalisation, attrs: Attrs, input: TensorType): readonly WeightSpec[] {
  const axes = op.weightAxes(attrs, input);
  const type = withoutAxis(
    input,
    input.axes.filter((axis) => !axes.includes(axis)),
  );
  const weight: WeightSpec = { name: 'weight', type, trainable: true, init: { kind: 'ones' } };
  const bias: WeightSpec = { name: 'bias', type, trainable: true, init: { kind: 'zeros' } };
  return [...(attrs.scale === true ? [weight] : []), ...(attrs.shift === true ? [bias] : [])];
}

function evalNormalisation(
  op: Normalisation,
  attrs: Attrs,
  [x, ...weights]: readonly Tensor[],
  [type = featureMap([], 1), ...weightTypes]: readonly TensorType[],
): Tensor {
  const [shape, rest] = [shapeOf(type), withoutAxis(type, op.axes(attrs, type))];
  const results = sizeOf(shapeOf(rest));
  const count = sizeOf(shape) / results;
  const [sums, squares] = [new Float64Array(results), new Float64Array(results)];
  const strides = [type, rest, ...weightTypes].map((t) => broadcastStrides(t, type));
  const each = (visit: (value: number, group: number, at: readonly number[]) => void): void =>
    forEachPlace(shape, strides, (at) => visit(x?.data[at[0] ?? 0] ?? NaN, at[1] ?? 0, at));
  const mean = (group: number): number => (sums[group] ?? 0) / count;
  each((value, group) => (sums[group] = (sums[group] ?? 0) + value));
  each((value, group) => (squares[group] = (squares[group] ?? 0) + (value - mean(group)) ** 2));
  const data = new Float32Array(sizeOf(shape));
  each((value, group, at) => {
    const operands = weights.map((weight, i) => weight.data[at[i + 2] ?? 0] ?? NaN);
    const scale = attrs.scale === true ? (operands.shift() ?? NaN) : 1;
    const normal =
      (value - mean(group)) / Math.sqrt((squares[group] ?? 0) / count + read.number(attrs, 'eps'));
    data[at[0] ?? 0] = normal * scale + (operands[0] ?? 0);
  });
  return { shape, data };
}

/**
 * Three nests: means, what centred values are multiplied by, results. Dividing by the deviation once per statistic, with the weight where it has the
 * same axes, leaves a product and a sum per element.
 */
function lowerNormalisation(op: Normalisation, node: Node): Lowering {
  const { attrs, type, inputs } = node;
  const rest = withoutAxis(type, op.axes(attrs, type));
  const first = inputs.length;
  const [mean, factor, out] = [first, first + 1, first + 2];
  const count = sizeOf(shapeOf(type)) / sizeOf(shapeOf(rest));
  const statistic = (
    kernel: Pick<NestKernel, 'loads' | 'body' | 'finishLoads' | 'finish'>,
    operand: number,
  ): NestKernel => ({
    kind: 'nest',
    axes: loopsOver(rest),
    reduce: loopsOver(type).filter(({ name }) => !rest.axes.includes(name)),
    combine: 'sum',
    out: wholeLoad(rest, operand),
    ...kernel,
  });
  const average = s.div(s.arg(0), s.num(count));
  const centred = s.sub(s.arg(0), s.arg(1));
  const weight = attrs.scale === true ? inputs[1] : undefined;
  const isInFactor = weight !== undefined && weight.type.axes.join() === rest.axes.join();
  const deviation = s.sqrt(s.add(average, s.num(read.number(attrs, 'eps'))));
  const own = 1 + Number(attrs.scale === true) + Number(attrs.shift === true);
  const others = inputs.slice(1).map((input, i) => ({ operand: i + 1, type: input.type }));
  const operands = [
    { operand: 0, type },
    { operand: mean, type: rest },
    { operand: factor, type: rest },
    ...(isInFactor ? others.slice(1) : others),
  ];
  const normal = s.mul(centred, s.arg(2));
  const scaled = weight && !isInFactor ? s.mul(normal, s.arg(3)) : normal;
  const behind = operands.length - (inputs.length - own);
  const shifted = attrs.shift === true ? s.add(scaled, s.arg(behind - 1)) : scaled;
  const result = s.isScalar(attrs.epilogue)
    ? s.substitute(attrs.epilogue, [shifted, ...operands.slice(behind).map((_, i) => s.arg(behind + i))])
    : shifted;
  const kernels = [
    statistic({ loads: [wholeLoad(type, 0)], body: s.arg(0), finishLoads: [], finish: average }, mean),
    statistic(
      {
        loads: [wholeLoad(type, 0), wholeLoad(rest, mean)],
        body: s.mul(centred, centred),
        finishLoads: isInFactor ? [wholeLoad(weight.type, 1)] : [],
        finish: s.div(isInFactor ? s.arg(1) : s.num(1), deviation),
      },
      factor,
    ),
    elementwiseNest(result, operands, { operand: out, type }),
  ];
  return { temps: [rest, rest], constants: [], kernels, alias: false };
}

function wholeLoad(type: TensorType, operand: number): Load {
  return { operand, index: type.axes.map((axis) => axisIndex(axis)), outside: undefined };
}

/** dx = (ĝ − mean(ĝ) − x̂ · mean(ĝ · x̂)) / σ with ĝ = g · weight and x̂ the normalised value; dweight = Σ g · x̂; dbias = Σ g. */
function gradNormalisation(
  op: Normalisation,
  node: Node,
  { upstream, build }: { readonly upstream: Node; readonly build: Build },
): readonly (Node | undefined)[] {
  const [x, ...weights] = node.inputs;
  if (!x) return [];
  const axes = op.axes(node.attrs, x.type);
  const mean = (value: Node): Node => build('mean', [value], { axes });
  const centred = build('sub', [x, mean(x)]);
  const deviation = build('map', [mean(build('square', [centred]))], {
    expr: s.sqrt(s.add(s.arg(0), s.num(read.number(node.attrs, 'eps')))),
  });
  const normal = build('div', [centred, deviation]);
  const scale = node.attrs.scale === true ? weights[0] : undefined;
  const shift = node.attrs.shift === true ? weights.at(-1) : undefined;
  const g = scale ? build('mul', [upstream, scale]) : upstream;
  const correction = build('mul', [normal, mean(build('mul', [g, normal]))]);
  const dx = build('div', [build('sub', [build('sub', [g, mean(g)]), correction]), deviation]);
  const dScale = scale && sumTo(build('mul', [upstream, normal]), scale.type, build);
  const dShift = shift && sumTo(upstream, shift.type, build);
  return [dx, ...[dScale, dShift].filter((grad) => grad !== undefined)];
}
