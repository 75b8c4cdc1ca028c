/** Fused element-wise tails: the lowering of every operator that takes one gives what the interpreter gives. */
import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../src/compiler/ir/graph.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { featureMap, scalarType, type TensorType } from '../../src/compiler/ir/type.ts';
import { inputNode, inputRoles, makeNode } from '../../src/compiler/ops/build.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { allOps } from '../../src/compiler/ops/index.ts';
import type { OpDef, Sample } from '../../src/compiler/ops/op.ts';
import { difference, nodeOf, origin, runLowering, valuesOf } from './support.ts';

/** max((acc · per channel + per tensor) · scalar, 0.1 · acc). */
const tail = s.max(s.mul(s.add(s.mul(s.arg(0), s.arg(1)), s.arg(2)), s.arg(3)), s.mul(s.num(0.1), s.arg(0)));

/** The node with a tail of one operand of every role, all inputs as graph inputs. */
function fused(def: OpDef, sample: Sample): Node {
  const plain = nodeOf(def, sample);
  const last = plain.type.axes.at(-1) === 'C' ? Number(plain.type.dims.at(-1)) : 1;
  const perChannel: TensorType = plain.type.axes.at(-1) === 'C' ? featureMap([], last) : scalarType;
  const types = [...plain.inputs.map((input) => input.type), perChannel, plain.type, scalarType];
  const inputs = types.map((type, i) => inputNode(`x${i}`, type, undefined));
  return makeNode(def.name, inputs, { ...plain.attrs, epilogue: tail }, origin);
}

function graphOf(node: Node): Graph {
  const inputs = node.inputs.map((input) => ({
    name: input.path,
    node: input,
    format: 'f32' as const,
    fit: 'stretch' as const,
    doc: undefined,
  }));
  const output = { kind: 'tensor' as const };
  return {
    name: 'N',
    inputs,
    outputs: [{ name: 'y', nodes: [node], output, trainOnly: false, doc: undefined }],
  };
}

describe.each(allOps.filter((op) => op.epilogue))('$name', (def) => {
  it.each(def.samples.map((sample, i) => ({ sample, i })))(
    'takes an element-wise tail (sample $i)',
    ({ sample, i }) => {
      const node = fused(def, sample);
      const roles = inputRoles(node);
      expect(roles.epilogue).toHaveLength(3);
      expect(roles.data).toHaveLength(sample.inputs.length);
      const values = valuesOf(node, sample, i);
      const named = Object.fromEntries(values.map((value, k) => [`x${k}`, value]));
      const expected = evaluate(graphOf(node), named, () => expect.fail('there are no weights')).y?.[0];
      const actual = runLowering(def.lower(node), node, values);
      // The interpreter rounds the accumulated value to float32 before the tail, the nests do not.
      expect(difference(actual.data, expected?.data ?? [])).toBeLessThan(1e-6);
    },
  );
});
