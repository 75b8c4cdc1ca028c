/**
 * Random networks for property tests: chains with branches, merges, several outputs, shared and unused values, odd sizes and paddings. Built
 * from a list of small numbers, so that a failing case shrinks to a small network.
 */
import fc from 'fast-check';
import type { Attrs, Graph, Node } from '../../src/compiler/ir/graph.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { findOp } from '../../src/compiler/ops/index.ts';
import { featureMap, sameType, scalarType, type TensorType } from '../../src/compiler/ir/type.ts';
import { constNode } from '../../src/compiler/ops/build.ts';
import { graphOf, inputMap, tryLayer } from './net-builder.ts';

interface Draft {
  readonly kind: string;
  readonly pick: number;
  readonly other: number;
  readonly a: number;
  readonly b: number;
}

/** Layer kinds with weights of frequency; kinds whose operator does not exist are left out. */
const kinds: Readonly<Record<string, number>> = {
  conv: 6,
  dwconv: 2,
  bn: 3,
  relu: 3,
  leaky_relu: 1,
  sigmoid: 1,
  silu: 1,
  add: 4,
  mul: 2,
  concat: 4,
  maxpool: 2,
  avgpool: 1,
  pad: 1,
  identity: 1,
  dropout: 1,
  upsample: 1,
  flatten: 1,
  dense: 2,
  gap: 1,
  softmax: 1,
  deconv: 1,
  slice: 1,
  fork: 2,
  scale: 2,
};

const drafts = fc.record({
  kind: fc.oneof(
    ...Object.entries(kinds)
      .filter(([op]) => findOp(op) || op === 'fork' || op === 'scale')
      .map(([op, weight]) => ({ arbitrary: fc.constant(op), weight })),
  ),
  pick: fc.nat(5),
  other: fc.nat(20),
  a: fc.nat(7),
  b: fc.nat(7),
});

/** Random graphs of up to 14 layers over one or two inputs. */
export const randomGraphs: fc.Arbitrary<Graph> = fc
  .record({
    // Mostly maps; signals and small volumes too.
    size: fc.oneof(
      { weight: 4, arbitrary: fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: 3, max: 15 }), { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 3, maxLength: 3 }) },
    ),
    channels: fc.integer({ min: 1, max: 5 }),
    layers: fc.array(drafts, { minLength: 1, maxLength: 14 }),
    outputs: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  })
  .map(({ size, channels, layers, outputs }) => {
    const image = inputMap('image', size, channels);
    const second = inputMap('second', size, channels);
    const inputs = channels % 2 === 0 ? [image, second] : [image];
    const nodes: Node[] = [...inputs];
    for (const [i, draft] of layers.entries()) {
      const node = build(draft, nodes, `${draft.kind}${i}`);
      if (node) nodes.push(node);
    }
    const last = nodes.length - 1;
    const picked = outputs.map((output) => nodes[Math.max(0, last - (output % (last + 1)))] as Node);
    const graph = graphOf(picked, inputs);
    // What fast-check shows of a failing case.
    return Object.defineProperty(graph, fc.toStringMethod, { value: () => `\n${printGraph(graph)}` });
  });

/** Mostly the newest values are used, so that graphs are deep. */
function build(draft: Draft, nodes: readonly Node[], path: string): Node | undefined {
  const x = nodes[Math.max(0, nodes.length - 1 - draft.pick)] as Node;
  if (draft.kind === 'add' || draft.kind === 'mul')
    return tryLayer(draft.kind, [x, partner(draft, nodes, x)], {}, path);
  if (draft.kind === 'concat') return tryLayer('concat', concatInputs(draft, nodes, x), {}, path);
  if (draft.kind === 'scale') return tryLayer('mul', [x, vectorFor(x, draft)], {}, path);
  if (draft.kind === 'fork') return fork(draft, x, path);
  return tryLayer(draft.kind, [x], optionsOf(draft, x), path);
}

/** Known numbers: one per channel, or one for all. */
function vectorFor(x: Node, { a, b }: Draft): Node {
  const size = a % 2 === 0 ? Number(x.type.dims.at(-1)) : 1;
  const type: TensorType = size === 1 ? scalarType : featureMap([], size);
  const data = Float32Array.from({ length: size }, (_, i) => (b - 3 + i) / 4);
  return constNode({ shape: type.dims.map(Number), data }, type);
}

/** Two narrow branches that are joined again, as in an inception module. */
function fork({ a, b }: Draft, x: Node, path: string): Node | undefined {
  const branch = (channels: number, name: string): Node | undefined => {
    const first = tryLayer('conv', [x], { channels, kernel: 1, bias: a % 2 === 0 }, `${path}.${name}.reduce`);
    const act = first && tryLayer('relu', [first], {}, `${path}.${name}.relu`);
    return act && tryLayer('conv', [act], { channels: 2, kernel: 3, pad: 'same' }, `${path}.${name}.conv`);
  };
  const [left, right] = [branch(1 + b, 'left'), branch(1 + (a % 4), 'right')];
  return left && right && tryLayer(a % 3 === 0 ? 'concat' : 'add', [left, right], {}, path);
}

/** Another value of the same type if there is one, else the value itself. */
function partner({ other }: Draft, nodes: readonly Node[], x: Node): Node {
  const same = nodes.filter((node) => sameType(node.type, x.type));
  return same[other % same.length] ?? x;
}

function concatInputs({ other, a }: Draft, nodes: readonly Node[], x: Node): readonly Node[] {
  const spatial = (node: Node): string => node.type.dims.slice(0, -1).join('x');
  const fitting = nodes.filter(
    (node) => node.type.dims.length === x.type.dims.length && spatial(node) === spatial(x),
  );
  return [x, ...Array.from({ length: 1 + (a % 2) }, (_, i) => fitting[(other + i) % fitting.length] ?? x)];
}

function optionsOf({ kind, a, b }: Draft, x: Node): Attrs {
  const kernel = 1 + (a % 3);
  const pad = ['same', 0, b % kernel][b % 3] ?? 0;
  switch (kind) {
    case 'conv':
      return { channels: 1 + b, kernel, stride: 1 + (b % 2), pad, dilation: 1 + (a % 2), bias: a % 2 === 0 };
    case 'deconv':
      return {
        ...{ channels: 1 + b, kernel, stride: 1 + (b % 3), bias: a % 2 === 0, dilation: 1 + (a % 2) },
        ...{ pad: b % 4 === 0 ? 'same' : a % kernel, output_pad: b % 2 },
      };
    case 'dwconv':
      return { kernel, stride: 1 + (b % 2), pad, bias: a % 2 === 0 };
    case 'maxpool':
    case 'avgpool':
      return { kernel: 2 + (a % 2), stride: 1 + (b % 2), pad: b % 2 };
    case 'pad':
      return { amount: a % 3, value: b % 4 === 0 ? 1 : 0 };
    case 'upsample':
      return { factor: 2, scale: 2 };
    case 'dense':
      return { units: 1 + b };
    case 'dropout':
      return { rate: 0.5 };
    case 'slice':
      return { C: [a % 2, Math.max(1 + (a % 2), Number(x.type.dims.at(-1)) - (b % 2))] };
    default:
      return {};
  }
}
