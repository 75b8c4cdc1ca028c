/**
 * Element-wise operators disappear into each other and into what produces their operands: a chain becomes one `map`, and a map becomes
 * the epilogue of a convolution, dense layer, pool or matrix product that only it uses, applied while the result is in registers. Of a
 * residual addition's two producers the deeper one takes the tail: its other operand is computed earlier anyway.
 */
import { internal } from '../diagnostics/internal.ts';
import type { Node } from '../ir/graph.ts';
import { heightOf, isStatic, type RewriteContext, type Rule } from '../ir/rewrite.ts';
import * as s from '../ir/scalar-build.ts';
import { sameType, shapeOf, sizeOf } from '../ir/type.ts';
import { inputRoles } from '../ops/build.ts';
import { opDef } from '../ops/index.ts';
import { derive, type Pass } from './pass.ts';
import { compose, mostInputs, tailOf, type Tail } from './tail.ts';

/** Merges go from left to right: the sum of the first is the first of the others. */
const splitMerge: Rule = {
  name: 'add(a, …, z) → add(add(a, …), …, z) where they are too many for one expression',
  apply: (node) => {
    if (node.op !== 'add' && node.op !== 'mul') return undefined;
    if (node.inputs.length <= mostInputs || isStatic(node)) return undefined;
    const first = derive(node, node.op, node.inputs.slice(0, mostInputs), node.attrs);
    const split = derive(node, node.op, [first, ...node.inputs.slice(mostInputs)], node.attrs);
    return sameType(split.type, node.type) ? { ...split, path: node.path } : undefined;
  },
};

const toMap: Rule = {
  name: 'relu(x) → map(x; max($0, 0))',
  apply: (node) => {
    const tail = isStatic(node) ? undefined : tailOf(node);
    const normalised = node.op === 'map' && tail?.operands.length === node.inputs.length;
    return tail && !normalised ? mapOf(node, tail) : undefined;
  },
};

const joinMaps: Rule = {
  name: 'map(map(x; f), y; g) → map(x, y; g ∘ f)',
  apply: (node, context) => {
    if (node.op !== 'map' || isStatic(node)) return undefined;
    const tail = tailOf(node) ?? internal('a map has an expression');
    for (const [i, operand] of tail.operands.entries()) {
      const inner = absorbable(operand, node, context) ? tailOf(operand) : undefined;
      const joined = inner && compose(tail, i, inner);
      const result = joined && mapOf(node, joined);
      if (result) return result;
    }
    return undefined;
  },
};

/** A map that nothing else uses, of as many elements: a smaller one would be computed anew for every repetition. */
function absorbable(operand: Node, user: Node, { uses }: RewriteContext): boolean {
  return (
    operand.op === 'map' && !isStatic(operand) && uses(operand) === 1 && elements(operand) === elements(user)
  );
}

function elements(node: Node): number {
  return sizeOf(shapeOf(node.type));
}

/** The tail as a node in place of `node`; undefined where it has another type or is no expression over nodes any more. */
function mapOf(node: Node, { expr, operands }: Tail): Node | undefined {
  const [only] = operands;
  if (!only) return undefined;
  if (expr.kind === 'arg' && sameType(only.type, node.type)) return only;
  const map = { ...derive(node, 'map', operands, { expr }), path: node.path };
  return sameType(map.type, node.type) ? map : undefined;
}

const intoEpilogue: Rule = {
  name: 'map(conv(x), y; f) → conv(x, y; epilogue f)',
  apply: (node, context) => {
    if (node.op !== 'map' || isStatic(node)) return undefined;
    const tail = tailOf(node) ?? internal('a map has an expression');
    const producers = tail.operands
      .filter((operand) => takesTail(operand, node, context))
      .sort((a, b) => heightOf(b) - heightOf(a));
    for (const producer of producers) {
      const fused = fuse(tail, producer);
      if (fused) return fused;
    }
    return undefined;
  },
};

function takesTail(producer: Node, user: Node, { uses }: RewriteContext): boolean {
  if (opDef(producer.op).epilogue !== true || isStatic(producer)) return false;
  return uses(producer) === 1 && sameType(producer.type, user.type);
}

/** The producer with `tail` after its own epilogue; undefined where an operand has no role there or the expression gets too large. */
function fuse(tail: Tail, producer: Node): Node | undefined {
  const { data, weights, epilogue } = inputRoles(producer);
  const own = producer.attrs['epilogue'];
  // In the composed tail, the producer stands for its value before any epilogue.
  const inner = { expr: s.isScalar(own) ? own : s.arg(0), operands: [producer, ...epilogue] };
  const joined = compose(tail, tail.operands.indexOf(producer), inner);
  if (!joined?.operands.includes(producer)) return undefined;
  const others = joined.operands.filter((operand) => operand !== producer);
  if (!others.every((operand) => hasRole(operand, producer))) return undefined;
  const order = [producer, ...others];
  const expr = s.substitute(
    joined.expr,
    joined.operands.map((operand) => s.arg(order.indexOf(operand))),
  );
  return {
    ...producer,
    inputs: [...data, ...weights, ...others],
    attrs: { ...producer.attrs, epilogue: expr },
  };
}

/** Whether `operand` can be read in an epilogue: of the output's type, one value per channel, or one value. */
export function hasRole(operand: Node, { type }: Node): boolean {
  const { axes, dims } = operand.type;
  if (sameType({ ...operand.type, dtype: type.dtype }, type)) return true;
  if (axes.length === 0) return true;
  return axes.length === 1 && axes[0] === 'C' && type.axes.at(-1) === 'C' && dims[0] === type.dims.at(-1);
}

export const fuseElementwise: Pass = {
  name: 'fuse-elementwise',
  doc: 'Element-wise chains become one expression, and the epilogue of what produces their operand.',
  training: false,
  rules: [splitMerge, toMap, joinMaps, intoEpilogue],
};
