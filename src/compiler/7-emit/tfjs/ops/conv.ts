/** Convolutions of every rank, plain, grouped and depthwise; 2-D ones with bias and activation in tfjs' fused kernels. */
import type { Node } from '../../../ir/graph.ts';
import { bool, number } from '../../../ops/shared/attrs.ts';
import { cast, print, text, type Code, type Expression } from '../../typescript/code.ts';
import { reshape, tf, type OpContext, type OpEmitter } from './emitter.ts';
import { inputChannels, padFirst, padOf2d, windowOf, type EmittedWindow } from './window.ts';

export const conv: OpEmitter = (op) => {
  const w = windowOf(op.node);
  const groups = groupsOf(op.node);
  const depthwise = groups > 1 && groups === inputChannels(op.node) && w.rank < 3;
  if (depthwise) return w.rank === 1 ? depthwise1d(op, w) : depthwise2d(op, w);
  return w.rank === 2 && groups === 1 && !w.thin ? fusedConv2d(op, w) : plainConv(op, w, groups);
};

/** Whether tfjs computes an activation inside the kernel that `conv` emits for the node. */
export function convFuses(node: Node): boolean {
  const w = windowOf(node);
  const groups = groupsOf(node);
  return w.rank === 2 && !w.thin && (groups === 1 || groups === inputChannels(node));
}

function groupsOf(node: Node): number {
  return node.op === 'dwconv' ? inputChannels(node) : number(node.attrs, 'groups');
}

function fusedConv2d(op: OpContext, w: EmittedWindow): Code {
  const filter = op.weight(1, (stored) => op.helper('hwio', stored));
  const pad = padOf2d(w);
  const bias = biasOf(op);
  if (!bias && !op.fused)
    return tf('conv2d', op.input(0), filter, w.strides, pad, ...dilationArgs(w, 'NHWC'));
  return tf('fused.conv2d', {
    x: op.input(0),
    filter,
    strides: w.strides,
    pad,
    dilations: w.dilations,
    bias,
    ...op.fused,
  });
}

function depthwise2d(op: OpContext, w: EmittedWindow): Code {
  const filter = op.weight(1, (stored) => op.helper('hwcm', splitMultiplier(op.node, stored, w.kernel)));
  const pad = padOf2d(w);
  const bias = biasOf(op);
  if (w.thin || (!bias && !op.fused)) {
    const plain = tf('depthwiseConv2d', op.input(0), filter, w.strides, pad, ...dilationArgs(w, 'NHWC'));
    return addBias(op, thinOut(op, plain, w));
  }
  // The fused kernel takes no padding that differs between sides.
  const uneven = typeof pad === 'object';
  return tf('fused.depthwiseConv2d', {
    x: uneven ? tf('pad', op.input(0), pad) : op.input(0),
    filter,
    strides: w.strides,
    pad: uneven ? 'valid' : pad,
    dilations: w.dilations,
    bias,
    ...op.fused,
  });
}

/** As a depthwise convolution of a map of height 1. */
function depthwise1d(op: OpContext, w: EmittedWindow): Code {
  const filter = op.weight(1, (stored) =>
    op.helper('hwcm', splitMultiplier(op.node, stored, [1, ...w.kernel])),
  );
  const { x, pad } = padFirst(op.input(0), w.pad);
  const flat = tf(
    'depthwiseConv2d',
    tf('expandDims<tf.Tensor4D>', x, 1),
    filter,
    w.strides,
    pad,
    ...dilationArgs({ ...w, dilations: w.dilations === undefined ? undefined : [1, w.dilations] }, 'NHWC'),
  );
  return addBias(op, thinOut(op, tf('squeeze<tf.Tensor3D>', flat, [1]), w));
}

/** [channels · m, 1, …kernel] → [channels, m, …kernel]; nothing to do for m = 1 in 2-D. */
function splitMultiplier(node: Node, stored: Code, kernel: readonly number[]): Code {
  const channels = inputChannels(node);
  const multiplier = (node.type.dims.at(-1) as number) / channels;
  const sameShape = multiplier === 1 && node.type.dims.length === 3;
  return sameShape ? stored : reshape(stored, [channels, multiplier, ...kernel], 0);
}

const kernelLayout = [undefined, 'lio', 'hwio', 'dhwio'] as const;
const dataFormat = ['', 'NWC', 'NHWC', 'NDHWC'];

/** One convolution, or one per group of channels. */
function plainConv(op: OpContext, w: EmittedWindow, groups: number): Code {
  const layout = kernelLayout[w.rank] ?? 'hwio';
  const padded = w.rank === 2 ? { x: op.input(0), pad: padOf2d(w) } : padFirst(op.input(0), w.pad);
  const { x, pad } = padded;
  const convolve = (input: Code, kernel: Code): Code =>
    tf(`conv${w.rank}d`, input, kernel, w.strides, pad, ...dilationArgs(w, dataFormat[w.rank] ?? ''));
  if (groups === 1) {
    const kernel = op.weight(1, (stored) => op.helper(layout, stored));
    return addBias(op, thinOut(op, convolve(x, kernel), w));
  }
  const kernels = op.weight(1, (stored) =>
    tf(`split<tf.Tensor${w.rank + 2}D>`, op.helper(layout, stored), groups, w.rank + 1),
  );
  const each = print(convolve(text('part'), text('kernel')));
  const result = op.helper('grouped', x, kernels, text(`(part, kernel) => ${each}`));
  return addBias(op, thinOut(op, result, w));
}

function dilationArgs(w: EmittedWindow, format: string): readonly Expression[] {
  return w.dilations === undefined ? [] : [format, w.dilations];
}

/** Every s-th element: what a strided kernel would have computed. */
function thinOut(op: OpContext, dense: Code, w: EmittedWindow): Code {
  if (!w.thin) return dense;
  const all = op.local('dense', dense);
  const zeros = [0, ...w.thin.map(() => 0), 0];
  const thinned = tf('stridedSlice', all, zeros, text(`${print(all)}.shape`), [1, ...w.thin, 1]);
  return cast(thinned, `tf.Tensor${w.rank + 2}D`);
}

function biasOf(op: OpContext): Code | undefined {
  return bool(op.node.attrs, 'bias') ? op.weight(2) : undefined;
}

export function addBias(op: OpContext, value: Code): Code {
  const bias = biasOf(op);
  return bias ? tf('add', value, bias) : value;
}
