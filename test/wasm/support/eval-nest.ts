/** The meaning of a loop nest, in plain loops over coordinates: what the generated code must compute. */
import { internal } from '../../../src/compiler/diagnostics/internal.ts';
import { compileScalar } from '../../../src/compiler/ir/scalar-eval.ts';
import type { Index, Load, LoopAxis, NestKernel } from '../../../src/compiler/ir/kernel.ts';
import { sizeOf, type Tensor } from '../../../src/compiler/ir/type.ts';

type Place = Readonly<Record<string, number>>;

const combine = {
  sum: (a: number, b: number) => a + b,
  prod: (a: number, b: number) => a * b,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
} as const;
const neutral = { sum: 0, prod: 1, max: -Infinity, min: Infinity } as const;

/** The output tensor of shape `outShape`; elements that the nest does not store stay NaN. */
export function evalNest(
  kernel: NestKernel,
  operands: readonly Tensor[],
  outShape: readonly number[],
): Float32Array {
  const out = new Float32Array(sizeOf(outShape)).fill(NaN);
  const [body, finish] = [compileScalar(kernel.body), compileScalar(kernel.finish)];
  forEachPlace(kernel.axes, {}, (place) => {
    const read = (load: Load, at: Place): number => readLoad(load, operands[load.operand], at);
    let acc = kernel.reduce.length === 0 ? NaN : neutral[kernel.combine];
    forEachPlace(kernel.reduce, place, (inner) => {
      const value = body(kernel.loads.map((load) => read(load, inner)));
      acc = kernel.reduce.length === 0 ? value : combine[kernel.combine](acc, value);
    });
    const args = [acc, ...kernel.finishLoads.map((load) => read(load, place))];
    const at = kernel.out.index.map((index) => coordinate(index, place));
    out[offsetOf(outShape, at)] = finish(args);
  });
  return out;
}

function forEachPlace(
  [axis, ...rest]: readonly LoopAxis[],
  place: Place,
  body: (place: Place) => void,
): void {
  if (!axis) return body(place);
  for (let i = 0; i < axis.size; i++) forEachPlace(rest, { ...place, [axis.name]: i }, body);
}

function readLoad(load: Load, tensor: Tensor | undefined, place: Place): number {
  if (!tensor) return internal('an operand is missing');
  const at = load.index.map((index) => coordinate(index, place));
  const inside = at.every((c, i) => c >= 0 && c < (tensor.shape[i] ?? 0));
  if (!inside) return load.outside ?? internal(`read outside at ${at.join()}`);
  return tensor.data[offsetOf(tensor.shape, at)] ?? NaN;
}

function coordinate(index: Index, place: Place): number {
  if (index.kind === 'table') return index.values[place[index.axis] ?? 0] ?? NaN;
  return index.terms.reduce(
    (sum, { axis, coefficient }) => sum + coefficient * (place[axis] ?? 0),
    index.constant,
  );
}

function offsetOf(shape: readonly number[], at: readonly number[]): number {
  return shape.reduce((offset, n, i) => offset * n + (at[i] ?? 0), 0);
}
