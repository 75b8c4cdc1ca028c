/**
 * One layer on bytes: from weight, bias and epilogue in real numbers to whole weights, a factor and an offset per output channel, and what is
 * left of the epilogue. All of it is static nodes over the old weights, so that it follows whatever weights are bound. The value in
 * real numbers is acc · sx · sw + b; a quantised output wants it in its own steps, plus its zero and the half that makes truncation rounding.
 */
import type { Attrs, Node } from '../../ir/graph.ts';
import { affineIn } from '../../ir/scalar-affine.ts';
import * as s from '../../ir/scalar-build.ts';
import { evalScalar } from '../../ir/scalar-eval.ts';
import { simplifyScalar } from '../../ir/scalar-simplify.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { shapeOf, sizeOf } from '../../ir/type.ts';
import { inputRoles, makeNode } from '../../ops/build.ts';
import { concreteWindow, windowAttrs } from '../../ops/shared/window.ts';
import { derive } from '../pass.ts';
import { zeros } from '../static-parts.ts';
import { mostByte, type Steps } from './range.ts';

/** A value that the new layer reads: bytes with their steps, or numbers. */
export interface Operand {
  readonly node: Node;
  readonly steps: Steps | undefined;
}

export interface QuantizedLayer {
  readonly x: Operand & { readonly steps: Steps };
  /** Operands of the epilogue, in order. */
  readonly operands: readonly Operand[];
  /** Of the output; undefined for real numbers. */
  readonly to: Steps | undefined;
}

/** The largest magnitude that truncation to an i32 must take. */
const largest = 2 ** 30;

/** `layer` (a convolution or dense layer) on bytes. */
export function quantizedLayer(layer: Node, { x, operands, to }: QuantizedLayer): Node {
  const { weights } = inputRoles(layer);
  const [weight, bias = zeros(layer)] = weights as readonly [Node, Node?];
  const tail = tailFor(layer, operands, to);
  const perOutput = weightScale(layer, weight);
  const depth = sizeOf(shapeOf(weight.type)) / Number(layer.type.dims.at(-1));
  const factor = s.mul(s.arg(0), s.num(x.steps.scale * tail.factor));
  const most = largest / (depth * mostByte * mostByte);
  const scale = derive(layer, 'map', [derive(layer, 'rename', [perOutput], { from: 'O', to: 'C' })], {
    expr: to ? s.max(s.min(factor, s.num(most)), s.num(-most)) : factor,
  });
  const offset = s.add(s.mul(s.arg(0), s.num(tail.factor)), s.num(tail.offset));
  const shift = derive(layer, 'map', [bias], {
    expr: to ? s.max(s.min(offset, s.num(largest)), s.num(-largest)) : offset,
  });
  const inputs = [x.node, wholeWeight(layer, weight, perOutput), scale, shift, ...tail.operands];
  const attrs = { ...geometry(layer), zero: x.steps.zero, to: to ? 'u8' : 'f32' };
  const epilogue = tail.expr ? { epilogue: tail.expr } : {};
  return makeNode('qconv', inputs, { ...attrs, ...epilogue }, { path: layer.path, span: layer.span });
}

/** max |w| / 127 per output channel, [O]. */
function weightScale(layer: Node, weight: Node): Node {
  const magnitude = derive(layer, 'map', [weight], { expr: s.abs(s.arg(0)) });
  const axes = weight.type.axes.filter((axis) => axis !== 'O');
  const most = derive(layer, 'reduce_max', [magnitude], { axes });
  // A channel of zeros keeps them.
  return derive(layer, 'map', [most], { expr: s.max(s.div(s.arg(0), s.num(mostByte)), s.num(1e-30)) });
}

/** Weights in steps of their channel, −127…127. */
function wholeWeight(layer: Node, weight: Node, perOutput: Node): Node {
  const steps = s.unary('floor', s.add(s.div(s.arg(0), s.arg(1)), s.num(0.5)));
  return derive(layer, 'map', [weight, perOutput], { expr: s.max(s.min(steps, s.num(127)), s.num(-127)) });
}

/** Attributes of the window; a dense layer has none. */
function geometry(layer: Node): Attrs {
  const channels = Number(layer.type.dims.at(-1));
  if (layer.op === 'dense') return { channels, kernel: [], stride: [], pad: [], dilation: [], groups: 1 };
  const x = layer.inputs[0] ?? layer;
  const { kernel, stride, dilation, pads } = concreteWindow(windowAttrs(layer.attrs), x.type, layer.type);
  const groups = layer.op === 'dwconv' ? channels : (layer.attrs['groups'] ?? 1);
  return { channels, kernel, stride, pad: pads, dilation, groups };
}

/** What follows the sum: it is multiplied by `factor`, `offset` is added, then comes `expr` over it and the operands. */
interface LayerTail {
  readonly factor: number;
  readonly offset: number;
  readonly expr: Scalar | undefined;
  readonly operands: readonly Node[];
}

function tailFor(layer: Node, operands: readonly Operand[], to: Steps | undefined): LayerTail {
  const own = layer.attrs['epilogue'];
  const written = s.isScalar(own) ? own : s.arg(0);
  const args = [undefined, ...operands.map(({ steps }, i) => steps && realNumber(s.arg(1 + i), steps))];
  const expr = s.substitute(written, args);
  const nodes = operands.map(({ node }) => node);
  if (!to) return { factor: 1, offset: 0, ...used(expr, nodes) };
  const open = withoutClamps(expr, to);
  const rounded = to.zero + 0.5;
  const sum = sumOf(open, nodes.length);
  if (sum && sum.terms.every((c) => Math.abs(c / to.scale) < largest / 256)) {
    const factor = sum.factor / to.scale;
    const terms = sum.terms.map((c, i) => s.mul(s.arg(1 + i), s.num(c / to.scale)));
    const expr = terms.reduce<Scalar>((a, b) => s.add(a, b), s.arg(0));
    return { factor, offset: sum.constant / to.scale + rounded, ...used(simplifyScalar(expr), nodes) };
  }
  const steps = s.add(s.mul(open, s.num(1 / to.scale)), s.num(rounded));
  return { factor: 1, offset: 0, ...used(s.max(s.min(simplifyScalar(steps), s.num(255)), s.num(0)), nodes) };
}

/** (b − zero) · scale */
export function realNumber(byte: Scalar, { scale, zero }: Steps): Scalar {
  return s.mul(zero === 0 ? byte : s.sub(byte, s.num(zero)), s.num(scale));
}

/** The expression without what does nothing, and the operands that it still reads, renumbered. */
function used(
  expr: Scalar,
  nodes: readonly Node[],
): { readonly expr: Scalar | undefined; readonly operands: readonly Node[] } {
  if (expr.kind === 'arg' && expr.index === 0) return { expr: undefined, operands: [] };
  const kept = s.argsOf(expr).filter((i) => i > 0);
  const renamed = [s.arg(0), ...nodes.map((_, i) => s.arg(1 + kept.indexOf(i + 1)))];
  return { expr: s.substitute(expr, renamed), operands: kept.map((i) => nodes[i - 1] as Node) };
}

/** Clamps on the outside that the saturation to bytes does anyway: ReLU where zero is the byte 0, ReLU6 below 6. */
function withoutClamps(expr: Scalar, { scale, zero }: Steps): Scalar {
  const [least, most] = [-zero * scale, (mostByte - zero) * scale];
  const tolerance = 1e-6 * scale;
  let open = simplifyScalar(expr);
  for (;;) {
    if (open.kind !== 'binary' || open.b.kind !== 'const') return open;
    const { op, a, b } = open;
    const implied =
      (op === 'max' && b.value <= least + tolerance) || (op === 'min' && b.value >= most - tolerance);
    if (!implied) return open;
    open = a;
  }
}

/** factor · $0 + Σ terms[i] · $(i + 1) + constant, where the expression is that. */
function sumOf(
  expr: Scalar,
  operands: number,
): { readonly factor: number; readonly terms: readonly number[]; readonly constant: number } | undefined {
  let rest = expr;
  const factors: number[] = [];
  for (let i = 0; i <= operands; i++) {
    const affine = affineIn(rest, i);
    if (affine?.scale.kind !== 'const') return undefined;
    factors.push(affine.scale.value);
    rest = affine.shift;
  }
  if (s.argsOf(rest).length > 0) return undefined;
  const [factor = 1, ...terms] = factors;
  return { factor, terms, constant: evalScalar(rest, []) };
}
