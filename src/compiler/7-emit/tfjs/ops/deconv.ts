/**
 * Transposed convolutions: tfjs paints the whole map (`valid`), and what the padding cuts is sliced away. A dilated kernel is spread out
 * with zeros, which tfjs does not do by itself; groups run one by one.
 */
import type { Node } from '../../../ir/graph.ts';
import { sizeOf } from '../../../ir/type.ts';
import { bool, number } from '../../../ops/shared/attrs.ts';
import { spanOf, windowAttrs } from '../../../ops/shared/window.ts';
import { print, text, type Code } from '../../typescript/code.ts';
import { reshape, tf, type OpContext, type OpEmitter } from './emitter.ts';
import { collapse } from './window.ts';

export const deconv: OpEmitter = (op) => {
  const p = paintingOf(op.node);
  const x = p.rank === 1 ? tf('expandDims<tf.Tensor4D>', op.input(0), 1) : op.input(0);
  const painted =
    p.groups === 1
      ? paint(op, p, { x, kernel: op.weight(1, (stored) => kernelOf(op, p, stored)) })
      : paintGroups(op, p, x);
  const flat = p.rank === 1 ? tf('squeeze<tf.Tensor3D>', painted, [1]) : painted;
  const cut = cutBorder(op, p, flat);
  return bool(op.node.attrs, 'bias') ? tf('add', cut, op.weight(2)) : cut;
};

/** A deconvolution as tfjs runs it; 1-D as a map of height 1. */
interface Painting {
  readonly rank: number;
  readonly groups: number;
  /** Channels per group. */
  readonly channels: number;
  /** With the zeros of the dilation, per spatial axis. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Size of the whole painted map, at least the output's. */
  readonly painted: readonly number[];
  /** Where the output begins in it. */
  readonly begin: readonly number[];
}

function paintingOf(node: Node): Painting {
  const w = windowAttrs(node.attrs);
  const groups = number(node.attrs, 'groups');
  const output = node.type.dims.map(Number).slice(0, -1);
  const begin = w.kernel.map((_, i) => {
    if (w.pad !== 'same') return w.pad[i]?.[0] ?? 0;
    return Math.floor(Math.max(0, spanOf(w, i) - (w.stride[i] ?? 1)) / 2);
  });
  const input = node.inputs[0]?.type.dims.map(Number) ?? [];
  const painted = output.map((n, i) => {
    const whole = ((input[i] ?? 1) - 1) * (w.stride[i] ?? 1) + spanOf(w, i);
    return Math.max(whole, (begin[i] ?? 0) + n);
  });
  return {
    rank: w.kernel.length,
    groups,
    channels: Number(node.type.dims.at(-1)) / groups,
    kernel: w.kernel.map((_, i) => spanOf(w, i)),
    stride: w.stride,
    painted,
    begin,
  };
}

interface Operands {
  readonly x: Code;
  readonly kernel: Code;
}

function paint(op: OpContext, p: Painting, { x, kernel }: Operands): Code {
  const batch = text(`${print(op.input(0))}.shape[0]`);
  const flat = p.rank === 1 ? [1] : [];
  const shape = [batch, ...flat, ...p.painted, p.channels];
  const strides = collapse([...flat, ...p.stride]);
  return tf(`conv${p.rank === 3 ? 3 : 2}dTranspose`, x, kernel, shape, strides, 'valid');
}

function paintGroups(op: OpContext, p: Painting, x: Code): Code {
  const rank = p.rank === 3 ? 5 : 4;
  const kernels = op.weight(1, (stored) =>
    tf(`split<tf.Tensor${rank}D>`, kernelOf(op, p, stored), p.groups, rank - 1),
  );
  const each = print(paint(op, p, { x: text('part'), kernel: text('kernel') }));
  return op.helper('grouped', x, kernels, text(`(part, kernel) => ${each}`));
}

/** [in, out, …kernel] in tfjs' layout, spread out by the dilation. */
function kernelOf(op: OpContext, p: Painting, stored: Code): Code {
  const dims = op.node.inputs[1]?.type.dims.map(Number) ?? [];
  const spread = spreadKernel(op.node, p, stored);
  if (p.rank === 3) return op.helper('dhwoi', spread);
  return op.helper('hwoi', p.rank === 2 ? spread : reshape(spread, [...dims.slice(0, 2), 1, ...p.kernel], 0));
}

/** Zeros between the taps: each axis k becomes k × d cells, padded behind every tap, of which the last d − 1 are cut off. */
function spreadKernel(node: Node, p: Painting, stored: Code): Code {
  const { dilation } = windowAttrs(node.attrs);
  if (dilation.every((d) => d === 1)) return stored;
  const [inputs = 1, outputs = 1, ...kernel] = node.inputs[1]?.type.dims.map(Number) ?? [];
  return dilation.reduce((spread, d, i) => {
    const before = [inputs, outputs, ...p.kernel.slice(0, i)];
    const after = kernel.slice(i + 1);
    const cells = reshape(spread, [sizeOf(before), kernel[i] ?? 1, 1, sizeOf(after)], 0);
    const padded = tf('pad', cells, [
      [0, 0],
      [0, 0],
      [0, d - 1],
      [0, 0],
    ]);
    const joined = reshape(padded, [sizeOf(before), (kernel[i] ?? 1) * d, sizeOf(after)], 0);
    const cut = tf('slice', joined, [0, 0, 0], [-1, p.kernel[i] ?? 1, -1]);
    return reshape(cut, [...before, p.kernel[i] ?? 1, ...after], 0);
  }, stored);
}

function cutBorder(op: OpContext, p: Painting, painted: Code): Code {
  const output = op.node.type.dims.map(Number).slice(0, -1);
  if (output.every((n, i) => n === p.painted[i])) return painted;
  return tf('slice', painted, [0, ...p.begin, 0], [-1, ...output, -1]);
}
