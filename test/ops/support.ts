/** Building blocks of the operator tests: a node from a sample, reproducible random data, comparison by scale. */
import { internal } from '../../src/compiler/diagnostics/internal.ts';
import type { Node } from '../../src/compiler/ir/graph.ts';
import type { Lowering, OperandView } from '../../src/compiler/ir/kernel.ts';
import { interpretNest } from '../../src/compiler/ir/interpret.ts';
import { shapeOf, sizeOf, type Tensor, type TensorType } from '../../src/compiler/ir/type.ts';
import { canonicalAttrs, constNode, inputNode, makeNode, paramNode } from '../../src/compiler/ops/build.ts';
import { evaluateNode } from '../../src/compiler/ops/evaluate.ts';
import { isProblem, type OpDef, type Sample } from '../../src/compiler/ops/op.ts';
import { rowStrides } from '../../src/compiler/ops/shared/broadcast.ts';
import { nestsOf } from '../../src/compiler/ops/shared/nests.ts';
import { accessOf } from '../../src/compiler/6-plan/access.ts';

export const origin = { path: 'n', span: undefined };

/** The sample as a node over inputs `x0`, `x1`, … and params. */
export function nodeOf(def: OpDef, sample: Sample): Node {
  const attrs = canonicalAttrs(def, sample.options, sample.inputs);
  if (isProblem(attrs)) return internal(`a sample of ${def.name} is wrong: ${attrs.code}`);
  const inputs = sample.inputs.map((type, i) => inputNode(`x${i}`, type, undefined));
  const weights = (def.weights?.(attrs, sample.inputs) ?? []).map((spec) =>
    spec.init.kind === 'fixed' ? constNode(spec.init.value, spec.type) : paramNode(spec, origin),
  );
  return makeNode(def.name, [...inputs, ...weights], attrs, origin);
}

/** Values for every input of the node, as the sample wants them; variances are positive, integers whole. */
export function valuesOf(node: Node, sample: Sample, seed: number): readonly Tensor[] {
  return node.inputs.map((input, i) => {
    const fixed = input.attrs.value as Tensor | undefined;
    if (input.op === 'const' && fixed) return fixed;
    const isVariance = input.attrs.name === 'running_var';
    const range = isVariance ? ([0.5, 2] as const) : input.op === 'param' ? ([-1, 1] as const) : sample.range;
    return distinct(input.type, range ?? [-1, 1], { seed: seed + i, phase: (0.25 + 0.31 * i) % 1 });
  });
}

/**
 * Shuffled, evenly spaced values in the range: no two are equal and none lies on a whole number, so that finite differences never
 * step over a tie or over the kink of an activation; inputs of different `phase` share no value. Whole numbers for an i32 type.
 */
export function distinct(
  type: TensorType,
  [low, high]: readonly [number, number],
  { seed, phase = 0.25 }: { readonly seed: number; readonly phase?: number },
): Tensor {
  const shape = shapeOf(type);
  const n = sizeOf(shape);
  const data = Float32Array.from({ length: n }, (_, i) => low + ((i + phase) / n) * (high - low));
  const random = generator(seed);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [data[i], data[j]] = [data[j] ?? 0, data[i] ?? 0];
  }
  return { shape, data: type.dtype === 'i32' ? data.map(Math.floor) : data };
}

/** Mulberry32: a small reproducible generator of numbers in 0..1. */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The operator's oracle on the node's inputs. */
export function evalNode(def: OpDef, node: Node, values: readonly Tensor[]): Tensor {
  const types = { inputs: node.inputs.map((input) => input.type), output: node.type };
  return def.eval(node.attrs, values, types);
}

/** The lowering, heavy kernels as their plain nests, interpreted. */
export function runLowering(lowering: Lowering, node: Node, values: readonly Tensor[]): Tensor {
  const shape = shapeOf(node.type);
  if (lowering.alias) return { shape, data: (values[0] as Tensor).data };
  const out: Tensor = { shape, data: new Float32Array(sizeOf(shape)).fill(NaN) };
  const temps = lowering.temps.map((type) => zeros(shapeOf(type)));
  const constants = lowering.constants.map(({ type, data }) => ({ shape: shapeOf(type), data }));
  const valueOf = new Map(node.inputs.map((input, i) => [input, values[i] as Tensor]));
  const statics = (lowering.statics ?? []).map((part) =>
    evaluateNode(part, (leaf) => valueOf.get(leaf) as Tensor),
  );
  const operands = [...values, ...temps, ...constants, out, ...statics];
  const views = (lowering.views ?? []).map((view) => ({
    view,
    tensor: zeros(view.shape),
    places: placesOf(view, operands),
  }));
  const all = [...operands, ...views.map(({ tensor }) => tensor)];
  const shapes = all.map((operand) => operand.shape);
  for (const kernel of lowering.kernels) {
    for (const { view, tensor, places } of views)
      places.forEach((from, to) => (tensor.data[to] = operands[view.of]?.data[from] ?? NaN));
    for (const nest of nestsOf(kernel, shapes)) interpretNest(nest, all);
    const written = views[accessOf(kernel).write - operands.length];
    written?.places.forEach((to, from) => (out.data[to] = written.tensor.data[from] ?? NaN));
  }
  return out;
}

/** Where the elements of a view lie in the operand that it views, row-major. */
function placesOf({ of, start, step, shape }: OperandView, operands: readonly Tensor[]): readonly number[] {
  const strides = rowStrides(operands[of]?.shape ?? []);
  return shape.reduce<readonly number[]>(
    (places, size, axis) =>
      places.flatMap((place) =>
        Array.from(
          { length: size },
          (_, i) => place + ((start[axis] ?? 0) + i * (step[axis] ?? 1)) * (strides[axis] ?? 1),
        ),
      ),
    [0],
  );
}

export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float32Array(sizeOf(shape)) };
}

/** Largest difference, relative to the largest expected magnitude (at least 1e-3); infinite where the sizes or NaNs differ. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [worst, scale] = [0, 1e-3];
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    if (Object.is(a, e)) continue;
    const d = Math.abs(a - e);
    worst = Math.max(worst, Number.isNaN(d) ? Infinity : d);
    scale = Math.max(scale, Math.abs(e));
  }
  return worst / scale;
}
