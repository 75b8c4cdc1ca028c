/**
 * Registry × samples: every operator's shape rule, oracle, lowering, costs and gradient against each other, and the oracle against
 * TensorFlow.js. Tolerances: the lowering and the oracle both work in double precision and differ by the rounding of temporaries to
 * float32 (1e-6); TensorFlow.js sums in float32 (1e-5); a finite difference of step h has an error of h² (5e-3 with its rounding).
 */
import { describe, expect, it } from 'vitest';
import { evaluateDim, namedDim } from '../../src/compiler/ir/dim.ts';
import type { Node } from '../../src/compiler/ir/graph.ts';
import type { NestKernel } from '../../src/compiler/ir/kernel.ts';
import { channelsOf, shapeOf, sizeOf, type Tensor, type TensorType } from '../../src/compiler/ir/type.ts';
import { buildFrom, canonicalAttrs, constNode } from '../../src/compiler/ops/build.ts';
import { conv } from '../../src/compiler/ops/conv.ts';
import { evaluateNode } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import { isProblem, type OpDef, type Sample } from '../../src/compiler/ops/op.ts';
import { nestsOf } from '../../src/compiler/ops/shared/nests.ts';
import { difference, distinct, evalNode, nodeOf, runLowering, valuesOf } from './support.ts';
import { notInTfjs, runTfjs, tfjsReference } from './tfjs-reference.ts';

/** The leaves have no samples; everything else must. */
const leaves = ['input', 'param', 'const'];

for (const def of allOps.filter((op) => !leaves.includes(op.name)))
  describe(def.name, () => {
    it('has samples and a documentation that starts with a sentence', () => {
      expect(def.samples.length).toBeGreaterThan(0);
      expect(def.doc).toMatch(/^[^\n]{10,}/);
    });
    def.samples.forEach((sample, i) => describe(titleOf(sample), () => conform(def, sample, 17 * i + 1)));
  });

function conform(def: OpDef, sample: Sample, seed: number): void {
  const node = nodeOf(def, sample);
  const values = valuesOf(node, sample, seed);
  const expected = evalNode(def, node, values);

  it('type is the shape of eval', () => {
    expect(expected.shape).toEqual(shapeOf(node.type));
    expect(expected.data.length).toBe(sizeOf(shapeOf(node.type)));
  });

  it('the shape rule holds for named sizes', () => {
    const { inputs, sizes } = named(sample.inputs);
    const attrs = canonicalAttrs(def, sample.options, inputs);
    const type = isProblem(attrs) ? attrs : def.type(attrs, inputs);
    if (isProblem(type)) return expect(needsNumbers(def, sample)).toBe(true);
    expect(type.dims.map((dim) => evaluateDim(dim, sizes))).toEqual(node.type.dims);
  });

  it('the interpreted lowering is eval', () => {
    expect(difference(runLowering(def.lower(node), node, values).data, expected.data)).toBeLessThan(1e-6);
  });

  it('MACs are the multiplications of the lowering', () => {
    const { macs } = def.cost(node.attrs, sample.inputs, node.type);
    const counted =
      def.name === 'deconv' ? multiplications(conv, transposed(node)) : multiplications(def, node);
    expect(macs).toBe(macs === 0 && !isHeavy(def, node) ? 0 : counted);
  });

  it('eval is TensorFlow.js', () => {
    const reference = tfjsReference[def.name];
    if (!reference) return expect(notInTfjs).toContain(def.name);
    expect(difference(runTfjs(reference, node, values), expected.data)).toBeLessThan(1e-5);
  });

  it('grad is the finite difference', () => {
    if (def.grad === 'none') return expect(withoutGradient).toContain(def.name);
    checkGradient(def, node, values);
  });
}

/** Where no gradient exists, or only a second derivative would ask for it. */
const withoutGradient = [
  'argmax',
  'axis_grad',
  'conv_weight_grad',
  'lrn_grad',
  'phase_kernel',
  'pool_grad',
  'qconv',
  'round_sums',
];

function checkGradient(def: OpDef, node: Node, values: readonly Tensor[]): void {
  if (def.grad === 'none') return;
  const constants = values.map((value, i) => constNode(value, (node.inputs[i] as Node).type));
  const at: Node = { ...node, inputs: constants };
  const weighting = distinct(node.type, [-1, 1], { seed: 99 });
  const upstream = constNode(weighting, { ...node.type, dtype: 'f32' });
  const grads = def.grad(at, upstream, buildFrom(node));
  expect(grads.length).toBeLessThanOrEqual(values.length);
  grads.forEach((grad, i) => {
    if (!grad) return;
    const analytic = evaluateNode(grad, () => expect.fail('a gradient reads a weight'));
    expect(grad.type.axes).toEqual(at.inputs[i]?.type.axes);
    const numeric = finiteDifferences(def, at, { values, weighting, input: i });
    expect(difference(analytic.data, numeric), `input ${i}`).toBeLessThan(5e-3);
  });
}

interface Probe {
  readonly values: readonly Tensor[];
  readonly weighting: Tensor;
  readonly input: number;
}

/** d (Σ weighting · result) / d each element of one input, by central differences. */
function finiteDifferences(def: OpDef, node: Node, { values, weighting, input }: Probe): Float64Array {
  const step = 2 ** -9;
  const objective = (): number =>
    evalNode(def, node, values).data.reduce((sum, y, i) => sum + y * (weighting.data[i] ?? 0), 0);
  const data = (values[input] as Tensor).data;
  return Float64Array.from(data, (value, i) => {
    data[i] = value + step;
    const above = objective();
    data[i] = value - step;
    const below = objective();
    data[i] = value;
    return (above - below) / (2 * step);
  });
}

/** The same input types with a name for every spatial size; equal sizes of one axis get one name. */
function named(types: readonly TensorType[]): { inputs: TensorType[]; sizes: Record<string, number> } {
  const sizes: Record<string, number> = {};
  const inputs = types.map((type) => ({
    ...type,
    dims: type.dims.map((dim, i) => {
      const axis = type.axes[i] ?? '';
      if (axis === 'C' || typeof dim !== 'number' || dim === 1) return dim;
      sizes[`${axis}${dim}`] = dim;
      return namedDim(`${axis}${dim}`);
    }),
  }));
  return { inputs, sizes };
}

/** Operators that rearrange elements into sizes given as numbers. */
function needsNumbers(def: OpDef, sample: Sample): boolean {
  return ['reshape'].includes(def.name) && sample.inputs.some((type) => type.axes.length > 1);
}

function isHeavy(def: OpDef, node: Node): boolean {
  return def.lower(node).kernels.some((kernel) => ['conv', 'depthwise', 'matmul'].includes(kernel.kind));
}

/**
 * The convolution that a transposed convolution transposes: it multiplies as often. (The gathering nests of the lowering visit more
 * places, as they look beyond the border.)
 */
function transposed(node: Node): Node {
  const input = node.inputs[0] as Node;
  return nodeOf(conv, {
    inputs: [node.type],
    options: { ...node.attrs, channels: channelsOf(input.type) as number, bias: false },
  });
}

/** Times that the nests' bodies run. */
function multiplications(def: OpDef, node: Node): number {
  const lowering = def.lower(node);
  const types = [...node.inputs.map((input) => input.type), ...lowering.temps, node.type];
  const nests = lowering.kernels.flatMap((kernel) => nestsOf(kernel, types.map(shapeOf)));
  const runs = (nest: NestKernel): number => sizeOf([...nest.axes, ...nest.reduce].map((axis) => axis.size));
  return nests.reduce((sum, nest) => sum + runs(nest), 0);
}

function titleOf(sample: Sample): string {
  const shapes = sample.inputs.map((type) => shapeOf(type).join('x') || 'scalar').join(', ');
  const options = Object.entries(sample.options).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return `${shapes} (${options.join(', ')})`;
}
