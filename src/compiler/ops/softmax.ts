/** Softmax and its logarithm along one axis, computed from the largest value down so that nothing overflows. Bridle, 1990. */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Load, Lowering, NestKernel } from '../ir/kernel.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Tensor, type TensorType } from '../ir/type.ts';
import { defineOp, type OpDef, type Problem, type Sample } from './op.ts';
import * as read from './shared/attrs.ts';
import { axisParam, axisProblem, withoutAxis } from './shared/axes.ts';
import { broadcastLoad, rowStrides } from './shared/broadcast.ts';
import { elementwiseNest, loopsOver } from './shared/lowering.ts';

interface Form {
  /** Of args: value − max, Σ exp(value − max). */
  readonly result: Scalar;
  readonly compute: (shifted: number, sum: number) => number;
}

const plain: Form = { result: s.div(s.exp(s.arg(0)), s.arg(1)), compute: (x, sum) => Math.exp(x) / sum };
const logarithm: Form = { result: s.sub(s.arg(0), s.log(s.arg(1))), compute: (x, sum) => x - Math.log(sum) };

function type(layer: string, attrs: Attrs, [input]: readonly TensorType[]): TensorType | Problem {
  const found = input ?? featureMap([], 1);
  return axisProblem(layer, found, [read.text(attrs, 'axis')], 'axis') ?? { ...found, dtype: 'f32' };
}

function evalSoftmax(form: Form, attrs: Attrs, [x]: readonly Tensor[], type: TensorType): Tensor {
  const shape = shapeOf(type);
  const at = type.axes.indexOf(read.text(attrs, 'axis'));
  const [n, step] = [shape[at] ?? 1, rowStrides(shape)[at] ?? 1];
  const values = x?.data ?? new Float32Array(sizeOf(shape));
  const data = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (Math.floor(i / step) % n !== 0) continue;
    const row = Array.from({ length: n }, (_, k) => values[i + k * step] ?? NaN);
    const max = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((total, v) => total + Math.exp(v - max), 0);
    row.forEach((v, k) => (data[i + k * step] = form.compute(v - max, sum)));
  }
  return { shape, data };
}

/** Three nests: the largest of each row, the sum of exponentials below it, the result. */
function lower(form: Form, node: Node): Lowering {
  const rest = withoutAxis(node.type, [read.text(node.attrs, 'axis')]);
  const [x, max, sum, out] = [0, 1, 2, 3].map((k) => broadcastLoad(k, k === 0 || k === 3 ? node.type : rest));
  if (!x || !max || !sum || !out) return { temps: [], constants: [], kernels: [], alias: false };
  const shifted = s.sub(s.arg(0), s.arg(1));
  const result = elementwiseNest(
    s.substitute(form.result, [shifted, s.arg(2)]),
    [
      { operand: 0, type: node.type },
      { operand: 1, type: rest },
      { operand: 2, type: rest },
    ],
    { operand: 3, type: node.type },
  );
  const kernels = [
    rowNest(node, rest, { combine: 'max', loads: [x], body: s.arg(0), out: max }),
    rowNest(node, rest, { combine: 'sum', loads: [x, max], body: s.exp(shifted), out: sum }),
    result,
  ];
  return { temps: [rest, rest], constants: [], kernels, alias: false };
}

interface RowNest {
  readonly combine: 'max' | 'sum';
  readonly loads: readonly Load[];
  readonly body: Scalar;
  readonly out: Load;
}

function rowNest(node: Node, rest: TensorType, { combine, loads, body, out }: RowNest): NestKernel {
  return {
    kind: 'nest',
    axes: loopsOver(rest),
    reduce: loopsOver(node.type).filter(({ name }) => !rest.axes.includes(name)),
    combine,
    loads,
    body,
    finishLoads: [],
    finish: s.arg(0),
    out: { operand: out.operand, index: out.index },
  };
}

const samples: readonly Sample[] = [
  { inputs: [featureMap([], 10)], options: {}, range: [-5, 5] },
  { inputs: [featureMap([3, 5], 7)], options: {} },
  { inputs: [featureMap([4, 3], 5)], options: { axis: 'W' } },
  { inputs: [featureMap([], 3)], options: {}, range: [80, 200] },
];

function define(name: string, doc: string, form: Form, onnx: string, grad: OpDef['grad']): OpDef {
  return defineOp({
    name,
    doc,
    category: 'activation',
    arity: { min: 1, max: 1 },
    params: [axisParam],
    type: (attrs, inputs) => type(name, attrs, inputs),
    cost: () => ({ macs: 0 }),
    eval: (attrs, inputs, types) => evalSoftmax(form, attrs, inputs, types.output),
    grad,
    lower: (node) => lower(form, node),
    onnx: { type: onnx },
    samples,
  });
}

export const softmax = define(
  'softmax',
  'Turns scores into probabilities along an axis: `exp(x) / sum(exp(x))`, over the channels unless written.',
  plain,
  'Softmax',
  // dx = y · (g − Σ g · y)
  (node, upstream, build) => {
    const axes = [read.text(node.attrs, 'axis')];
    const weighted = build('sum', [build('mul', [upstream, node])], { axes });
    return [build('mul', [node, build('sub', [upstream, weighted])])];
  },
);

export const logSoftmax = define(
  'log_softmax',
  'Logarithm of the softmax, `x − log(sum(exp(x)))`: exact where the probabilities are tiny.',
  logarithm,
  'LogSoftmax',
  // dx = g − exp(y) · Σ g
  (node, upstream, build) => {
    const axes = [read.text(node.attrs, 'axis')];
    const total = build('sum', [upstream], { axes });
    return [build('sub', [upstream, build('mul', [build('exp', [node]), total])])];
  },
);
