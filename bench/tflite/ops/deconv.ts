/**
 * Transposed convolutions. The format has them for 2-D maps without groups and dilation: kernels are spread with zeros for those. The whole
 * map is painted, and what the padding cuts is sliced away. A volume is a convolution of its pixels set apart by zeros.
 */
import type { Node } from '../../../src/compiler/ir/graph.ts';
import { sizeOf, type Tensor } from '../../../src/compiler/ir/type.ts';
import { number } from '../../../src/compiler/ops/shared/attrs.ts';
import { spanOf, windowAttrs } from '../../../src/compiler/ops/shared/window.ts';
import { padding } from '../schema.ts';
import { inputType, ownShape, type TensorId, type TfliteContext, type TfliteEmitter } from './emitter.ts';
import { asPlane, biasOf, noBias, padSpatial, reordered, ungrouped } from './window.ts';

export const deconv: TfliteEmitter = (op) => {
  const p = paintingOf(op.node);
  // Where the output reaches beyond what is painted there is nothing but the bias.
  const beyond = p.output.map((n, i) => Math.max(0, (p.begin[i] ?? 0) + n - (p.painted[i] ?? 1)));
  const reaches = beyond.some((n) => n > 0);
  const paint = p.span.length === 3 ? paintVolume : paintPlane;
  const painted = paint(op, p, reaches ? noBias(op) : biasOf(op));
  const all = padSpatial(op, painted, { pads: beyond.map((n) => [0, n]), value: 0 });
  const cut = op.reshape(cutBorder(op, all, p), ownShape(op));
  if (!reaches) return cut;
  return op.emit('ADD', [cut, biasOf(op)], { shape: ownShape(op), options: { activation: 0 } });
};

/** Per spatial axis, of which there are at least two: a signal is a map of height 1. */
interface Painting {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Cells that a kernel covers, with the zeros of its dilation. */
  readonly span: readonly number[];
  /** Size of the whole painted map. */
  readonly painted: readonly number[];
  /** Where the output begins in it. */
  readonly begin: readonly number[];
}

function paintingOf(node: Node): Painting {
  const w = windowAttrs(node.attrs);
  const spatial = w.kernel.length;
  const one = spatial === 1 ? [1] : [];
  const [input = [], output = []] = [node.inputs[0]?.type ?? node.type, node.type].map((type) => [
    ...one,
    ...type.dims.map(Number).slice(0, spatial),
  ]);
  const stride = [...one, ...w.stride];
  const span = [...one, ...w.kernel.map((_, i) => spanOf(w, i))];
  const begins = w.kernel.map((_, i) =>
    w.pad === 'same' ? Math.floor(Math.max(0, spanOf(w, i) - (w.stride[i] ?? 1)) / 2) : (w.pad[i]?.[0] ?? 0),
  );
  return {
    input,
    output,
    stride,
    dilation: [...one, ...w.dilation],
    span,
    painted: input.map((n, i) => (n - 1) * (stride[i] ?? 1) + (span[i] ?? 1)),
    begin: [...one.map(() => 0), ...begins],
  };
}

/** [in, out/groups, k…] of all groups, spread out. */
function spreadKernel(op: TfliteContext, p: Painting, stored: Tensor): Tensor {
  const wide = ungrouped(asPlane(stored), number(op.node.attrs, 'groups'));
  const [inputs = 1, outputs = 1, ...kernel] = wide.shape;
  const taps = sizeOf(kernel);
  const data = new Float32Array(inputs * outputs * sizeOf(p.span));
  for (let i = 0; i < wide.data.length; i++) {
    let [rest, at, step] = [i % taps, 0, 1];
    for (let axis = kernel.length - 1; axis >= 0; axis--) {
      const size = kernel[axis] ?? 1;
      at += (rest % size) * (p.dilation[axis] ?? 1) * step;
      rest = Math.floor(rest / size);
      step *= p.span[axis] ?? 1;
    }
    data[Math.floor(i / taps) * sizeOf(p.span) + at] = wide.data[i] ?? 0;
  }
  return { shape: [inputs, outputs, ...p.span], data };
}

function paintPlane(op: TfliteContext, p: Painting, bias: TensorId): TensorId {
  const x = op.reshape(op.input(0), [1, ...p.input, Number(inputType(op).dims.at(-1))]);
  // [I, O, h, w] → [O, h, w, I]
  const filter = op.weight(1, (stored) => reordered(spreadKernel(op, p, stored), [1, 2, 3, 0]));
  const shape = [1, ...p.painted, Number(op.node.type.dims.at(-1))];
  const [strideH = 1, strideW = 1] = p.stride;
  return op.emit('TRANSPOSE_CONV', [op.ints(shape), filter, x, bias], {
    shape,
    options: { padding: padding.VALID, strideW, strideH },
  });
}

/** Pixels set apart by zeros, then a convolution with the kernel turned around. */
function paintVolume(op: TfliteContext, p: Painting, bias: TensorId): TensorId {
  const apart = p.stride.reduce(
    (x, stride, axis) => setApart(op, x, { stride, axis: axis + 1 }),
    op.input(0),
  );
  const pads = p.span.map((n): readonly [number, number] => [n - 1, n - 1]);
  const x = padSpatial(op, apart, { pads, value: 0 });
  const filter = op.weight(1, (stored) => {
    const { shape, data } = spreadKernel(op, p, stored);
    const taps = sizeOf(p.span);
    const turned = data.map((_, i) => data[i - (i % taps) + (taps - 1 - (i % taps))] ?? 0);
    // [I, O, d, h, w] → [d, h, w, I, O]
    return reordered({ shape, data: turned }, [2, 3, 4, 0, 1]);
  });
  const ones = {
    strideD: 1,
    strideW: 1,
    strideH: 1,
    activation: 0,
    dilationD: 1,
    dilationW: 1,
    dilationH: 1,
  };
  return op.emit('CONV_3D', [x, filter, bias], {
    shape: [1, ...p.painted, Number(op.node.type.dims.at(-1))],
    options: { padding: padding.VALID, ...ones },
  });
}

/** n places become (n − 1)·stride + 1, with zeros in between. */
function setApart(
  op: TfliteContext,
  x: TensorId,
  { stride, axis }: { readonly stride: number; readonly axis: number },
): TensorId {
  if (stride === 1) return x;
  const shape = op.shapeOf(x);
  const [before, size, after] = [
    sizeOf(shape.slice(0, axis)),
    shape[axis] ?? 1,
    sizeOf(shape.slice(axis + 1)),
  ];
  const cells = op.reshape(x, [before, size, 1, after]);
  const pads = op.ints([0, 0, 0, 0, 0, stride - 1, 0, 0], [4, 2]);
  const padded = op.emit('PAD', [cells, pads], { shape: [before, size, stride, after] });
  const joined = op.reshape(padded, [before, size * stride, 1, after]);
  const kept = [before, (size - 1) * stride + 1, 1, after];
  const cut = op.emit('SLICE', [joined, op.ints([0, 0, 0, 0]), op.ints(kept)], { shape: kept });
  return op.reshape(cut, shape.with(axis, kept[1] ?? 1));
}

function cutBorder(op: TfliteContext, painted: TensorId, p: Painting): TensorId {
  const shape = [1, ...p.output, Number(op.node.type.dims.at(-1))];
  if (op.shapeOf(painted).join() === shape.join()) return painted;
  return op.emit('SLICE', [painted, op.ints([0, ...p.begin, 0]), op.ints(shape)], { shape });
}
