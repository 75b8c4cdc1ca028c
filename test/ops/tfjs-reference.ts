/**
 * What TensorFlow.js computes for each operator that it can express: an implementation written by others, called with the same numbers.
 * Tensors come without batch axis; weights in our on-disk layout (PyTorch's).
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-backend-cpu';
import type { Attrs, Node } from '../../src/compiler/ir/graph.ts';
import { concreteDim } from '../../src/compiler/ir/dim.ts';
import { shapeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import { concreteWindow, windowAttrs } from '../../src/compiler/ops/shared/window.ts';

export type Reference = (inputs: readonly tf.Tensor[], attrs: Attrs, node: Node) => tf.Tensor;

/** The reference's result, flat. */
export function runTfjs(reference: Reference, node: Node, values: readonly Tensor[]): ArrayLike<number> {
  return tf.tidy(() => {
    const inputs = values.map((value, i) =>
      tf.tensor(
        Float32Array.from(value.data),
        [...value.shape],
        node.inputs[i]?.type.dtype === 'i32' ? 'int32' : 'float32',
      ),
    );
    return reference(inputs, node.attrs, node).dataSync();
  });
}

const at = (inputs: readonly tf.Tensor[], i: number): tf.Tensor => inputs[i] as tf.Tensor;
const number = (attrs: Attrs, name: string): number => attrs[name] as number;

/** One function of the first input. */
const unary =
  (f: (x: tf.Tensor, attrs: Attrs) => tf.Tensor): Reference =>
  (inputs, attrs) =>
    f(at(inputs, 0), attrs);

/** Inputs brought to the output's axes (size 1 where an axis is missing), for TensorFlow's positional broadcasting. */
const aligned = (inputs: readonly tf.Tensor[], node: Node): tf.Tensor[] =>
  inputs.map((x, i) => {
    const type = node.inputs[i]?.type;
    const shape = node.type.axes.map((axis) => {
      const found = type?.axes.indexOf(axis) ?? -1;
      return found === -1 ? 1 : concreteDim(type?.dims[found] ?? 1);
    });
    return x.reshape(shape);
  });

const nary =
  (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Reference =>
  (inputs, _, node) =>
    aligned(inputs, node).reduce((a, b) => f(a, b));

/** Convolution by its definition in TensorFlow's terms: explicit zero padding, then a `valid` convolution per group. */
const conv: Reference = (inputs, attrs, node) => {
  const x = windowPadded(at(inputs, 0), node, 0);
  const weight = at(inputs, 1);
  const w = windowAttrs(attrs);
  const rank = w.kernel.length;
  const groups = node.op === 'conv' ? number(attrs, 'groups') : (at(inputs, 0).shape.at(-1) ?? 1);
  // [O, I, k…] → [k…, I, O]
  const filter = weight.transpose([...w.kernel.map((_, i) => i + 2), 1, 0]);
  const parts = tf.split(x, groups, -1).map((part, g) => {
    const perOut = (weight.shape[0] ?? 1) / groups;
    const size = [...filter.shape.slice(0, -1), perOut];
    const own = filter.slice([...Array<number>(rank + 1).fill(0), g * perOut], size);
    return convolve(part.expandDims(0), own, w);
  });
  const y = tf.concat(parts, -1).squeeze([0]);
  const bias = attrs.bias === true ? inputs[2] : undefined;
  return bias ? y.add(bias) : y;
};

/** Stride and dilation together are not supported: a dilated convolution is done at stride 1 and then thinned out. */
function convolve(
  x: tf.Tensor,
  filter: tf.Tensor,
  { stride, dilation }: ReturnType<typeof windowAttrs>,
): tf.Tensor {
  const dilated = dilation.some((d) => d !== 1);
  const steps = dilated ? stride.map(() => 1) : [...stride];
  const y = valid(x, filter, steps, [...dilation]);
  return dilated
    ? tf.stridedSlice(
        y,
        y.shape.map(() => 0),
        [...y.shape],
        [1, ...stride, 1],
      )
    : y;
}

function valid(x: tf.Tensor, filter: tf.Tensor, stride: number[], dilation: number[]): tf.Tensor {
  if (stride.length === 1) {
    const [row, kernel] = [x.expandDims<tf.Tensor4D>(1), filter.expandDims<tf.Tensor4D>(0)];
    return tf.conv2d(row, kernel, [1, stride[0] ?? 1], 'valid', 'NHWC', [1, dilation[0] ?? 1]).squeeze([1]);
  }
  type Two = [number, number];
  type Three = [number, number, number];
  return stride.length === 2
    ? tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride as Two, 'valid', 'NHWC', dilation as Two)
    : tf.conv3d(
        x as tf.Tensor5D,
        filter as tf.Tensor5D,
        stride as Three,
        'valid',
        'NDHWC',
        dilation as Three,
      );
}

function windowPadded(x: tf.Tensor, node: Node, value: number): tf.Tensor {
  const window = concreteWindow(windowAttrs(node.attrs), (node.inputs[0] as Node).type, node.type);
  return tf.pad(x, [...window.pads.map(([b, e]): [number, number] => [b, e]), [0, 0]], value);
}

/** Pools as the combination of the window's shifted, strided views: works for every rank and padding. */
function pooled(x: tf.Tensor, node: Node, combine: (views: tf.Tensor[]) => tf.Tensor): tf.Tensor {
  const { kernel, stride, output } = concreteWindow(
    windowAttrs(node.attrs),
    (node.inputs[0] as Node).type,
    node.type,
  );
  const taps = kernel.reduce<number[][]>(
    (all, k) => all.flatMap((t) => [...Array(k).keys()].map((i) => [...t, i])),
    [[]],
  );
  const channels = x.shape.at(-1) ?? 1;
  const views = taps.map((tap) =>
    tf.stridedSlice(
      x,
      [...tap, 0],
      [...tap.map((t, i) => t + ((output[i] ?? 1) - 1) * (stride[i] ?? 1) + 1), channels],
      [...stride, 1],
    ),
  );
  return combine(views);
}

const maxpool: Reference = (inputs, _, node) =>
  pooled(windowPadded(at(inputs, 0), node, -Infinity), node, (views) =>
    views.reduce((a, b) => tf.maximum(a, b)),
  );

const avgpool: Reference = (inputs, attrs, node) => {
  const x = at(inputs, 0);
  const sum = pooled(windowPadded(x, node, 0), node, (views) => tf.addN(views));
  const ones = windowPadded(tf.onesLike(x), node, attrs.count_padding === true ? 1 : 0);
  return sum.div(pooled(ones, node, (views) => tf.addN(views)));
};

const axisNumbers = (node: Node, axes: readonly string[]): number[] =>
  axes.map((axis) => (node.inputs[0] as Node).type.axes.indexOf(axis));

/** The axes that the result lacks. */
const reduced = (node: Node): number[] =>
  axisNumbers(
    node,
    (node.inputs[0] as Node).type.axes.filter((axis) => !node.type.axes.includes(axis)),
  );

const reduction =
  (f: (x: tf.Tensor, axes: number[]) => tf.Tensor): Reference =>
  (inputs, _, node) =>
    reduced(node).length === 0 ? at(inputs, 0) : f(at(inputs, 0), reduced(node));

const bn: Reference = ([x, ...rest], attrs) => {
  const scale = attrs.scale === true ? rest.shift() : undefined;
  const shift = attrs.shift === true ? rest.shift() : undefined;
  const [mean, variance] = rest as tf.Tensor1D[];
  return tf.batchNorm(
    x as tf.Tensor,
    mean as tf.Tensor1D,
    variance as tf.Tensor1D,
    shift as tf.Tensor1D,
    scale as tf.Tensor1D,
    number(attrs, 'eps'),
  );
};

/** Along a named axis: moved to the end, where TensorFlow's softmax works. */
const alongAxis =
  (f: (x: tf.Tensor) => tf.Tensor): Reference =>
  (inputs, attrs, node) => {
    const order = node.type.axes.map((_, i) => i);
    const [axis = 0] = axisNumbers(node, [attrs.axis as string]);
    const moved = [...order.filter((i) => i !== axis), axis];
    return f(at(inputs, 0).transpose(moved)).transpose(order.map((i) => moved.indexOf(i)));
  };

/** The edge repeated: one row at a time, since TensorFlow.js has no such mode. */
function edgePad(x: tf.Tensor, pads: readonly (readonly [number, number])[]): tf.Tensor {
  return pads.reduce((padded, [begin, end], axis) => {
    const size = padded.shape[axis] ?? 1;
    const indices = Array.from({ length: begin + size + end }, (_, i) =>
      Math.min(Math.max(i - begin, 0), size - 1),
    );
    return tf.gather(padded, tf.tensor1d(indices, 'int32'), axis);
  }, x);
}

/** The painted map as a convolution: zeros between the input's pixels, a border, and the kernel turned round. */
const deconv: Reference = (inputs, attrs, node) => {
  const [w, groups] = [windowAttrs(attrs), number(attrs, 'groups')];
  const rank = w.kernel.length;
  const spread = w.stride.reduce((x, stride, axis) => spreadOut(x, stride, axis), at(inputs, 0));
  const output = shapeOf(node.type);
  const bordered = w.stride.reduce((x, stride, axis) => {
    const span = (w.dilation[axis] ?? 1) * ((w.kernel[axis] ?? 1) - 1) + 1;
    const total = Math.max(0, span - stride);
    const cut = w.pad === 'same' ? Math.floor(total / 2) : (w.pad[axis]?.[0] ?? 0);
    const begin = span - 1 - cut;
    return shifted(x, { axis, begin, size: (output[axis] ?? 1) + span - 1 });
  }, spread);
  const turned = tf.reverse(
    at(inputs, 1),
    w.kernel.map((_, i) => i + 2),
  );
  // [I, O, k…] → [k…, I, O]
  const filter = turned.transpose([...w.kernel.map((_, i) => i + 2), 0, 1]);
  const filters = tf.split(filter, groups, rank);
  const parts = tf.split(bordered, groups, -1).map((part, g) => {
    const steps = { ...w, stride: w.stride.map(() => 1) };
    return convolve(part.expandDims(0), filters[g] as tf.Tensor, steps);
  });
  const y = tf.concat(parts, -1).squeeze([0]);
  return attrs.bias === true ? y.add(at(inputs, 2)) : y;
};

/** `stride − 1` zeros between neighbours along an axis. */
function spreadOut(x: tf.Tensor, stride: number, axis: number): tf.Tensor {
  const wide = x.expandDims(axis + 1);
  const padded = tf.pad(
    wide,
    wide.shape.map((_, i): [number, number] => (i === axis + 1 ? [0, stride - 1] : [0, 0])),
  );
  return padded.reshape(x.shape.map((n, i) => (i === axis ? n * stride : n)));
}

/** `begin` zeros before an axis (or that many elements less), then cut or filled up to `size`. */
function shifted(
  x: tf.Tensor,
  { axis, begin, size }: { readonly axis: number; readonly begin: number; readonly size: number },
): tf.Tensor {
  const filled = tf.pad(
    x,
    x.shape.map((_, i): [number, number] => (i === axis ? [Math.max(0, begin), size] : [0, 0])),
  );
  const from = filled.shape.map((_, i) => (i === axis ? Math.max(0, -begin) : 0));
  return tf.slice(
    filled,
    from,
    filled.shape.map((n, i) => (i === axis ? size : n)),
  );
}

function normalised(inputs: readonly tf.Tensor[], node: Node, axes: number[]): tf.Tensor {
  const [x, ...weights] = aligned(inputs, node);
  const { mean, variance } = tf.moments(x as tf.Tensor, axes, true);
  const scale = node.attrs.scale === true ? weights.shift() : undefined;
  const normal = (x as tf.Tensor).sub(mean).div(variance.add(number(node.attrs, 'eps')).sqrt());
  const scaled = scale ? normal.mul(scale) : normal;
  return weights[0] ? scaled.add(weights[0]) : scaled;
}

/** One axis after the other, each as an image of one column. */
const resize: Reference = (inputs, attrs, node) =>
  shapeOf(node.type)
    .slice(0, -1)
    .reduce(
      (x, size, axis) => {
        const order = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
        const moved = x.transpose(order);
        const image = moved.reshape<tf.Tensor3D>([x.shape[axis] ?? 1, 1, -1]);
        const corners = attrs.grid === 'corners';
        const resized = tf.image.resizeBilinear(image, [size, 1], corners, !corners);
        return resized
          .reshape([size, ...moved.shape.slice(1)])
          .transpose(order.map((_, i) => order.indexOf(i)));
      },
      at(inputs, 0),
    );

/** Operators that TensorFlow.js has no counterpart for; their oracle is checked by the other rows of the conformance test. */
export const notInTfjs: readonly string[] = [
  'map',
  'axis_grad',
  'conv_weight_grad',
  'lrn_grad',
  'phase_kernel',
  'pool_grad',
  'qconv',
  'round_sums',
];

export const tfjsReference: Readonly<Record<string, Reference>> = {
  conv,
  dwconv: conv,
  dense: (inputs, attrs) => {
    const y = tf.dot(at(inputs, 1), at(inputs, 0));
    return attrs.bias === true ? y.add(at(inputs, 2)) : y;
  },
  maxpool,
  avgpool,
  gap: reduction((x, axes) => x.mean(axes)),
  gmp: reduction((x, axes) => x.max(axes)),
  bn,
  dropout: unary((x) => x),
  identity: unary((x) => x),
  flatten: unary((x) => x.reshape([-1])),
  relu: unary((x) => tf.relu(x)),
  relu6: unary((x) => tf.relu6(x)),
  leaky_relu: unary((x, attrs) => tf.leakyRelu(x, number(attrs, 'slope'))),
  prelu: (inputs) => tf.prelu(at(inputs, 0), at(inputs, 1)),
  elu: unary((x) => tf.elu(x)),
  selu: unary((x) => tf.selu(x)),
  sigmoid: unary((x) => tf.sigmoid(x)),
  tanh: unary((x) => tf.tanh(x)),
  hsigmoid: unary((x) => tf.relu6(x.add(3)).div(6)),
  hswish: unary((x) => x.mul(tf.relu6(x.add(3)).div(6))),
  silu: unary((x) => x.mul(tf.sigmoid(x))),
  gelu: unary((x) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1))),
  mish: unary((x) => x.mul(tf.tanh(tf.softplus(x)))),
  softplus: unary((x) => tf.softplus(x)),
  clamp: unary((x, attrs) => tf.clipByValue(x, number(attrs, 'low'), number(attrs, 'high'))),
  softmax: alongAxis((x) => tf.softmax(x)),
  log_softmax: alongAxis((x) => tf.logSoftmax(x)),
  abs: unary((x) => tf.abs(x)),
  square: unary((x) => tf.square(x)),
  sqrt: unary((x) => tf.sqrt(x)),
  exp: unary((x) => tf.exp(x)),
  log: unary((x) => tf.log(x)),
  neg: unary((x) => tf.neg(x)),
  add: nary((a, b) => tf.add(a, b)),
  sub: nary((a, b) => tf.sub(a, b)),
  mul: nary((a, b) => tf.mul(a, b)),
  div: nary((a, b) => tf.div(a, b)),
  max: nary((a, b) => tf.maximum(a, b)),
  min: nary((a, b) => tf.minimum(a, b)),
  sum: reduction((x, axes) => x.sum(axes)),
  mean: reduction((x, axes) => x.mean(axes)),
  reduce_max: reduction((x, axes) => x.max(axes)),
  reduce_min: reduction((x, axes) => x.min(axes)),
  l2norm: reduction((x, axes) => x.square().sum(axes).sqrt()),
  pad: (inputs, attrs) => {
    const pads = (attrs.pads as [number, number][]).map(([b, e]): [number, number] => [b, e]);
    if (attrs.mode === 'value') return tf.pad(at(inputs, 0), pads, number(attrs, 'value'));
    return attrs.mode === 'reflect'
      ? tf.mirrorPad(at(inputs, 0), pads, 'reflect')
      : edgePad(at(inputs, 0), pads);
  },
  crop: (inputs, attrs, node) =>
    tf.slice(
      at(inputs, 0),
      (attrs.pads as [number, number][]).map(([b]) => b),
      shapeOf(node.type) as number[],
    ),
  slice: (inputs, attrs, node) => {
    const axes = attrs.axes as string[];
    const begins = (node.inputs[0] as Node).type.axes.map((axis, i) => {
      const begin = (attrs.begin as number[])[axes.indexOf(axis)] ?? 0;
      return begin < 0 ? begin + (at(inputs, 0).shape[i] ?? 0) : begin;
    });
    return tf.slice(at(inputs, 0), begins, shapeOf(node.type) as number[]);
  },
  split: (inputs, attrs, node) =>
    tf.split(at(inputs, 0), number(attrs, 'parts'), axisNumbers(node, [attrs.axis as string])[0])[
      number(attrs, 'part')
    ] as tf.Tensor,
  concat: (inputs, attrs, node) => tf.concat([...inputs], axisNumbers(node, [attrs.axis as string])[0]),
  reshape: (inputs, _, node) => at(inputs, 0).reshape(shapeOf(node.type) as number[]),
  rename: unary((x) => x),
  transpose: (inputs, attrs, node) => at(inputs, 0).transpose(axisNumbers(node, attrs.axes as string[])),
  deconv,
  ln: (inputs, attrs, node) => normalised(inputs, node, axisNumbers(node, attrs.axes as string[])),
  in_norm: (inputs, _, node) =>
    normalised(
      inputs,
      node,
      node.type.dims.slice(0, -1).map((_, i) => i),
    ),
  lrn: (inputs, attrs, node) => {
    const rows = at(inputs, 0).reshape<tf.Tensor3D>([1, -1, Number(node.type.dims.at(-1))]);
    const radius = (number(attrs, 'size') - 1) / 2;
    return tf.localResponseNormalization(
      rows,
      radius,
      number(attrs, 'k'),
      number(attrs, 'alpha'),
      number(attrs, 'beta'),
    );
  },
  upsample: (inputs, attrs) =>
    (attrs.factor as number[]).reduce(
      (x, factor, axis) => {
        const indices = Array.from({ length: (x.shape[axis] ?? 1) * factor }, (_, i) =>
          Math.floor(i / factor),
        );
        return tf.gather(x, tf.tensor1d(indices, 'int32'), axis);
      },
      at(inputs, 0),
    ),
  resize,
  space_to_depth: (inputs, attrs, node) => {
    const [block, rank] = [number(attrs, 'block'), node.type.dims.length - 1];
    const split = at(inputs, 0).shape.flatMap((n, i) => (i < rank ? [n / block, block] : [n]));
    const order = [...split.keys()].filter((i) => i % 2 === 0 && i < 2 * rank);
    const within = order.map((i) => i + 1);
    return at(inputs, 0)
      .reshape(split)
      .transpose([...order, ...within, 2 * rank]);
  },
  depth_to_space: (inputs, attrs, node) => {
    const [block, rank] = [number(attrs, 'block'), node.type.dims.length - 1];
    const spatial = at(inputs, 0).shape.slice(0, -1);
    const split = [...spatial, ...spatial.map(() => block), Number(node.type.dims.at(-1))];
    const order = spatial.flatMap((_, i) => [i, rank + i]);
    return at(inputs, 0)
      .reshape(split)
      .transpose([...order, 2 * rank]);
  },
  embedding: (inputs) => tf.gather(at(inputs, 1), at(inputs, 0).toInt()),
  one_hot: (inputs, attrs) => tf.oneHot(at(inputs, 0).toInt(), number(attrs, 'classes')),
  matmul: (inputs, _, node) => {
    const letters = new Map<string, string>();
    const letter = (axis: string): string => {
      if (!letters.has(axis)) letters.set(axis, 'abcdefgh'[letters.size] ?? '');
      return letters.get(axis) ?? '';
    };
    const [a, b, out] = [...node.inputs, node].map((n) => n.type.axes.map(letter).join(''));
    return tf.einsum(`${a},${b}->${out}`, at(inputs, 0), at(inputs, 1));
  },
  gram: (inputs, _, node) => {
    const rows = at(inputs, 0).reshape<tf.Tensor2D>([-1, Number(node.type.dims.at(-1))]);
    return tf.matMul(rows, rows, true).div(rows.shape[0]);
  },
  mse: (inputs) => tf.losses.meanSquaredError(at(inputs, 1), at(inputs, 0)),
  mae: (inputs) => tf.losses.absoluteDifference(at(inputs, 1), at(inputs, 0)),
  huber: (inputs, attrs) =>
    tf.losses.huberLoss(at(inputs, 1), at(inputs, 0), undefined, number(attrs, 'delta')),
  bce: (inputs) => tf.losses.sigmoidCrossEntropy(at(inputs, 1), at(inputs, 0)),
  crossentropy: (inputs) => {
    const logits = at(inputs, 0);
    const [target, classes] = [at(inputs, 1), logits.shape.at(-1) ?? 1];
    const rows = target.rank === logits.rank ? target : tf.oneHot(target.toInt(), classes);
    return tf.losses.softmaxCrossEntropy(rows.reshape([-1, classes]), logits.reshape([-1, classes]));
  },
  argmax: (inputs, attrs, node) => tf.argMax(at(inputs, 0), axisNumbers(node, [attrs.axis as string])[0]),
};
