/**
 * Scales and shifts by static values vanish into the weights of the layer before them: batch norm, `mul`, `add` and any element-wise
 * expression that is affine in the layer's output. A layer without a bias gets one where there is a shift. The new weights are static
 * nodes over the old ones, so they follow whatever weights are bound (Jacob et al., arXiv:1712.05877, §3.2, describe the folding).
 */
import type { Node } from '../ir/graph.ts';
import { isStatic, type Rule } from '../ir/rewrite.ts';
import { affineIn, type Affine } from '../ir/scalar-affine.ts';
import * as s from '../ir/scalar-build.ts';
import { scalarSize } from '../ir/scalar-simplify.ts';
import type { Scalar } from '../ir/scalar.ts';
import { sameType, shapeOf, sizeOf } from '../ir/type.ts';
import { inputRoles } from '../ops/build.ts';
import { foldInputScale } from './fold-input-scale.ts';
import { derive, type Pass } from './pass.ts';
import { isNumber, isVector, product, staticMap, sum, zeros } from './static-parts.ts';
import { normal, tailOf, type Tail } from './tail.ts';

/** Layers that are linear in a weight with the axis O of output channels. */
const linear = new Set(['conv', 'dwconv', 'deconv', 'dense']);

const foldIntoWeights: Rule = {
  name: 'conv(x, w, b) · s + t → conv(x, w · s, b · s + t), s and t static',
  apply: (node, { uses }) => {
    const tail = isStatic(node) ? undefined : tailOf(node);
    const layer = tail?.operands.find((operand) => !isStatic(operand));
    if (!tail || !layer || !linear.has(layer.op) || uses(layer) !== 1) return undefined;
    if (layer.attrs['epilogue'] !== undefined || !sameType(layer.type, node.type)) return undefined;
    const others = tail.operands.filter((operand) => operand !== layer);
    if (!others.every((operand) => isStatic(operand) && isVector(operand, layer))) return undefined;
    const affine = affineIn(tail.expr, tail.operands.indexOf(layer));
    return affine && scaled(layer, tail, affine);
  },
};

function scaled(layer: Node, tail: Tail, { scale, shift }: Affine): Node | undefined {
  const { data, weights } = inputRoles(layer);
  const [weight, bias] = weights;
  if (!weight || !scalesByOutput(layer, weight)) return undefined;
  const factor = isNumber(scale, 1) ? undefined : staticMap(layer, { ...tail, expr: scale });
  const offset = isNumber(shift, 0) ? undefined : staticMap(layer, { ...tail, expr: shift });
  const newWeight = factor ? scaledWeight(layer, weight, factor) : weight;
  const newBias = shifted(layer, bias && factor ? product(layer, bias, factor) : bias, offset);
  const inputs = [...data, newWeight, ...(newBias ? [newBias] : [])];
  return { ...layer, inputs, attrs: { ...layer.attrs, bias: newBias !== undefined } };
}

/** A grouped transposed convolution has its output channels on two axes. */
function scalesByOutput(layer: Node, weight: Node): boolean {
  const outputs = weight.type.dims[weight.type.axes.indexOf('O')];
  return outputs !== undefined && outputs === layer.type.dims.at(-1);
}

/** weight[o, …] · factor[o]. */
function scaledWeight(layer: Node, weight: Node, factor: Node): Node {
  const perOutput =
    factor.type.axes.length === 0 ? factor : derive(layer, 'rename', [factor], { from: 'C', to: 'O' });
  return product(layer, weight, perOutput);
}

/** bias + offset as a vector, where either may be missing. */
function shifted(layer: Node, bias: Node | undefined, offset: Node | undefined): Node | undefined {
  if (!offset) return bias;
  if (bias) return sum(layer, bias, offset);
  return offset.type.axes.length === 1 ? offset : sum(layer, zeros(layer), offset);
}

const pointwiseDepthwise: Rule = {
  name: 'dwconv(x, w, b), one tap → x · w + b',
  apply: (node) => {
    const { data, weights } = inputRoles(node);
    const [x] = data;
    const [weight, bias] = weights;
    const single = x && weight && sizeOf(shapeOf(weight.type)) === Number(x.type.dims.at(-1));
    if (node.op !== 'dwconv' || !single || !sameType(x.type, node.type) || !isStatic(weight))
      return undefined;
    if (node.attrs['epilogue'] !== undefined) return undefined;
    const vector = derive(node, 'reshape', [weight], { axes: ['C'], dims: [sizeOf(shapeOf(weight.type))] });
    const scaled = s.mul(s.arg(0), s.arg(1));
    const expr = bias ? s.add(scaled, s.arg(2)) : scaled;
    return { ...derive(node, 'map', [x, vector, ...(bias ? [bias] : [])], { expr }), path: node.path };
  },
};

const hoistStatic: Rule = {
  name: 'bn(x, …) → x · s + t, s and t static',
  apply: (node) => {
    const tail = isStatic(node) ? undefined : tailOf(node);
    const dynamic = tail?.operands.filter((operand) => !isStatic(operand)) ?? [];
    const [x] = dynamic;
    if (!tail || !x || dynamic.length > 1 || !sameType(x.type, node.type)) return undefined;
    if (!tail.operands.every((operand) => operand === x || isVector(operand, x))) return undefined;
    const affine = affineIn(tail.expr, tail.operands.indexOf(x));
    if (!affine || !(computes(affine.scale) || computes(affine.shift))) return undefined;
    const scale = staticMap(node, { ...tail, expr: affine.scale });
    const shift = staticMap(node, { ...tail, expr: affine.shift });
    const hoisted = normal({ expr: s.add(s.mul(s.arg(0), s.arg(1)), s.arg(2)), operands: [x, scale, shift] });
    return { ...derive(node, 'map', hoisted.operands, { expr: hoisted.expr }), path: node.path };
  },
};

/** True for more than an operand, its negative, or a number. */
function computes(expr: Scalar): boolean {
  return scalarSize(expr) > 2 && s.argsOf(expr).length > 0;
}

export const foldScale: Pass = {
  name: 'fold-scale',
  doc: 'Batch norm, scales and shifts by static values become part of the weights of the layer before or after them.',
  training: false,
  rules: [pointwiseDepthwise, foldIntoWeights, foldInputScale, hoistStatic],
};
