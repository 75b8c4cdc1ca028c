/** Heavy kernels by their definition, summed in double precision: what tuned kernels are compared with. */
import { axes3 } from '../../src/compiler/7-emit/wasm/kernels/conv-geometry.ts';
import type {
  ConvKernel,
  DepthwiseKernel,
  Epilogue,
  FusedPool,
  MatmulKernel,
  Operand,
  Window,
} from '../../src/compiler/ir/kernel.ts';
import { compileScalar } from '../../src/compiler/ir/scalar-eval.ts';
import { sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';

export type Tensors = ReadonlyMap<Operand, Tensor>;

/** Output of a convolution, and per element the sum of magnitudes (what rounding errors are relative to). */
export interface Reference {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

export function referenceOf(
  kernel: ConvKernel | DepthwiseKernel | MatmulKernel,
  tensors: Tensors,
): Reference {
  const sums = kernel.kind === 'matmul' ? matmulSums(kernel, tensors) : convSums(kernel, tensors);
  const channels = kernel.kind === 'matmul' ? kernel.n : outChannels(kernel);
  const values = applyEpilogue(kernel.epilogue, sums.values, tensors, channels);
  const { magnitudes } = sums;
  return kernel.kind === 'conv' && kernel.pool
    ? poolReference({ values, magnitudes }, kernel.window.output, kernel.pool, channels)
    : { values, magnitudes };
}

/** Windows side by side, joined; an error of a window is at most the largest of its pixels'. */
function poolReference(
  { values, magnitudes }: Reference,
  output: readonly number[],
  { reduce, size }: FusedPool,
  channels: number,
): Reference {
  const [sizes, cells] = [axes3(output, 1), axes3(size, 1)];
  const [planes, rows, columns] = sizes.map((n, axis) => n / (cells[axis] ?? 1)) as [number, number, number];
  const count = planes * rows * columns * channels;
  const pooled = new Float64Array(count).fill(reduce === 'max' ? -Infinity : 0);
  const worst = new Float64Array(count);
  values.forEach((value, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const column = Math.floor((pixel % sizes[2]) / cells[2]);
    const row = Math.floor((Math.floor(pixel / sizes[2]) % sizes[1]) / cells[1]);
    const plane = Math.floor(pixel / (sizes[1] * sizes[2]) / cells[0]);
    const at = ((plane * rows + row) * columns + column) * channels + channel;
    const before = pooled[at] ?? 0;
    pooled[at] = reduce === 'max' ? Math.max(before, value) : before + value / sizeOf(size);
    worst[at] = Math.max(worst[at] ?? 0, magnitudes[i] ?? 0);
  });
  return { values: pooled, magnitudes: worst };
}

export function outChannels(kernel: ConvKernel | DepthwiseKernel): number {
  return kernel.kind === 'conv' ? kernel.outC : kernel.channels * kernel.multiplier;
}

function convSums(kernel: ConvKernel | DepthwiseKernel, tensors: Tensors): Reference {
  const outC = outChannels(kernel);
  const groups = kernel.kind === 'conv' ? kernel.groups : kernel.channels;
  const inC = kernel.kind === 'conv' ? kernel.inC : kernel.channels;
  const x = (tensors.get(kernel.x) as Tensor).data;
  const weight = (tensors.get(kernel.weight) as Tensor).data;
  const bias = kernel.bias === undefined ? undefined : tensors.get(kernel.bias)?.data;
  const pixels = sizeOf(kernel.window.output);
  const taps = sizeOf(kernel.window.kernel);
  const reads = windowReads(kernel.window);
  const values = new Float64Array(pixels * outC);
  const magnitudes = new Float64Array(pixels * outC);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let o = 0; o < outC; o++) {
      const first = Math.floor(o / (outC / groups)) * (inC / groups);
      let sum = bias?.[o] ?? 0;
      let magnitude = Math.abs(sum);
      for (let tap = 0; tap < taps; tap++) {
        const from = reads(pixel, tap);
        if (from < 0) continue;
        for (let c = 0; c < inC / groups; c++) {
          const term =
            (x[from * inC + first + c] ?? 0) * (weight[(o * (inC / groups) + c) * taps + tap] ?? 0);
          sum += term;
          magnitude += Math.abs(term);
        }
      }
      values[pixel * outC + o] = sum;
      magnitudes[pixel * outC + o] = magnitude;
    }
  return { values, magnitudes };
}

/** Input pixel that an output pixel reads through a tap, −1 in the padding. */
function windowReads(window: Window): (pixel: number, tap: number) => number {
  const [output, input, kernel] = [axes3(window.output, 1), axes3(window.input, 1), axes3(window.kernel, 1)];
  const [stride, dilation] = [axes3(window.stride, 1), axes3(window.dilation, 1)];
  const before = axes3(
    window.pads.map(([begin]) => begin),
    0,
  );
  const split = (n: number, sizes: readonly number[]): number[] => [
    Math.floor(n / ((sizes[1] ?? 1) * (sizes[2] ?? 1))),
    Math.floor(n / (sizes[2] ?? 1)) % (sizes[1] ?? 1),
    n % (sizes[2] ?? 1),
  ];
  return (pixel, tap) => {
    const [at, shift] = [split(pixel, output), split(tap, kernel)];
    let flat = 0;
    for (let axis = 0; axis < 3; axis++) {
      const i =
        (at[axis] ?? 0) * (stride[axis] ?? 1) +
        (shift[axis] ?? 0) * (dilation[axis] ?? 1) -
        (before[axis] ?? 0);
      if (i < 0 || i >= (input[axis] ?? 1)) return -1;
      flat = flat * (input[axis] ?? 1) + i;
    }
    return flat;
  };
}

function matmulSums(kernel: MatmulKernel, tensors: Tensors): Reference {
  const { m, n, k, transposeA, transposeB } = kernel;
  const a = (tensors.get(kernel.a) as Tensor).data;
  const b = (tensors.get(kernel.b) as Tensor).data;
  const values = new Float64Array(m * n);
  const magnitudes = new Float64Array(m * n);
  for (let row = 0; row < m; row++)
    for (let column = 0; column < n; column++)
      for (let i = 0; i < k; i++) {
        const left = a[transposeA ? i * m + row : row * k + i] ?? 0;
        const right = b[transposeB ? column * k + i : i * n + column] ?? 0;
        values[row * n + column] = (values[row * n + column] ?? 0) + left * right;
        magnitudes[row * n + column] = (magnitudes[row * n + column] ?? 0) + Math.abs(left * right);
      }
  return { values, magnitudes };
}

function applyEpilogue(
  epilogue: Epilogue | undefined,
  sums: Float64Array,
  tensors: Tensors,
  channels: number,
): Float64Array {
  if (!epilogue) return sums;
  const finish = compileScalar(epilogue.expr);
  const operands = epilogue.operands.map(({ operand, per }) => ({
    per,
    data: (tensors.get(operand) as Tensor).data,
  }));
  return sums.map((sum, i) =>
    finish([
      sum,
      ...operands.map(
        ({ per, data }) => data[per === 'tensor' ? i : per === 'channel' ? i % channels : 0] ?? 0,
      ),
    ]),
  );
}
