/**
 * From real numbers to bytes: layers become integer arithmetic with a scale per output channel (post-training quantisation; Jacob et al.,
 * arXiv:1712.05877; Nagel et al., "A white paper on neural network quantization", arXiv:2106.08295). Runs after the other passes, on the
 * ranges that calibration found. What has no integer form stays as it is, between conversions.
 */
import { topological, type Graph, type Node } from '../../ir/graph.ts';
import { isStatic, withInputs } from '../../ir/rewrite.ts';
import { nameNodes } from '../../ir/print.ts';
import * as s from '../../ir/scalar-build.ts';
import type { Scalar } from '../../ir/scalar.ts';
import { inputRoles, makeNode } from '../../ops/build.ts';
import { opDef } from '../../ops/index.ts';
import { internal } from '../../diagnostics/internal.ts';
import { derive } from '../pass.ts';
import { compose, tailOf } from '../tail.ts';
import { chooseBytes, classRanges, meansOf, type Chosen } from './choose.ts';
import { channelVectors, quantizedLayer, realNumber, type Operand } from './layer.ts';
import { digitSteps, fineStepsOf, mostByte, stepsOfChannels, type Ranges, type Steps } from './range.ts';

export {
  mayBeFine,
  quantizableLayers,
  rangeFaults,
  rangesWith,
  usualPrecisions,
  valuesToCalibrate,
  valuesWithShares,
  type RangeFaults,
} from './choose.ts';
export { mostByte, stepsOf } from './range.ts';
export type { Precision, Precisions, Range, Ranges, Steps, ValueRange } from './range.ts';

/** The (optimised) graph on bytes. `ranges` has every name that `valuesToCalibrate` gives: see `rangeFaults`. */
export function quantize(graph: Graph, ranges: Ranges): Graph {
  return quantizeValues(graph, ranges).graph;
}

/** The same, and the values of the old graph's nodes in the new one, as numbers. */
export function quantizeValues(
  graph: Graph,
  ranges: Ranges,
): { readonly graph: Graph; readonly numbers: (node: Node) => Node } {
  const chosen = chooseBytes(graph, ranges.layers);
  const ofClass = classRanges(graph, ranges, chosen);
  const means = meansOf(graph, ranges);
  const stepsOfNode = (node: Node): Steps | undefined => {
    const root = chosen.bytes.get(node);
    if (!root) return undefined;
    const known = ofClass.get(root) ?? internal(`${node.path || node.op} has no range`);
    return stepsOfChannels(known);
  };
  const names = nameNodes(topological(graph));
  const fineSteps = (node: Node): Steps => {
    const known = ranges.values[names.get(node) ?? ''] ?? internal(`${node.path || node.op} has no range`);
    return fineStepsOf(known.range);
  };
  const forms = createForms(stepsOfNode, fineSteps);
  for (const node of topological(graph)) forms.add(node, transformed(node, chosen, { forms, means }));
  const outputs = graph.outputs.map((output) => ({ ...output, nodes: output.nodes.map(forms.numbers) }));
  return { graph: { ...graph, outputs }, numbers: forms.numbers };
}

/** The values of old nodes in the new graph. */
interface Forms {
  /** `result` computes what `node` did, in numbers or in bytes by its type. */
  readonly add: (node: Node, result: Node) => void;
  readonly numbers: (node: Node) => Node;
  readonly bytes: (node: Node) => Operand & { readonly steps: Steps };
  /** In two digits: twice the channels, first digits first. */
  readonly fine: (node: Node) => Operand & { readonly steps: Steps };
  /** As it was computed. */
  readonly own: (node: Node) => Operand;
  readonly steps: (node: Node) => Steps | undefined;
}

function createForms(steps: (node: Node) => Steps | undefined, fineSteps: (node: Node) => Steps): Forms {
  const results = new Map<Node, Node>();
  const converted = new Map<Node, Node>();
  const inDigits = new Map<Node, Node>();
  const resultOf = (node: Node): Node => results.get(node) ?? internal(`${node.op} comes after its user`);
  const stepsFor = (node: Node): Steps => steps(node) ?? internal(`${node.path || node.op} has no steps`);
  const conversion = (node: Node, make: (result: Node, at: Steps) => Node): Node => {
    const made = converted.get(node) ?? make(resultOf(node), stepsFor(node));
    converted.set(node, made);
    return made;
  };
  const isBytes = (node: Node): boolean => resultOf(node).type.dtype === 'u8';
  const numbers = (node: Node): Node => (isBytes(node) ? conversion(node, toNumbers) : resultOf(node));
  return {
    add: (node, result) => void results.set(node, result),
    numbers,
    bytes: (node) => ({
      node: isBytes(node) ? resultOf(node) : conversion(node, toBytes),
      steps: stepsFor(node),
    }),
    fine: (node) => {
      const at = fineSteps(node);
      const made = inDigits.get(node) ?? toDigits(numbers(node), at);
      inDigits.set(node, made);
      return { node: made, steps: at };
    },
    own: (node) => ({ node: resultOf(node), steps: isBytes(node) ? stepsFor(node) : undefined }),
    steps,
  };
}

interface Known {
  readonly forms: Forms;
  readonly means: (node: Node) => readonly number[] | undefined;
}

function transformed(node: Node, chosen: Chosen, { forms, means }: Known): Node {
  const { isLayer, isFine, moves, keepsNumbers } = chosen;
  if (isLayer(node)) {
    const { data, epilogue } = inputRoles(node);
    const [x = node] = data;
    return quantizedLayer(node, {
      x: isFine(node) ? forms.fine(x) : forms.bytes(x),
      isFine: isFine(node),
      means: means(x),
      operands: epilogue.map(forms.own),
      to: keepsNumbers(node) ? undefined : forms.steps(node),
    });
  }
  if (!moves(node)) return unfused(withInputs(node, node.inputs.map(forms.numbers)));
  const inputs = node.inputs.map((input) => forms.bytes(input).node);
  return inBytes({ ...node, inputs });
}

/**
 * An element-wise step in floats, rounded operation by operation: bytes and digits are made of what it gives, and a last bit that a fused
 * product has otherwise would now and then be another byte.
 */
function unfused(node: Node): Node {
  const expr = isStatic(node) ? undefined : opDef(node.op).scalar?.(node.attrs, node.inputs.length);
  return expr ? makeNode('map', node.inputs, { expr, unfused: true }, node) : node;
}

/** x → round((x − origin) / scale / share) + zero, saturated; in one expression with what x is computed by, if that is element-wise. */
function toBytes(x: Node, { scale, zero, shares, origins }: Steps): Node {
  const own = channelVectors(x, { shares, origins });
  const inSteps = s.mul(own.origin ? s.sub(s.arg(0), own.origin) : s.arg(0), s.num(1 / scale));
  const rounded = s.add(own.share ? s.div(inSteps, own.share) : inSteps, s.num(zero + 0.5));
  const expr = s.max(s.min(rounded, s.num(mostByte)), s.num(0));
  const plain = { expr, operands: [x, ...own.vectors] };
  const inner = x.op === 'map' ? tailOf(x) : undefined;
  const tail = (inner && compose(plain, 0, inner)) ?? plain;
  return inBytes(derive(x, 'map', tail.operands, { expr: tail.expr }));
}

/** Twice the channels: x / scale + zero rounded down, then what that leaves in sixteenths of a step, + zero. */
function toDigits(x: Node, { scale, zero }: Steps): Node {
  const saturated = (steps: Scalar): Scalar => s.max(s.min(steps, s.num(mostByte)), s.num(0));
  const inSteps = s.add(s.mul(s.arg(0), s.num(1 / scale)), s.num(zero));
  const rest = s.sub(inSteps, s.unary('floor', saturated(inSteps)));
  const second = s.add(s.mul(rest, s.num(digitSteps)), s.num(zero + 0.5));
  const digits = [inSteps, second].map((expr) => inBytes(derive(x, 'map', [x], { expr: saturated(expr) })));
  return inBytes(derive(x, 'concat', digits, { axis: 'C' }));
}

function inBytes(node: Node): Node {
  return { ...node, type: { ...node.type, dtype: 'u8' } };
}

function toNumbers(bytes: Node, steps: Steps): Node {
  const { share, origin, vectors } = channelVectors(bytes, steps);
  const whole = realNumber(s.arg(0), steps);
  const scaled = share ? s.mul(whole, share) : whole;
  return derive(bytes, 'map', [bytes, ...vectors], { expr: origin ? s.add(scaled, origin) : scaled });
}
