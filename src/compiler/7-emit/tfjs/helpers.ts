/**
 * Small functions that emitted files carry along when a network needs them: the layouts of weights (from the file's, which are PyTorch's,
 * to TensorFlow.js'), grouped convolution, and the safetensors reader. Text on purpose: a reader of the emitted file reads exactly this.
 */

export type HelperName =
  | 'batchNorm'
  | 'readBatchNorm'
  | 'lio'
  | 'hwio'
  | 'dhwio'
  | 'hwcm'
  | 'hwoi'
  | 'dhwoi'
  | 'grouped'
  | 'safetensors';

/** Helpers that a helper calls. */
export const helperNeeds: Partial<Readonly<Record<HelperName, HelperName>>> = {
  readBatchNorm: 'safetensors',
};

/** Every helper in the order in which they appear in a file. */
export const helpers: Readonly<Record<HelperName, string>> = {
  batchNorm: `/** Batch normalisation with the running statistics. */
function batchNorm<T extends tf.Tensor>(x: T, layer: ReturnType<typeof readBatchNorm>, epsilon: number): T {
  const { mean, variance, offset, scale } = layer;
  return tf.batchNorm(x as tf.Tensor, mean, variance, offset, scale, epsilon) as T;
}`,
  readBatchNorm: `/** The four vectors of one batch normalisation. */
function readBatchNorm(read: Read, path: string, channels: number) {
  return {
    scale: read(\`\${path}.weight\`, [channels]),
    offset: read(\`\${path}.bias\`, [channels]),
    mean: read(\`\${path}.running_mean\`, [channels]),
    variance: read(\`\${path}.running_var\`, [channels]),
  };
}`,
  lio: layout('lio', '1-D convolution: [out, in, length] → [length, in, out].', [2, 1, 0]),
  hwio: layout('hwio', 'Convolution: [out, in, height, width] → [height, width, in, out].', [2, 3, 1, 0]),
  dhwio: layout(
    'dhwio',
    '3-D convolution: [out, in, depth, height, width] → [depth, height, width, in, out].',
    [2, 3, 4, 1, 0],
  ),
  hwcm: layout(
    'hwcm',
    'Depthwise convolution: [channels, multiplier, height, width] → [height, width, channels, multiplier].',
    [2, 3, 0, 1],
  ),
  hwoi: layout(
    'hwoi',
    'Transposed convolution: [in, out, height, width] → [height, width, out, in].',
    [2, 3, 1, 0],
  ),
  dhwoi: layout(
    'dhwoi',
    'Transposed 3-D convolution: [in, out, depth, height, width] → [depth, height, width, out, in].',
    [2, 3, 4, 1, 0],
  ),
  grouped: `/** Convolves each group of channels with kernels of its own. */
function grouped<T extends tf.Tensor>(x: T, kernels: readonly T[], convolve: (part: T, kernel: T) => T): T {
  const channels = x.rank - 1;
  const parts = tf.split<T>(x, kernels.length, channels);
  return tf.concat(
    parts.map((part, i) => convolve(part, kernels[i] as T)),
    channels,
  );
}`,
  safetensors: `/** One reader per rank, so that the tensors are typed. */
interface Read {
  (name: string, shape: []): tf.Scalar;
  (name: string, shape: [number]): tf.Tensor1D;
  (name: string, shape: [number, number]): tf.Tensor2D;
  (name: string, shape: [number, number, number]): tf.Tensor3D;
  (name: string, shape: [number, number, number, number]): tf.Tensor4D;
  (name: string, shape: [number, number, number, number, number]): tf.Tensor5D;
}

/** Reads a .safetensors file: 8 bytes header length, a JSON header (name → dtype, shape, offsets), then the numbers. */
function safetensors(file: ArrayBuffer): Read {
  const headerBytes = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, headerBytes)));
  const read = (name: string, shape: number[]): tf.Tensor => {
    const entry = header[name];
    if (!entry) throw new Error(\`the weights file has no tensor \${name}\`);
    if (entry.dtype !== 'F32') throw new Error(\`\${name} is stored as \${entry.dtype}, expected F32\`);
    if (entry.shape.join() !== shape.join())
      throw new Error(\`\${name} has the shape [\${entry.shape}] in the weights file, expected [\${shape}]\`);
    const [begin, end] = entry.data_offsets;
    return tf.tensor(new Float32Array(file.slice(8 + headerBytes + begin, 8 + headerBytes + end)), shape);
  };
  return read as Read;
}`,
};

function layout(name: string, doc: string, permutation: readonly number[]): string {
  const type = `tf.Tensor${permutation.length}D`;
  return `/** ${doc} */
function ${name}(w: ${type}): ${type} {
  return tf.transpose(w, [${permutation.join(', ')}]);
}`;
}
