/**
 * The window of convolutions and pools in the words of TensorFlow.js. Its `same` is our `same`. Explicit padding exists for 2-D kernels only,
 * so other ranks pad the tensor first; no kernel combines stride with dilation, so such a layer runs at stride 1 and is thinned out after.
 */
import { channelsOf } from '../../../ir/type.ts';
import { concreteDim, sameDim, type Dim } from '../../../ir/dim.ts';
import type { Node } from '../../../ir/graph.ts';
import { concreteWindow, outputDims, windowAttrs } from '../../../ops/shared/window.ts';
import type { Code, Expression } from '../../typescript/code.ts';
import { tf } from './emitter.ts';

type Pads = readonly (readonly [number, number])[];

/** Explicit amounts per axis where they are not what `same` gives. */
export type EmittedPad = 'same' | 'valid' | Pads;

export interface EmittedWindow {
  readonly rank: number;
  readonly kernel: readonly number[];
  /** A number where all axes agree. */
  readonly strides: Expression;
  /** Undefined without dilation. */
  readonly dilations: Expression | undefined;
  readonly pad: EmittedPad;
  /** Steps with which the result is thinned out; undefined where the kernel itself strides. */
  readonly thin: readonly number[] | undefined;
}

export function windowOf(node: Node): EmittedWindow {
  const w = windowAttrs(node.attrs);
  const dilated = w.dilation.some((d) => d !== 1);
  const thinned = dilated && w.stride.some((s) => s !== 1);
  return {
    rank: w.kernel.length,
    kernel: w.kernel,
    strides: thinned ? 1 : collapse(w.stride),
    dilations: dilated ? collapse(w.dilation) : undefined,
    pad: thinned ? nonZero(concretePads(node)) : padOf(node),
    thin: thinned ? w.stride : undefined,
  };
}

/** Padding in pixels. */
export function concretePads(node: Node, pad?: 'same'): Pads {
  const w = windowAttrs(node.attrs);
  const padded = pad === undefined ? w : { ...w, pad };
  return concreteWindow(padded, node.inputs[0]?.type ?? node.type, node.type).pads;
}

/** `same` also where the written amounts are just what it gives. */
function padOf(node: Node): EmittedPad {
  const w = windowAttrs(node.attrs);
  if (w.pad === 'same') return 'same';
  const spatial = (node.inputs[0]?.type.dims ?? []).slice(0, w.kernel.length);
  const keepsSize = sameSizes(outputDims(w, spatial), outputDims({ ...w, pad: 'same' }, spatial));
  const asSame = keepsSize && concretePads(node, 'same').flat().join() === w.pad.flat().join();
  const explicit = nonZero(w.pad);
  return explicit !== 'valid' && asSame ? 'same' : explicit;
}

function sameSizes(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.every((n, i) => sameDim(n, b[i] ?? 0));
}

function nonZero(pads: Pads): 'valid' | Pads {
  return pads.some(([begin, end]) => begin > 0 || end > 0) ? pads : 'valid';
}

/**
 * The `pad` of 2-D kernels: one number where all four sides agree. (tfjs computes both output sizes of a padding given as a number from height's
 * kernel and stride, so they must agree too.)
 */
export function padOf2d(w: EmittedWindow): Expression {
  if (typeof w.pad === 'string') return w.pad;
  const amount = collapse(w.pad.flat());
  const square = [w.kernel, w.strides, w.dilations ?? 1].every(
    (sizes) => typeof collapse([sizes].flat() as number[]) === 'number',
  );
  return square && typeof amount === 'number' ? amount : fullPads(w.pad);
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
