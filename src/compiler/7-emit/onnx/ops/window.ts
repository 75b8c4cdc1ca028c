/** Convolutions and pools: the window's attributes as ONNX writes them, padding resolved to pixels. */
import type { Node } from '../../../ir/graph.ts';
import { bool, number } from '../../../ops/shared/attrs.ts';
import { concreteWindow, spanOf, windowAttrs } from '../../../ops/shared/window.ts';
import type { OnnxAttrs, OnnxContext, OnnxEmitter } from './emitter.ts';

/** kernel_shape, strides, pads (all begins, then all ends), and dilations where there are any. */
function windowOf(node: Node): OnnxAttrs {
  const w = concreteWindow(windowAttrs(node.attrs), node.inputs[0]?.type ?? node.type, node.type);
  return {
    kernel_shape: w.kernel,
    strides: w.stride,
    pads: [...w.pads.map(([begin]) => begin), ...w.pads.map(([, end]) => end)],
    ...(w.dilation.some((d) => d !== 1) && { dilations: w.dilation }),
  };
}

export const conv: OnnxEmitter = (op) => convolution(op, number(op.node.attrs, 'groups'));

export const dwconv: OnnxEmitter = (op) => convolution(op, Number(op.node.inputs[0]?.type.dims.at(-1)));

function convolution(op: OnnxContext, group: number): string {
  const bias = bool(op.node.attrs, 'bias') ? [op.weight(2)] : [];
  return op.emit('Conv', [op.input(0), op.weight(1), ...bias], { ...windowOf(op.node), group });
}

export const maxpool: OnnxEmitter = (op) => op.emit('MaxPool', [op.input(0)], windowOf(op.node));

export const avgpool: OnnxEmitter = (op) =>
  op.emit('AveragePool', [op.input(0)], {
    ...windowOf(op.node),
    count_include_pad: op.node.attrs.count_padding === true ? 1 : 0,
  });

/** What padding cuts from the painted map; a negative cut at the end adds pixels. */
export const deconv: OnnxEmitter = (op) => {
  const { attrs } = op.node;
  const w = windowAttrs(attrs);
  const cuts = w.kernel.map((_, i): readonly [number, number] => {
    if (w.pad !== 'same') return [w.pad[i]?.[0] ?? 0, (w.pad[i]?.[1] ?? 0) - number(attrs, 'output_pad')];
    const total = spanOf(w, i) - (w.stride[i] ?? 1);
    const begin = Math.floor(Math.max(0, total) / 2);
    return [begin, total - begin];
  });
  const bias = bool(attrs, 'bias') ? [op.weight(2)] : [];
  return op.emit('ConvTranspose', [op.input(0), op.weight(1), ...bias], {
    kernel_shape: w.kernel,
    strides: w.stride,
    dilations: w.dilation,
    group: number(attrs, 'groups'),
    pads: [...cuts.map(([begin]) => begin), ...cuts.map(([, end]) => Math.max(0, end))],
    output_padding: cuts.map(([, end]) => Math.max(0, -end)),
  });
};
