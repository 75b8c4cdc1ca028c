/** Random convolutions of every rank with odd sizes, strides, dilations, groups, paddings, layouts and epilogues, for property tests. */
import fc from 'fast-check';
import type { AlgorithmName, Choice } from '../../src/compiler/6-plan/algorithms/algorithm.ts';
import { candidates } from '../../src/compiler/6-plan/algorithms/index.ts';
import type { Engine } from '../../src/compiler/6-plan/plan.ts';
import type {
  ConvKernel,
  DepthwiseKernel,
  Epilogue,
  FusedPool,
  Operand,
  Window,
} from '../../src/compiler/ir/kernel.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import { sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import type { Placement } from './memory.ts';
import { referenceOf } from './reference.ts';
import { loadKernel, type HeavyKernel, type LoadedKernel } from './run-kernel.ts';

export const engines: readonly Engine[] = [
  { relaxed: false, wide: false },
  { relaxed: true, wide: false },
  { relaxed: true, wide: true },
];

/** A window over an input axis of `input` pixels. */
interface AxisSpec {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number];
}

export interface Case<K extends HeavyKernel = HeavyKernel> {
  readonly kernel: K;
  readonly tensors: ReadonlyMap<Operand, Tensor>;
  readonly outShape: readonly number[];
  readonly layouts: ReadonlyMap<Operand, Pick<Placement, 'around' | 'gap'>>;
  readonly inPlace: Operand | undefined;
}

export function windowOf(axes: readonly AxisSpec[]): Window {
  const output = axes.map(
    ({ input, kernel, stride, dilation, pads }) =>
      Math.floor((input + pads[0] + pads[1] - dilation * (kernel - 1) - 1) / stride) + 1,
  );
  const pick = <K extends keyof AxisSpec>(key: K): AxisSpec[K][] => axes.map((axis) => axis[key]);
  return {
    input: pick('input'),
    output,
    kernel: pick('kernel'),
    stride: pick('stride'),
    dilation: pick('dilation'),
    pads: pick('pads'),
  };
}

/** Deterministic values in −1..1. */
export function randomTensor(shape: readonly number[], seed: number): Tensor {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return { shape, data };
}

const arg = (index: number): Scalar => ({ kind: 'arg', index });
const constant = (value: number): Scalar => ({ kind: 'const', value });
const binary = (op: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max', a: Scalar, b: Scalar): Scalar => ({
  kind: 'binary',
  op,
  a,
  b,
});
export const relu: Epilogue = { expr: binary('max', arg(0), constant(0)), operands: [] };

type OperandKind = Epilogue['operands'][number]['per'];

/** Epilogues by name: expression and kinds of operands. */
export const epilogues: Readonly<
  Record<string, { readonly expr: Scalar; readonly operands: readonly OperandKind[] }>
> = {
  relu: { expr: relu.expr, operands: [] },
  relu6: { expr: binary('min', binary('max', arg(0), constant(0)), constant(6)), operands: [] },
  leaky: { expr: binary('max', arg(0), binary('mul', arg(0), constant(0.1))), operands: [] },
  residual: { expr: binary('max', binary('add', arg(0), arg(1)), constant(0)), operands: ['tensor'] },
  scaled: { expr: binary('add', binary('mul', arg(0), arg(1)), arg(2)), operands: ['channel', 'scalar'] },
  mixed: {
    expr: binary('sub', binary('mul', arg(0), arg(2)), binary('mul', arg(1), arg(3))),
    operands: ['scalar', 'tensor', 'channel'],
  },
  tanh: { expr: { kind: 'unary', op: 'tanh', x: arg(0) }, operands: [] },
  swish: {
    expr: binary(
      'add',
      binary(
        'div',
        arg(0),
        binary('add', constant(1), { kind: 'unary', op: 'exp', x: { kind: 'unary', op: 'neg', x: arg(0) } }),
      ),
      binary('mul', arg(1), binary('add', arg(2), arg(3))),
    ),
    operands: ['tensor', 'channel', 'scalar'],
  },
};

/** One spatial axis; large enough for its window. */
export const anyAxis: fc.Arbitrary<AxisSpec> = fc
  .record({
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    extra: fc.integer({ min: 0, max: 9 }),
    before: fc.integer({ min: 0, max: 2 }),
    after: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ kernel, stride, dilation, extra, before, after }) => ({
    input: Math.max(1, dilation * (kernel - 1) + 1 - before - after) + extra,
    kernel,
    stride,
    dilation,
    pads: [before, after] as const,
  }));

export const anyLayout = fc.record({
  around: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
  gap: fc.integer({ min: 0, max: 2 }),
});

export interface Around {
  readonly epilogue: string | undefined;
  readonly bias: boolean;
  readonly layouts: readonly Pick<Placement, 'around' | 'gap'>[];
  readonly inPlace: boolean;
  readonly seed: number;
}

export const anyAround: fc.Arbitrary<Around> = fc.record({
  epilogue: fc.constantFrom(undefined, ...Object.keys(epilogues)),
  bias: fc.boolean(),
  layouts: fc.array(
    fc.constantFrom({}, undefined).chain((dense) => (dense ? fc.constant(dense) : anyLayout)),
    {
      minLength: 3,
      maxLength: 3,
    },
  ),
  inPlace: fc.boolean(),
  seed: fc.nat(1000),
});

/** Operands, tensors and layouts of a kernel given its shapes: 0 x, 1 weight, 2 bias (or the first epilogue operand), …, output last. */
export function makeCase<K extends ConvKernel | DepthwiseKernel>(
  shape: Omit<K, 'x' | 'weight' | 'bias' | 'out' | 'epilogue'> & { readonly window: Window },
  sizes: { readonly inC: number; readonly outC: number; readonly weight: readonly number[] },
  around: Around,
): Case<K> {
  const { window } = shape;
  const mapShape = [...window.output, sizes.outC];
  const pool = (shape as { readonly pool?: FusedPool }).pool?.size ?? [];
  const outShape = [...window.output.map((n, axis) => n / (pool[axis] ?? 1)), sizes.outC];
  const tensors = new Map<Operand, Tensor>();
  const add = (dims: readonly number[]): Operand => {
    const operand = tensors.size;
    tensors.set(operand, randomTensor(dims, around.seed + operand));
    return operand;
  };
  const x = add([...window.input, sizes.inC]);
  const weight = add(sizes.weight);
  const bias = around.bias ? add([sizes.outC]) : undefined;
  const named = around.epilogue === undefined ? undefined : epilogues[around.epilogue];
  const operands = (named?.operands ?? []).map((per) => ({
    per,
    operand: add(per === 'tensor' ? mapShape : per === 'channel' ? [sizes.outC] : [1]),
  }));
  const out = tensors.size;
  const epilogue = named ? { expr: named.expr, operands } : undefined;
  const residual = operands.find(({ per }) => per === 'tensor')?.operand;
  const layouts = new Map<Operand, Pick<Placement, 'around' | 'gap'>>([
    [x, around.layouts[0] ?? {}],
    [out, around.layouts[1] ?? {}],
  ]);
  if (residual !== undefined) layouts.set(residual, around.layouts[2] ?? {});
  return {
    kernel: { ...shape, x, weight, bias, out, epilogue } as unknown as K,
    tensors,
    outShape,
    layouts,
    inPlace: around.inPlace && pool.length === 0 ? residual : undefined,
  };
}

export interface ConvSpec {
  readonly axes: Parameters<typeof windowOf>[0];
  readonly groups: number;
  readonly inPerGroup: number;
  readonly outPerGroup: number;
}

export function convCase(
  { axes, groups, inPerGroup, outPerGroup }: ConvSpec,
  around: Around,
): Case<ConvKernel> {
  const window = windowOf(axes);
  const [inC, outC] = [groups * inPerGroup, groups * outPerGroup];
  return makeCase<ConvKernel>(
    { kind: 'conv', window, inC, outC, groups },
    { inC, outC, weight: [outC, inPerGroup, ...window.kernel] },
    around,
  );
}

/** A bias, and nothing else. */
export const plain: Around = { epilogue: undefined, bias: true, layouts: [], inPlace: false, seed: 1 };

/** The algorithm's choice, or undefined where it does not take the kernel. */
export function choiceOf(kernel: HeavyKernel, engine: Engine, algorithm: AlgorithmName): Choice | undefined {
  const options = { precise: false, staticWeights: true };
  return candidates(kernel, engine, options).find((choice) => choice.algorithm === algorithm);
}

/** Runs the case twice (kernels may leave nothing behind) and compares with the definition; says what is wrong. */
export function verify(test: Case, engine: Engine, choice: Choice, tolerance = 2e-6): string | undefined {
  const loaded: LoadedKernel = loadKernel({
    kernel: test.kernel,
    choice,
    engine,
    tensors: test.tensors,
    outShape: test.outShape,
    layouts: test.layouts,
    ...(test.inPlace === undefined ? {} : { inPlace: test.inPlace }),
  });
  loaded.run();
  if (test.inPlace === undefined) loaded.run();
  const stray = loaded.stray();
  if (stray.length > 0) return `${stray.length} words written outside of the output, first ${stray[0]}`;
  const { values, magnitudes } = referenceOf(test.kernel, test.tensors);
  const got = loaded.read();
  for (let i = 0; i < values.length; i++) {
    const [want = NaN, is = NaN] = [values[i], got[i]];
    // Epilogues may scale an error by their operands (at most 2) and add rounding of their own.
    const allowed = tolerance * (2 * (magnitudes[i] ?? 0) + Math.abs(want) + 1);
    if (!(Math.abs(want - is) <= allowed)) return `element ${i}: ${is} instead of ${want}`;
  }
  return undefined;
}
