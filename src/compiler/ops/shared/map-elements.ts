/** The oracle of element-wise operators: a scalar expression at every place, operands broadcast over named axes. */
import type { BinaryScalar, Scalar } from '../../ir/scalar.ts';
import { compileScalar, type Precision } from '../../ir/scalar-eval.ts';
import { shapeOf, sizeOf, type Tensor, type TensorType } from '../../ir/type.ts';
import { broadcastStrides } from './broadcast.ts';
import { forEachPlace, uniformAxes } from './loops.ts';

/**
 * out[place] = expr(inputs[place]…), in double precision, rounded once; but where quantised values are read or written, in single precision,
 * rounded after every operation, because those results are the same bits everywhere.
 */
export function mapElements(
  expr: Scalar,
  inputs: readonly Tensor[],
  types: { readonly inputs: readonly TensorType[]; readonly output: TensorType },
  precision: Precision = touchesBytes(types) ? 'single' : 'double',
): Tensor {
  const shape = shapeOf(types.output);
  const data = new Float32Array(sizeOf(shape));
  const strides = types.inputs.map((type) => broadcastStrides(type, types.output));
  const { outer, length, steps } = uniformAxes(shape, strides);
  const run = runOf(
    expr,
    inputs.map((input) => input.data),
    { steps, precision },
  );
  let at = 0;
  forEachPlace(
    shape.slice(0, outer),
    strides.map((along) => along.slice(0, outer)),
    (offsets) => {
      run(data, { at, length }, offsets);
      at += length;
    },
  );
  return { shape, data };
}

function touchesBytes(types: {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
}): boolean {
  return [types.output, ...types.inputs].some(({ dtype }) => dtype === 'u8');
}

/** Computes `length` elements of the output from `at` on; operands start at `offsets` and advance by their steps. */
type Run = (
  out: Float32Array,
  place: { readonly at: number; readonly length: number },
  offsets: readonly number[],
) => void;

/** Loops without a call per element for what scales and shifts weights; any expression in general. */
function runOf(
  expr: Scalar,
  inputs: readonly Float32Array[],
  { steps, precision }: { readonly steps: readonly number[]; readonly precision: Precision },
): Run {
  if (expr.kind === 'binary' && expr.a.kind === 'arg' && expr.b.kind === 'arg') {
    const [i, j] = [expr.a.index, expr.b.index];
    const [a, b, loop] = [inputs[i], inputs[j], binaryLoops[expr.op]];
    const [stepA = 0, stepB = 0] = [steps[i], steps[j]];
    if (a && b && loop)
      return (out, { at, length }, offsets) => {
        const [p = 0, q = 0] = [offsets[i], offsets[j]];
        loop(out.subarray(at, at + length), { data: a, at: p, step: stepA }, { data: b, at: q, step: stepB });
      };
  }
  const f = compileScalar(expr, precision);
  const args = new Float64Array(inputs.length);
  return (out, { at, length }, offsets) => {
    for (let i = 0; i < length; i++) {
      for (let k = 0; k < inputs.length; k++)
        args[k] = inputs[k]?.[(offsets[k] ?? 0) + i * (steps[k] ?? 0)] ?? NaN;
      out[at + i] = f(args);
    }
  };
}

interface Operand {
  readonly data: Float32Array;
  readonly at: number;
  readonly step: number;
}

type BinaryLoop = (out: Float32Array, a: Operand, b: Operand) => void;

const binaryLoops: Readonly<Partial<Record<BinaryScalar, BinaryLoop>>> = {
  add: (out, { data: a, at: p, step: m }, { data: b, at: q, step: n }) => {
    for (let i = 0; i < out.length; i++) out[i] = a[p + i * m]! + b[q + i * n]!;
  },
  sub: (out, { data: a, at: p, step: m }, { data: b, at: q, step: n }) => {
    for (let i = 0; i < out.length; i++) out[i] = a[p + i * m]! - b[q + i * n]!;
  },
  mul: (out, { data: a, at: p, step: m }, { data: b, at: q, step: n }) => {
    for (let i = 0; i < out.length; i++) out[i] = a[p + i * m]! * b[q + i * n]!;
  },
  div: (out, { data: a, at: p, step: m }, { data: b, at: q, step: n }) => {
    for (let i = 0; i < out.length; i++) out[i] = a[p + i * m]! / b[q + i * n]!;
  },
};
