/**
 * A scale before a layer folds into its weights by input channel; a shift folds into its bias where the layer adds no zeros of its own
 * around the input (a padded zero would have had to become the shifted zero). So normalised images cost nothing before a valid stem.
 */
import type { Node } from '../ir/graph.ts';
import { isStatic, type Rule } from '../ir/rewrite.ts';
import { affineIn } from '../ir/scalar-affine.ts';
import { sameType, type Axis } from '../ir/type.ts';
import { inputRoles } from '../ops/build.ts';
import { concreteWindow, windowAttrs } from '../ops/shared/window.ts';
import { derive } from './pass.ts';
import { isNumber, isVector, product, staticMap, sum } from './static-parts.ts';
import { tailOf, type Tail } from './tail.ts';

export const foldInputScale: Rule = {
  name: 'conv(x · s + t, w, b) → conv(x, w · s, b + Σ w · t), s and t static, t only without padding',
  apply: (layer, { uses }) => {
    const axis = inputAxis(layer);
    const { data, weights } = inputRoles(layer);
    const [scaled] = data;
    const [weight, bias] = weights;
    if (!axis || !scaled || !weight || isStatic(scaled) || uses(scaled) !== 1) return undefined;
    const found = affineOf(scaled);
    if (!found || !(isNumber(found.shift, 0) || isUnpadded(layer, scaled))) return undefined;
    const newBias = isNumber(found.shift, 0)
      ? bias
      : shiftedBias(
          layer,
          weight,
          bias,
          renamed(layer, staticMap(layer, { ...found.tail, expr: found.shift }), axis),
        );
    const factor = renamed(layer, staticMap(layer, { ...found.tail, expr: found.scale }), axis);
    const newWeight = isNumber(found.scale, 1) ? weight : product(layer, weight, factor);
    const inputs = [found.x, newWeight, ...(newBias ? [newBias] : []), ...inputRoles(layer).epilogue];
    return { ...layer, inputs, attrs: { ...layer.attrs, bias: newBias !== undefined } };
  },
};

/** The axis of the weight that runs over input channels; undefined for layers that mix or repeat them otherwise. */
function inputAxis({ op, attrs }: Node): Axis | undefined {
  if (op === 'dense') return 'I';
  if (op === 'conv' && attrs['groups'] === 1) return 'I';
  return op === 'dwconv' && attrs['multiplier'] === 1 ? 'O' : undefined;
}

/** `node` as x · scale + shift over one dynamic operand of its own type. */
function affineOf(
  node: Node,
): (NonNullable<ReturnType<typeof affineIn>> & { x: Node; tail: Tail }) | undefined {
  const tail = tailOf(node);
  const [x, ...others] = tail?.operands.filter((operand) => !isStatic(operand)) ?? [];
  if (!tail || !x || others.length > 0 || !sameType({ ...x.type, dtype: 'f32' }, node.type)) return undefined;
  if (!tail.operands.every((operand) => operand === x || isVector(operand, x))) return undefined;
  const affine = affineIn(tail.expr, tail.operands.indexOf(x));
  return affine && { ...affine, x, tail };
}

function isUnpadded(layer: Node, input: Node): boolean {
  if (layer.op === 'dense') return true;
  const { pads } = concreteWindow(windowAttrs(layer.attrs), input.type, layer.type);
  return pads.every(([begin, end]) => begin === 0 && end === 0);
}

/** A vector over channels, along the weight's axis; one number as it is. */
function renamed(layer: Node, vector: Node, axis: Axis): Node {
  return vector.type.axes.length === 0 ? vector : derive(layer, 'rename', [vector], { from: 'C', to: axis });
}

/** bias[o] + Σ over the rest of weight[o, …] · shift. */
function shiftedBias(layer: Node, weight: Node, bias: Node | undefined, shift: Node): Node {
  const axes = weight.type.axes.filter((axis) => axis !== 'O');
  const total = derive(layer, 'sum', [product(layer, weight, shift)], { axes });
  const offset = derive(layer, 'rename', [total], { from: 'O', to: 'C' });
  return bias ? sum(layer, bias, offset) : offset;
}
