/**
 * Orders of axes in weight files. Ours is PyTorch's: conv [O, I, k…], depthwise [C·m, 1, k…], dense [O, I]. Keras and
 * TensorFlow.js keep kernels as [k…, I, O], depthwise as [k…, C, m], dense as [I, O].
 */

/** What the axes of a kernel mean; decides how Keras' order becomes ours. */
export type KernelRole = 'conv' | 'depthwise' | 'deconv' | 'dense' | 'plain';

/** result[i…] = data with axes reordered: axis j of the result is axis order[j] of `shape`. */
export function transpose(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1));
  const dims = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const out = new Float32Array(data.length);
  const index = new Array<number>(dims.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] ?? 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis] ?? 0;
      if (++index[axis]! < (dims[axis] ?? 1)) break;
      from -= (steps[axis] ?? 0) * (dims[axis] ?? 1);
      index[axis] = 0;
    }
  }
  return out;
}

/** Our shape of a Keras kernel, or undefined where the rank is wrong for the role. */
export function shapeFromKeras(role: KernelRole, shape: readonly number[]): readonly number[] | undefined {
  const [a = 0, b = 0] = shape.slice(-2);
  const window = shape.slice(0, -2);
  switch (role) {
    case 'plain':
      return shape;
    case 'dense':
      return shape.length === 2 ? [b, a] : undefined;
    case 'conv':
      return shape.length >= 3 ? [b, a, ...window] : undefined;
    case 'deconv':
      return shape.length >= 3 ? [b, a, ...window] : undefined;
    case 'depthwise':
      return shape.length >= 3 ? [a * b, 1, ...window] : undefined;
  }
}

/** Keras' shape of one of our kernels: the inverse of `shapeFromKeras`; `multiplier` is outputs per channel of a depthwise one. */
export function shapeToKeras(role: KernelRole, shape: readonly number[], multiplier = 1): readonly number[] {
  const [a = 0, b = 0, ...window] = shape;
  switch (role) {
    case 'plain':
      return shape;
    case 'dense':
      return [b, a];
    case 'conv':
    case 'deconv':
      return [...window, b, a];
    case 'depthwise':
      return [...window, a / multiplier, multiplier];
  }
}

/**
 * Data in Keras' order (of shape `shape`) → ours. A transposed convolution is [k…, O, I] in Keras and [I, O, k…] in PyTorch,
 * so it takes the same permutation as a convolution; [k…, C, m] of a depthwise one flattens to C·m.
 */
export function fromKeras(
  role: KernelRole,
  shape: readonly number[],
  data: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const rank = shape.length;
  const window = Array.from({ length: rank - 2 }, (_, i) => i);
  switch (role) {
    case 'plain':
      return data;
    case 'dense':
      return transpose(data, shape, [1, 0]);
    case 'conv':
    case 'deconv':
      return transpose(data, shape, [rank - 1, rank - 2, ...window]);
    case 'depthwise':
      return transpose(data, shape, [rank - 2, rank - 1, ...window]);
  }
}
