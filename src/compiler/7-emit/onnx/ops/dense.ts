/**
 * Fully connected layers and the flatten before them. Our flatten is channels last, ONNX values are channels first: where only dense layers read
 * a flattened value, it stays channels first and their weights' columns are reordered instead.
 */
import type { Node } from '../../../ir/graph.ts';
import { sizeOf, type Tensor } from '../../../ir/type.ts';
import { bool } from '../../../ops/shared/attrs.ts';
import { inputType, onnxDims, type OnnxEmitter } from './emitter.ts';
import { channelsLast } from './shape.ts';

export const dense: OnnxEmitter = (op) => {
  const source = op.node.inputs[0];
  const reorder = source?.op === 'flatten' && op.keepsChannelsFirst(source);
  const weight = op.weight(1, reorder ? (stored) => reorderColumns(stored, source) : undefined);
  const bias = bool(op.node.attrs, 'bias') ? [op.weight(2)] : [];
  return op.emit('Gemm', [op.input(0), weight, ...bias], { transB: 1 });
};

export const flatten: OnnxEmitter = (op) => {
  const x = op.keepsChannelsFirst(op.node) ? op.input(0) : channelsLast(op, op.input(0), inputType(op));
  return op.emit('Reshape', [x, op.ints([1, sizeOf(onnxDims(op.node.type))])]);
};

/** Column (place, channel) of the stored matrix becomes column (channel, place). */
function reorderColumns({ shape, data }: Tensor, flattened: Node): Tensor {
  const type = flattened.inputs[0]?.type ?? flattened.type;
  if (type.axes.at(-1) !== 'C') return { shape, data };
  const dims = type.dims.map(Number);
  const channels = dims.at(-1) ?? 1;
  const columns = sizeOf(dims);
  const places = columns / channels;
  const reordered = Float32Array.from(data, (_, i) => {
    const column = i % columns;
    const from = (column % places) * channels + Math.floor(column / places);
    return data[i - column + from] ?? NaN;
  });
  return { shape, data: reordered };
}
