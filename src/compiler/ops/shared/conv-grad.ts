/**
 * Gradients of the convolutions, built from each other: the gradient of a convolution's input is the transposed convolution with the same
 * weight, and the other way round; that of the weight is an operator of its own; that of the bias a sum over the places.
 */
import { concreteDim } from '../../ir/dim.ts';
import type { Attrs, Node } from '../../ir/graph.ts';
import type { Window } from '../../ir/kernel.ts';
import { channelsOf } from '../../ir/type.ts';
import type { Build } from '../op.ts';
import { sumTo } from './sum-to.ts';

interface Convolution {
  readonly window: Window;
  readonly groups: number;
}

/** Of a (grouped, depthwise) convolution: x, weight[, bias]. */
export function convGrad(
  node: Node,
  upstream: Node,
  build: Build,
  { window, groups }: Convolution,
): readonly (Node | undefined)[] {
  const [x, weight, bias] = node.inputs;
  if (!x || !weight) return [];
  const channels = concreteDim(channelsOf(x.type));
  const back = { ...attrsOf(window, groups), channels, output_pad: 0, bias: false, pad: cutsOf(window) };
  const dWeight = build('conv_weight_grad', [x, upstream], attrsOf(window, groups));
  return [
    build('deconv', [upstream, weight], back),
    dWeight,
    ...(node.attrs.bias === true && bias ? [sumTo(upstream, bias.type, build)] : []),
  ];
}

/** Of a transposed convolution whose adjoint convolution has `window`: x, weight[, bias]. */
export function deconvGrad(
  node: Node,
  upstream: Node,
  build: Build,
  { window, groups }: Convolution,
): readonly (Node | undefined)[] {
  const [x, weight, bias] = node.inputs;
  if (!x || !weight) return [];
  const channels = concreteDim(channelsOf(x.type));
  const dWeight = build('conv_weight_grad', [upstream, x], attrsOf(window, groups));
  return [
    build('conv', [upstream, weight], { ...attrsOf(window, groups), channels, bias: false }),
    // The transposed layer calls the same two axes the other way round.
    build(
      'rename',
      [build('rename', [build('rename', [dWeight], swap('O', 'K'))], swap('I', 'O'))],
      swap('K', 'I'),
    ),
    ...(node.attrs.bias === true && bias ? [sumTo(upstream, bias.type, build)] : []),
  ];
}

function attrsOf({ kernel, stride, dilation, pads }: Window, groups: number): Attrs {
  return { kernel, stride, dilation, pad: pads, groups };
}

function swap(from: string, to: string): Attrs {
  return { from, to };
}

/** What the transposed convolution cuts off so that it gives back exactly the input's size; fewer at the end where the stride skipped pixels. */
function cutsOf({
  input,
  output,
  kernel,
  stride,
  dilation,
  pads,
}: Window): readonly (readonly [number, number])[] {
  return input.map((n, i) => {
    const begin = pads[i]?.[0] ?? 0;
    const painted =
      ((output[i] ?? 1) - 1) * (stride[i] ?? 1) + (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    return [begin, painted - begin - n];
  });
}
