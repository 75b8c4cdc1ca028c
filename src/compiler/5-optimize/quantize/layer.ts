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
import { shapeOf, sizeOf, type Axis } from '../../ir/type.ts';
import { inputRoles, makeNode } from '../../ops/build.ts';
import { concreteWindow, windowAttrs } from '../../ops/shared/window.ts';
import { derive } from '../pass.ts';
import { product, sum, vectorNode, zeros } from '../static-parts.ts';
import { isDepthwise } from './choose.ts';
import { digitSteps, mostByte, type Steps } from './range.ts';

/** A value that the new layer reads: bytes with their steps, or numbers. */
export interface Operand {
  readonly node: Node;
  readonly steps: Steps | undefined;
}

export interface QuantizedLayer {
  readonly x: Operand & { readonly steps: Steps };
  /** x is in two digits: twice the channels. */
  readonly isFine: boolean;
  /** Means of the channels of x in real numbers, where they are known. */
  readonly means: readonly number[] | undefined;
  /** Operands of the epilogue, in order. */
  readonly operands: readonly Operand[];
  /** Of the output; undefined for real numbers. */
  readonly to: Steps | undefined;
}

/** The largest magnitude that truncation to an i32 must take. */
const largest = 2 ** 30;

/** `layer` (a convolution or dense layer) on bytes. */
export function quantizedLayer(layer: Node, { x, isFine, means, operands, to }: QuantizedLayer): Node {
  const { weights } = inputRoles(layer);
  const [written, bias = zeros(layer)] = weights as readonly [Node, Node?];
  const weight = wholeWeight(layer, written, x.steps);
  const tail = tailFor(layer, operands, to);
  const depth = sizeOf(shapeOf(written.type)) / Number(layer.type.dims.at(-1));
  const factor = s.mul(s.arg(0), s.num(x.steps.scale * tail.factor));
  const perOutput = derive(layer, 'rename', [weight.perOutput], { from: 'O', to: 'C' });
  const scale = perStep(layer, { value: perOutput, expr: factor, after: 0 }, tail);
  const { origins } = x.steps;
  const from = origins ? sum(layer, bias, ofOrigins(layer, written, origins)) : bias;
  const mended = means ? sum(layer, from, expectedLoss(layer, weight, { means, steps: x.steps })) : from;
  const corrected = tail.start ? sum(layer, mended, vectorNode(layer, tail.start, 'C')) : mended;
  const offset = s.add(s.mul(s.arg(0), s.num(tail.factor)), s.num(tail.offset));
  const shift = perStep(layer, { value: corrected, expr: offset, after: tail.half }, tail);
  const most = largest / ((isFine ? 2 : 1) * depth * mostByte * mostByte);
  const inputs = [
    x.node,
    isFine
      ? derive(layer, 'concat', [weight.whole, forSecondDigit(layer, weight)], { axis: 'I' })
      : weight.whole,
    to ? limited(layer, scale, most) : scale,
    to ? limited(layer, shift, largest) : shift,
    ...tail.operands,
  ];
  const attrs = { ...geometry(layer), zero: x.steps.zero, to: to ? 'u8' : 'f32' };
  const epilogue = tail.expr ? { epilogue: tail.expr } : {};
  return makeNode('qconv', inputs, { ...attrs, ...epilogue }, { path: layer.path, span: layer.span });
}

interface PerChannel {
  readonly value: Node;
  readonly expr: Scalar;
  /** Added at the end. */
  readonly after: number;
}

/** `expr` of a vector [C], in the steps of each channel. */
function perStep(layer: Node, { value, expr, after }: PerChannel, { shares }: LayerTail): Node {
  const inSteps = shares ? s.div(expr, s.arg(1)) : expr;
  const operands = shares ? [value, vectorNode(layer, shares, 'C')] : [value];
  return derive(layer, 'map', operands, { expr: after === 0 ? inSteps : s.add(inSteps, s.num(after)) });
}

function limited(layer: Node, value: Node, most: number): Node {
  return derive(layer, 'map', [value], { expr: s.max(s.min(s.arg(0), s.num(most)), s.num(-most)) });
}

/** A layer's weight for the bytes of its input. */
interface WholeWeight {
  /** In real numbers, times the shares of the input's channels. */
  readonly real: Node;
  /** In steps of the output channel, −127…127. */
  readonly whole: Node;
  /** The steps, max |real| / 127 per output channel, [O]. */
  readonly perOutput: Node;
}

function wholeWeight(layer: Node, weight: Node, { shares }: Steps): WholeWeight {
  const real = shares ? product(layer, weight, vectorNode(layer, shares, inputAxis(layer))) : weight;
  const magnitude = derive(layer, 'map', [real], { expr: s.abs(s.arg(0)) });
  const { axes } = weight.type;
  const most = derive(layer, 'reduce_max', [magnitude], { axes: axes.filter((axis) => axis !== 'O') });
  // A channel of zeros keeps them.
  const step = s.max(s.div(s.arg(0), s.num(mostByte)), s.num(1e-30));
  const perOutput = derive(layer, 'map', [most], { expr: step });
  const clamped = s.max(s.min(s.div(s.arg(0), s.arg(1)), s.num(127)), s.num(-127));
  const inSteps = derive(layer, 'map', [real, perOutput], { expr: clamped });
  const whole = derive(layer, 'round_sums', [inSteps], { axes: balanced(weight) });
  return { real, whole, perOutput };
}

/** The weight in steps that are as much larger as those of the second digit are smaller. */
function forSecondDigit(layer: Node, { real, perOutput }: WholeWeight): Node {
  const inSteps = s.div(s.arg(0), s.mul(s.arg(1), s.num(digitSteps)));
  const steps = derive(layer, 'map', [real, perOutput], { expr: inSteps });
  return derive(layer, 'round_sums', [steps], { axes: balanced(real) });
}

/** Sums of weights that rounding keeps: those of a window, for windows of one tap those over input channels. */
function balanced({ type }: Node): readonly Axis[] {
  const window = type.axes.slice(2);
  return sizeOf(shapeOf(type).slice(2)) > 1 ? window : type.axes.slice(1);
}

/** Σ (real − whole · step) · mean of the input, [C]: what rounding takes from the output on average (Nagel et al., arXiv:1906.04721, §4.2). */
function expectedLoss(
  layer: Node,
  { real, whole, perOutput }: WholeWeight,
  { means, steps }: { readonly means: readonly number[]; readonly steps: Steps },
): Node {
  const inShares = means.map((mean, i) => (mean - (steps.origins?.[i] ?? 0)) / (steps.shares?.[i] ?? 1));
  const mean = vectorNode(layer, inShares, inputAxis(layer));
  const expr = s.mul(s.sub(s.arg(0), s.mul(s.arg(1), s.arg(2))), s.arg(3));
  return sumPerOutput(layer, derive(layer, 'map', [real, whole, perOutput, mean], { expr }));
}

/** Σ weight · origin of the input's channel, [C]: what bytes leave out. */
function ofOrigins(layer: Node, weight: Node, origins: readonly number[]): Node {
  return sumPerOutput(layer, product(layer, weight, vectorNode(layer, origins, inputAxis(layer))));
}

function sumPerOutput(layer: Node, terms: Node): Node {
  const axes = terms.type.axes.filter((axis) => axis !== 'O');
  return derive(layer, 'rename', [derive(layer, 'sum', [terms], { axes })], { from: 'O', to: 'C' });
}

/** The axis of the weight along which the input's channels lie. */
function inputAxis(layer: Node): Axis {
  return isDepthwise(layer) ? 'O' : 'I';
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

/**
 * What follows the sum, to which the bias and `start` are added before: it is multiplied by `factor`, `offset` is added, both are divided by `shares` where there are some, `half` is added;
 * then comes `expr` over it and the operands.
 */
interface LayerTail {
  readonly factor: number;
  readonly offset: number;
  readonly shares: readonly number[] | undefined;
  readonly half: number;
  readonly start?: readonly number[] | undefined;
  readonly expr: Scalar | undefined;
  readonly operands: readonly Node[];
}

function tailFor(layer: Node, operands: readonly Operand[], to: Steps | undefined): LayerTail {
  const own = layer.attrs['epilogue'];
  const written = s.isScalar(own) ? own : s.arg(0);
  const args = [undefined, ...operands.map(({ steps }, i) => steps && realNumber(s.arg(1 + i), steps))];
  const expr = s.substitute(written, args);
  const nodes = operands.map(({ node }) => node);
  const asIs = { factor: 1, offset: 0, half: 0, shares: undefined };
  if (!to) return { ...asIs, ...used(expr, nodes) };
  const open = to.origins ? simplifyScalar(expr) : withoutClamps(expr, to);
  const half = to.zero + 0.5;
  const affine = to.shares && nodes.length > 0 ? undefined : sumOf(open, nodes.length);
  if (affine?.factor && affine.terms.every((c) => Math.abs(c / to.scale) < largest / 256)) {
    const terms = affine.terms.map((c, i) => s.mul(s.arg(1 + i), s.num(c / to.scale)));
    const expr = simplifyScalar(terms.reduce<Scalar>((a, b) => s.add(a, b), s.arg(0)));
    const [factor, offset] = [affine.factor / to.scale, affine.constant / to.scale];
    const start = to.origins?.map((origin) => -origin / affine.factor);
    return { factor, offset, half, shares: to.shares, start, ...used(expr, nodes) };
  }
  if (nodes.length === 0 && !to.origins && isHomogeneous(open)) {
    const expr = saturated(s.add(open, s.num(half)));
    return { ...asIs, factor: 1 / to.scale, shares: to.shares, ...used(expr, nodes) };
  }
  const { share, origin, vectors } = channelVectors(layer, to, 1 + nodes.length);
  const inSteps = s.mul(origin ? s.sub(open, origin) : open, s.num(1 / to.scale));
  const divided = share ? s.div(inSteps, share) : inSteps;
  return { ...asIs, ...used(saturated(s.add(divided, s.num(half))), [...nodes, ...vectors]) };
}

/** To a range that truncation takes. */
function saturated(steps: Scalar): Scalar {
  return s.max(s.min(simplifyScalar(steps), s.num(255)), s.num(0));
}

/** f(c · x) = c · f(x) for c > 0, of an expression over argument 0: leaky ReLU, say. Steps can be divided out before. */
function isHomogeneous(expr: Scalar): boolean {
  const isNumber = ({ kind }: Scalar): boolean => kind === 'const';
  switch (expr.kind) {
    case 'const':
      return expr.value === 0;
    case 'arg':
      return true;
    case 'unary':
      return (expr.op === 'neg' || expr.op === 'abs') && isHomogeneous(expr.x);
    case 'binary': {
      const { op, a, b } = expr;
      if (op === 'mul') return (isNumber(a) && isHomogeneous(b)) || (isNumber(b) && isHomogeneous(a));
      if (op === 'div') return isNumber(b) && isHomogeneous(a);
      return isHomogeneous(a) && isHomogeneous(b);
    }
    case 'select':
      return s.partsOf(expr).every(isHomogeneous);
  }
}

/** What channels have of their own as operands of an expression, from argument `first` on. */
export function channelVectors(
  value: Node,
  { shares, origins }: Pick<Steps, 'shares' | 'origins'>,
  first = 1,
): { readonly share?: Scalar; readonly origin?: Scalar; readonly vectors: readonly Node[] } {
  const vectors = [shares, origins].flatMap((numbers) => (numbers ? [vectorNode(value, numbers, 'C')] : []));
  const [share, origin] = [s.arg(first), s.arg(first + (shares ? 1 : 0))];
  return { ...(shares && { share }), ...(origins && { origin }), vectors };
}

/** (b − zero) · scale: what a byte stands for, but for what its channel has of its own. */
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
