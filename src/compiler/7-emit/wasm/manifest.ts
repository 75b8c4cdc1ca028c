/** The manifest of a program: the plan's inputs, outputs and weights as the runtime needs them. */
import type { GraphInput, GraphOutput, Node, OutputKind } from '../../ir/graph.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { arg, isScalar, partsOf } from '../../ir/scalar-build.ts';
import { sigmoidOf } from '../../ops/sigmoid.ts';
import type { Buffer, Plan } from '../../6-plan/plan.ts';
import { teamWords } from './team.ts';
import type {
  Manifest,
  ManifestInput,
  ManifestKind,
  ManifestOutput,
  Region,
} from '../../../runtime/manifest.ts';

/** `memoryBytes`: the plan's memory and whatever the emitter added to it; `control`: address of what threads share, if there are any. */
export function manifestOf(plan: Plan, memoryBytes: number, control?: number): Manifest {
  return {
    format: 1,
    net: plan.name,
    memoryBytes,
    ...(control === undefined ? {} : { threads: { most: plan.threads, ...teamWords(control) } }),
    weights: { offset: plan.file.offset, bytes: plan.file.bytes },
    inputs: plan.inputs.map(({ input, buffer }) => inputOf(input, buffer)),
    outputs: plan.outputs.map(({ output, buffers }) => outputOf(output, buffers)),
  };
}

function regionOf({ shape, offset, strides }: Buffer): Region {
  return { shape, offset, strides };
}

function inputOf({ name, format, fit, doc }: GraphInput, buffer: Buffer): ManifestInput {
  return { name, ...regionOf(buffer), format, fit, ...(doc === undefined ? {} : { doc }) };
}

function outputOf({ name, nodes, output, doc }: GraphOutput, buffers: readonly Buffer[]): ManifestOutput {
  const kind = kindOf(output, nodes[0]);
  return { name, output: kind, tensors: buffers.map(regionOf), ...(doc === undefined ? {} : { doc }) };
}

function kindOf(output: OutputKind, node: Node | undefined): ManifestKind {
  switch (output.kind) {
    case 'label':
    case 'labels':
    case 'mask': {
      const { kind, classes } = output;
      const probabilities = node !== undefined && givesProbabilities(node);
      return { kind, ...(classes ? { classes } : {}), ...(probabilities ? { probabilities } : {}) };
    }
    default:
      return output;
  }
}

/** Operators that change neither values nor their meaning. */
const reshaping: ReadonlySet<string> = new Set(['flatten', 'reshape']);

/** Whether the value is the result of softmax or of the logistic function, fused into another operator or not. */
function givesProbabilities(node: Node): boolean {
  const [input] = node.inputs;
  if (reshaping.has(node.op) && input) return givesProbabilities(input);
  if (node.op === 'softmax' || node.op === 'sigmoid') return true;
  const last = node.attrs.epilogue ?? node.attrs.expr;
  return isScalar(last) && matches(last, sigmoidOf(arg(0)));
}

/** Whether `expr` is `pattern` with anything in the place of its argument; sums and products in either order. */
function matches(expr: Scalar, pattern: Scalar): boolean {
  if (pattern.kind === 'arg') return true;
  if (pattern.kind === 'const') return expr.kind === 'const' && expr.value === pattern.value;
  if (expr.kind === 'arg' || expr.kind === 'const' || expr.op !== pattern.op) return false;
  const [own, wanted] = [partsOf(expr), partsOf(pattern)];
  const inOrder = (parts: readonly Scalar[]): boolean =>
    parts.every((part, i) => matches(part, wanted[i] ?? part));
  const commutes = expr.op === 'add' || expr.op === 'mul';
  return inOrder(own) || (commutes && inOrder(own.toReversed()));
}
