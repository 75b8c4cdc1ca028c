/** Losses that are the mean of an element-wise expression of prediction and target. */
import type { Attrs, Node } from '../../ir/graph.ts';
import type { NestKernel } from '../../ir/kernel.ts';
import type { Scalar } from '../../ir/scalar.ts';
import * as s from '../../ir/scalar-build.ts';
import { differentiateScalar } from '../../ir/scalar-derivative.ts';
import { featureMap, scalarType, shapeOf, sizeOf, type Tensor, type TensorType } from '../../ir/type.ts';
import { defineOp, isProblem, type Build, type OpDef, type ParamSpec, type Sample } from '../op.ts';
import { broadcastLoad, broadcastTypes } from './broadcast.ts';
import { loopsOver, lowering, outOperand } from './lowering.ts';
import { mapElements } from './map-elements.ts';
import { sumTo } from './sum-to.ts';

export interface Loss {
  readonly name: string;
  readonly doc: string;
  readonly params?: readonly ParamSpec[];
  /** Of args: prediction, target. */
  readonly scalar: (attrs: Attrs) => Scalar;
  readonly range?: readonly [number, number];
}

/** The common type over whose elements the mean is taken. */
function wholeType(inputs: readonly TensorType[]): TensorType {
  const type = broadcastTypes(inputs, 'compared');
  return isProblem(type) ? scalarType : type;
}

export function defineLoss(loss: Loss): OpDef {
  return defineOp({
    name: loss.name,
    doc: loss.doc,
    category: 'loss',
    arity: { min: 2, max: 2 },
    params: loss.params ?? [],
    type: (_, inputs) => {
      const type = broadcastTypes(inputs, 'compared');
      return isProblem(type) ? type : scalarType;
    },
    cost: () => ({ macs: 0 }),
    eval: (attrs, inputs, types) => evalLoss(loss.scalar(attrs), inputs, types.inputs),
    grad: (node, upstream, build) =>
      node.inputs.map((input, i) => lossGrad(loss, node, { upstream, build, input, i })),
    lower: (node) => lowering(lossNest(loss, node)),
    onnx: undefined,
    samples: lossSamples(loss.range),
  });
}

function evalLoss(expr: Scalar, inputs: readonly Tensor[], types: readonly TensorType[]): Tensor {
  const { data } = mapElements(expr, inputs, { inputs: types, output: wholeType(types) });
  const sum = data.reduce((total, value) => total + value, 0);
  return { shape: [], data: Float32Array.of(sum / data.length) };
}

function lossNest(loss: Loss, node: Node): NestKernel {
  const types = node.inputs.map((input) => input.type);
  const whole = wholeType(types);
  return {
    kind: 'nest',
    axes: [],
    reduce: loopsOver(whole),
    combine: 'sum',
    loads: types.map((type, operand) => broadcastLoad(operand, type)),
    body: loss.scalar(node.attrs),
    finishLoads: [],
    finish: s.div(s.arg(0), s.num(sizeOf(shapeOf(whole)))),
    out: { operand: outOperand(node), index: [] },
  };
}

interface GradInput {
  readonly upstream: Node;
  readonly build: Build;
  readonly input: Node;
  readonly i: number;
}

/** upstream / count · d expr / d input. */
function lossGrad(loss: Loss, node: Node, { upstream, build, input, i }: GradInput): Node {
  const count = sizeOf(shapeOf(wholeType(node.inputs.map((n) => n.type))));
  const slope = s.shiftArgs(differentiateScalar(loss.scalar(node.attrs), i), 1);
  const expr = s.mul(s.div(s.arg(0), s.num(count)), slope);
  return sumTo(build('map', [upstream, ...node.inputs], { expr }), input.type, build);
}

function lossSamples(range: readonly [number, number] = [-2, 2]): readonly Sample[] {
  const shapes: readonly TensorType[] = [featureMap([], 10), featureMap([3, 5], 2), scalarType];
  return shapes.map((type) => ({ inputs: [type, type], options: {}, range }));
}
