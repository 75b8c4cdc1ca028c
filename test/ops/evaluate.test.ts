/** The interpreter on whole graphs, with numbers that can be checked by hand. */
import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { featureMap, shapeOf, sizeOf, type Tensor } from '../../src/compiler/ir/type.ts';
import {
  canonicalAttrs,
  constNode,
  inputNode,
  makeNode,
  paramNode,
  paramPath,
} from '../../src/compiler/ops/build.ts';
import { evaluate, evaluateNode } from '../../src/compiler/ops/evaluate.ts';
import { opDef } from '../../src/compiler/ops/index.ts';
import { isProblem } from '../../src/compiler/ops/op.ts';

const origin = { path: 'net', span: undefined };
const tensor = (shape: readonly number[], data: readonly number[]): Tensor => ({
  shape,
  data: new Float32Array(data),
});
const ones = (param: Node): Tensor => {
  const shape = shapeOf(param.type);
  return { shape, data: new Float32Array(sizeOf(shape)).fill(1) };
};

function graphOf(output: Node, inputs: readonly Node[]): Graph {
  return {
    name: 'N',
    inputs: inputs.map((node) => ({ name: node.path, node, format: 'f32', fit: 'stretch', doc: undefined })),
    outputs: [{ name: 'y', nodes: [output], output: { kind: 'tensor' }, trainOnly: false, doc: undefined }],
  };
}

function layer(op: string, x: Node, options: Parameters<typeof canonicalAttrs>[1]): Node {
  const def = opDef(op);
  const attrs = canonicalAttrs(def, options, [x.type]);
  if (isProblem(attrs)) throw new Error(attrs.code);
  const weights = (def.weights?.(attrs, [x.type]) ?? []).map((spec) =>
    paramNode(spec, { ...origin, path: op }),
  );
  return makeNode(op, [x, ...weights], attrs, origin);
}

describe('evaluate', () => {
  it('computes a small net: a 3x3 window of ones over ones, with its border', () => {
    const x = inputNode('x', featureMap([3, 3], 1), undefined);
    const y = layer('relu', layer('conv', x, { channels: 1, kernel: 3, pad: 'same', bias: false }), {});
    const result = evaluate(graphOf(y, [x]), { x: tensor([3, 3, 1], Array(9).fill(1)) }, ones);
    expect([...(result.y?.[0]?.data ?? [])]).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4]);
  });

  it('applies the epilogue of a fused node to the value with its bias', () => {
    const x = inputNode('x', featureMap([], 2), undefined);
    const plain = layer('dense', x, { units: 2 });
    const shift = constNode(tensor([2], [10, -10]), featureMap([], 2));
    const epilogue = s.max(s.add(s.arg(0), s.arg(1)), s.num(0));
    const fused = makeNode('dense', [...plain.inputs, shift], { ...plain.attrs, epilogue }, origin);
    const result = evaluate(graphOf(fused, [x]), { x: tensor([2], [1, 2]) }, ones);
    expect([...(result.y?.[0]?.data ?? [])]).toEqual([14, 0]);
  });

  it('computes a static node once and names weights by path', () => {
    const weight = paramNode(
      { name: 'weight', trainable: true, init: { kind: 'ones' }, type: featureMap([], 3) },
      origin,
    );
    expect(paramPath(weight)).toBe('net.weight');
    let reads = 0;
    const sum = makeNode('add', [weight, weight, weight], {}, origin);
    const value = evaluateNode(makeNode('relu', [sum], {}, origin), (param) => (reads++, ones(param)));
    expect([...value.data]).toEqual([3, 3, 3]);
    expect(reads).toBe(1);
  });

  it('is no deeper on the stack for a chain of 20 000 nodes', () => {
    const x = inputNode('x', featureMap([], 1), undefined);
    let y = x;
    for (let i = 0; i < 20_000; i++) y = makeNode('relu', [y], {}, origin);
    expect(evaluate(graphOf(y, [x]), { x: tensor([1], [5]) }, ones).y?.[0]?.data[0]).toBe(5);
  });
});
