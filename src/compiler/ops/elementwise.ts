/**
 * Element-wise operators from one scalar expression: shape rule, oracle, gradient, kernel and fusion all follow from it. Operands are
 * broadcast over named axes. The derivative is taken symbolically unless the operator gives a numerically better one.
 */
import type { Attrs, Node } from '../ir/graph.ts';
import type { Scalar } from '../ir/scalar.ts';
import * as s from '../ir/scalar-build.ts';
import { differentiateScalar } from '../ir/scalar-derivative.ts';
import { featureMap, type TensorType } from '../ir/type.ts';
import { defineOp, type Build, type OpDef, type ParamSpec, type Sample } from './op.ts';
import { broadcastTypes } from './shared/broadcast.ts';
import { elementwiseNest, lowering, outOperand } from './shared/lowering.ts';
import { mapElements } from './shared/map-elements.ts';
import { sumTo } from './shared/sum-to.ts';

export interface Elementwise {
  readonly name: string;
  readonly doc: string;
  readonly category: OpDef['category'];
  /** The value of one element from the operands' elements. */
  readonly scalar: (attrs: Attrs, count: number) => Scalar;
  /** d value / d operand `index`; absent: the symbolic derivative of `scalar`. */
  readonly derivative?: (attrs: Attrs, index: number, count: number) => Scalar;
  /** Whether every operation is rounded to single precision, as code without fused operations computes it. Absent: never. */
  readonly unfused?: (attrs: Attrs) => boolean;
  readonly onnx: OpDef['onnx'];
  readonly arity?: OpDef['arity'];
  readonly params?: readonly ParamSpec[];
  readonly attrs?: OpDef['attrs'];
  /** For the message when shapes differ: "added". */
  readonly verb?: string;
  readonly samples?: readonly Sample[];
  /** Range of random inputs of the default samples. */
  readonly range?: readonly [number, number];
}

/** Declares an element-wise operator; one operand unless `arity` says otherwise. */
export function elementwise(op: Elementwise): OpDef {
  const derivative = op.derivative ?? ((attrs, i, count) => differentiateScalar(op.scalar(attrs, count), i));
  return defineOp({
    name: op.name,
    doc: op.doc,
    category: op.category,
    arity: op.arity ?? { min: 1, max: 1 },
    params: op.params ?? [],
    ...(op.attrs ? { attrs: op.attrs } : {}),
    type: (_, inputs) => broadcastTypes(inputs, op.verb ?? 'combined'),
    cost: () => ({ macs: 0 }),
    eval: (attrs, inputs, types) =>
      mapElements(op.scalar(attrs, inputs.length), inputs, types, op.unfused?.(attrs) ? 'single' : undefined),
    grad: (node, upstream, build) =>
      node.inputs.map((_, i) =>
        chain(node, i, derivative(node.attrs, i, node.inputs.length), { upstream, build }),
      ),
    lower: (node) => {
      const nest = scalarNest(node, op.scalar(node.attrs, node.inputs.length));
      return lowering(op.unfused?.(node.attrs) ? { ...nest, unfused: true } : nest);
    },
    scalar: op.scalar,
    onnx: op.onnx,
    samples: op.samples ?? defaultSamples(op.range),
  });
}

/** upstream · d value / d input i, summed over the axes along which input i was repeated. */
function chain(
  node: Node,
  index: number,
  derivative: Scalar,
  { upstream, build }: { readonly upstream: Node; readonly build: Build },
): Node | undefined {
  const input = node.inputs[index];
  if (!input) return undefined;
  const expr = s.mul(s.arg(0), s.shiftArgs(derivative, 1));
  return sumTo(build('map', [upstream, ...node.inputs], { expr }), input.type, build);
}

/** The nest that computes `expr` of all inputs of the node. */
export function scalarNest(node: Node, expr: Scalar): ReturnType<typeof elementwiseNest> {
  const operands = node.inputs.map((input, operand) => ({ operand, type: input.type }));
  return elementwiseNest(expr, operands, { operand: outOperand(node), type: node.type });
}

function defaultSamples(range: readonly [number, number] = [-4, 4]): readonly Sample[] {
  const shapes: readonly TensorType[] = [featureMap([3, 5], 7), featureMap([], 9), featureMap([2, 3, 2], 4)];
  return shapes.map((type) => ({ inputs: [type], options: {}, range }));
}
