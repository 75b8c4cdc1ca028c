/**
 * The window of convolutions and pools in the words of TensorFlow.js. Its `same` is our `same`. Explicit padding exists for 2-D kernels only,
 * so other ranks pad the tensor first; no kernel combines stride with dilation, so such a layer runs at stride 1 and is thinned out after.
 */
import { channelsOf } from '../../../ir/type.ts';
import { concreteDim } from '../../../ir/dim.ts';
import type { Node } from '../../../ir/graph.ts';
import { concreteWindow, windowAttrs } from '../../../ops/shared/window.ts';
import type { Code, Expression } from '../../typescript/code.ts';
import { tf } from './emitter.ts';

type Pads = readonly (readonly [number, number])[];

export interface EmittedWindow {
  readonly rank: number;
  readonly kernel: readonly number[];
  /** A number where all axes agree. */
  readonly strides: Expression;
  /** Undefined without dilation. */
  readonly dilations: Expression | undefined;
  readonly pad: 'same' | 'valid' | Pads;
  /** Steps with which the result is thinned out; undefined where the kernel itself strides. */
  readonly thin: readonly number[] | undefined;
}

export function windowOf(node: Node): EmittedWindow {
  const w = windowAttrs(node.attrs);
  const dilated = w.dilation.some((d) => d !== 1);
  const thinned = dilated && w.stride.some((s) => s !== 1);
  const pads = thinned ? concreteWindow(w, node.inputs[0]?.type ?? node.type, node.type).pads : w.pad;
  const padded = pads === 'same' || pads.some(([begin, end]) => begin > 0 || end > 0);
  return {
    rank: w.kernel.length,
    kernel: w.kernel,
    strides: thinned ? 1 : collapse(w.stride),
    dilations: dilated ? collapse(w.dilation) : undefined,
    pad: padded ? pads : 'valid',
    thin: thinned ? w.stride : undefined,
  };
}

/** `[[0, 0], [1, 1], [1, 1], [0, 0]]`: batch and channels unpadded. */
export function fullPads(pads: Pads): Pads {
  return [[0, 0], ...pads, [0, 0]];
}

/** The tensor after explicit padding with `value`, and the padding that is left to the kernel. */
export function padFirst(
  x: Code,
  pad: 'same' | 'valid' | Pads,
  value = 0,
): { readonly x: Code; readonly pad: 'same' | 'valid' } {
  if (pad === 'same' || pad === 'valid') return { x, pad };
  return { x: tf('pad', x, fullPads(pad), ...(value === 0 ? [] : [value])), pad: 'valid' };
}

/** One number where all axes have the same. */
export function collapse(sizes: readonly number[]): Expression {
  const [first = 1] = sizes;
  return sizes.every((n) => n === first) ? first : sizes;
}

export function inputChannels(node: Node): number {
  return concreteDim(channelsOf(node.inputs[0]?.type ?? node.type));
}
