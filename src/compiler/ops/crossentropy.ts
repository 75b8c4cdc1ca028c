/**
 * Cross-entropy of logits and a target: −Σ t · log softmax(x) over the channels, averaged over the places. The target is a
 * distribution of the logits' shape, or the number of the right class at each place.
 */
import type { Node } from '../ir/graph.ts';
import type { Load, Lowering, NestKernel } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, scalarType, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, isProblem, type Build, type Problem } from './op.ts';
import { axisProblem, withoutAxis } from './shared/axes.ts';
import { axisIndex, broadcastTypes } from './shared/broadcast.ts';
import { loopsOver } from './shared/lowering.ts';

function type(inputs: readonly TensorType[]): TensorType | Problem {
  const [logits = scalarType] = inputs;
  const wrong = axisProblem('crossentropy', logits, ['C']) ?? broadcastTypes(inputs, 'compared');
  return isProblem(wrong) ? wrong : scalarType;
}

function hasClasses(target: TensorType): boolean {
  return !target.axes.includes('C');
}

function evalCrossentropy(
  [x, target]: readonly Tensor[],
  [logits = scalarType, of = scalarType]: readonly TensorType[],
): Tensor {
  const classes = shapeOf(logits).at(-1) ?? 1;
  const values = x?.data ?? new Float32Array();
  const places = values.length / classes;
  let total = 0;
  for (let p = 0; p < places; p++) {
    const row = values.subarray(p * classes, (p + 1) * classes);
    const max = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = max + Math.log(row.reduce((sum, v) => sum + Math.exp(v - max), 0));
    row.forEach((v, c) => {
      const weight = hasClasses(of) ? Number(target?.data[p] === c) : (target?.data[p * classes + c] ?? NaN);
      total += weight * (logSum - v);
    });
  }
  return { shape: [], data: Float32Array.of(total / places) };
}

/** Largest logit and log Σ exp per place, then the mean of target · (log-sum − logit). */
function lower(node: Node): Lowering {
  const [logits = scalarType, target = scalarType] = node.inputs.map((input) => input.type);
  const rest = withoutAxis(logits, ['C']);
  const classes = shapeOf(logits).at(-1) ?? 1;
  const [x, t] = [wholeLoad(0, logits), wholeLoad(1, target)];
  const [max, logSum] = [wholeLoad(2, rest), wholeLoad(3, rest)];
  const counter: Load = { operand: 4, index: [axisIndex('C')], outside: undefined };
  const rows = (combine: 'max' | 'sum', loads: readonly Load[], body: Scalar): NestKernel => ({
    kind: 'nest',
    axes: loopsOver(rest),
    reduce: loopsOver(logits).filter(({ name }) => name === 'C'),
    combine,
    loads,
    body,
    finishLoads: combine === 'sum' ? [max] : [],
    finish: combine === 'sum' ? s.add(s.arg(1), s.log(s.arg(0))) : s.arg(0),
    out: combine === 'sum' ? logSum : max,
  });
  const weight = hasClasses(target) ? s.select('eq', [s.arg(2), s.arg(3)], s.num(1), s.num(0)) : s.arg(2);
  const mean: NestKernel = {
    ...rows(
      'max',
      [x, logSum, t, ...(hasClasses(target) ? [counter] : [])],
      s.mul(weight, s.sub(s.arg(1), s.arg(0))),
    ),
    axes: [],
    reduce: loopsOver(logits),
    combine: 'sum',
    finish: s.div(s.arg(0), s.num(sizeOf(shapeOf(rest)))),
    out: { operand: hasClasses(target) ? 5 : 4, index: [] },
  };
  const table = { type: featureMap([], classes), data: Float32Array.from({ length: classes }, (_, i) => i) };
  return {
    temps: [rest, rest],
    constants: hasClasses(target) ? [table] : [],
    kernels: [rows('max', [x], s.arg(0)), rows('sum', [x, max], s.exp(s.sub(s.arg(0), s.arg(1)))), mean],
    alias: false,
  };
}

function wholeLoad(operand: number, type: TensorType): Load {
  return { operand, index: type.axes.map((axis) => axisIndex(axis)), outside: undefined };
}

/** dx = (softmax(x) · Σ t − t) · upstream / places; targets are data and get none. */
function grad(node: Node, upstream: Node, build: Build): readonly (Node | undefined)[] {
  const [x, target] = node.inputs;
  if (!x || !target) return [];
  const shape = shapeOf(x.type);
  const classes = shape.at(-1) ?? 1;
  const t = hasClasses(target.type) ? build('one_hot', [target], { classes, axis: 'C' }) : target;
  const total = build('sum', [t], { axes: ['C'] });
  const expr = s.mul(
    s.sub(s.mul(s.arg(0), s.arg(1)), s.arg(2)),
    s.div(s.arg(3), s.num(sizeOf(shape) / classes)),
  );
  return [build('map', [build('softmax', [x], { axis: 'C' }), total, t, upstream], { expr }), undefined];
}

const classesOf = (axes: readonly string[], dims: readonly number[]): TensorType => ({
  dtype: 'i32',
  axes,
  dims,
});

export const crossentropy = defineOp({
  name: 'crossentropy',
  doc:
    'Cross-entropy of logits (values before the softmax) and a target: a distribution over the channels, or the number of the right ' +
    'class. Averaged over the places.',
  category: 'loss',
  arity: { min: 2, max: 2 },
  params: [],
  type: (_, inputs) => type(inputs),
  cost: () => ({ macs: 0 }),
  eval: (_, inputs, types) => evalCrossentropy(inputs, types.inputs),
  grad,
  lower,
  onnx: { type: 'SoftmaxCrossEntropyLoss' },
  samples: [
    { inputs: [featureMap([], 10), featureMap([], 10)], options: {}, range: [0, 1] },
    { inputs: [featureMap([2, 3], 5), featureMap([2, 3], 5)], options: {} },
    { inputs: [featureMap([], 4), classesOf([], [])], options: {}, range: [0, 4] },
    { inputs: [featureMap([2, 3], 5), classesOf(['H', 'W'], [2, 3])], options: {}, range: [0, 5] },
  ],
});
