/** The graph's text form: printing and parsing are inverse to each other, for every kind of attribute, type and output. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floorDivDim, addDims, mulDims, namedDim, type Dim } from '../../src/compiler/ir/dim.ts';
import type { AttrValue, Graph, Node } from '../../src/compiler/ir/graph.ts';
import { parseGraph } from '../../src/compiler/ir/parse.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import * as s from '../../src/compiler/ir/scalar-build.ts';
import { parseScalar, printScalar } from '../../src/compiler/ir/scalar-text.ts';
import type { Scalar } from '../../src/compiler/ir/scalar.ts';
import { noise } from '../../src/compiler/ir/tensor-text.ts';
import type { Tensor, TensorType } from '../../src/compiler/ir/type.ts';

const numbers = fc.oneof(
  fc.integer({ min: -99, max: 99 }),
  fc.double(),
  fc.constantFrom(-0, Infinity, -Infinity, NaN, 1e21, 1e-7),
);

const scalars: fc.Arbitrary<Scalar> = fc.letrec<{ expr: Scalar }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    numbers.map(s.num),
    fc.nat(12).map(s.arg),
    fc
      .tuple(
        fc.constantFrom('neg', 'abs', 'sqrt', 'floor', 'ceil', 'exp', 'log', 'tanh', 'erf' as const),
        tie('expr'),
      )
      .map(([op, x]) => s.unary(op, x)),
    fc
      .tuple(fc.constantFrom('add', 'sub', 'mul', 'div', 'min', 'max' as const), tie('expr'), tie('expr'))
      .map(([op, a, b]) => s.binary(op, a, b)),
    fc
      .tuple(
        fc.constantFrom('lt', 'le', 'gt', 'ge', 'eq', 'ne' as const),
        tie('expr'),
        tie('expr'),
        tie('expr'),
        tie('expr'),
      )
      .map(([op, a, b, c, d]) => s.select(op, [a, b], c, d)),
  ),
})).expr;

const dims: fc.Arbitrary<Dim> = fc
  .letrec<{ dim: Dim }>((tie) => ({
    dim: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom('H', 'W', 'size').map(namedDim),
      fc.tuple(tie('dim'), tie('dim')).map(([a, b]) => addDims(a, b)),
      fc.tuple(tie('dim'), fc.integer({ min: -3, max: 3 })).map(([a, k]) => mulDims(a, k)),
      fc.tuple(tie('dim'), fc.integer({ min: 2, max: 4 })).map(([a, k]) => floorDivDim(a, k)),
    ),
  }))
  .dim.filter((dim) => typeof dim !== 'number' || dim > 0);

const types: fc.Arbitrary<TensorType> = fc
  .tuple(
    fc.constantFrom([], ['C'], ['H', 'W', 'C'], ['O', 'I', 'H', 'W'], ['L', 'C'], ['N', 'M']),
    fc.array(dims, { minLength: 4, maxLength: 4 }),
    fc.constantFrom('f32', 'i32' as const),
  )
  .map(([axes, sizes, dtype]) => ({ dtype, axes, dims: sizes.slice(0, axes.length) }));

const tensors: fc.Arbitrary<Tensor> = fc.oneof(
  fc
    .array(fc.float(), { maxLength: 32 })
    .map((data) => ({ shape: [data.length], data: Float32Array.from(data) })),
  fc.tuple(fc.integer({ min: 3, max: 500 }), fc.float()).map(([n, value]) => ({
    shape: [n],
    data: new Float32Array(n).fill(value),
  })),
  fc.nat(1000).map((seed) => noise([7, 9], seed)),
);

const attributes: fc.Arbitrary<AttrValue> = fc.letrec<{ value: AttrValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    numbers,
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    tensors,
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('pads', 'kernelSize', 'x'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const paths = fc.oneof(
  fc.constantFrom('', 'stem.conv', 'stage[3].unit1.main', 'in', 'out', 'tensor'),
  fc.string(),
);

/** A graph of arbitrary nodes; the text form does not ask whether the operators make sense. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      op: fc.constantFrom('conv', 'relu', 'const', 'input', 'param'),
      path: paths,
      attrs: fc.dictionary(fc.constantFrom('stride', 'pad', 'epilogue', 'kind'), attributes, { maxKeys: 3 }),
      type: types,
      links: fc.array(fc.nat(50), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((drafts) => {
    const nodes: Node[] = [];
    for (const [i, { op, path, attrs, type, links }] of drafts.entries()) {
      const inputs = i === 0 ? [] : links.map((link) => nodes[link % i] as Node);
      const own = op === 'param' ? { name: 'weight' } : op === 'input' ? { name: path } : {};
      nodes.push({ op, inputs, attrs: { ...attrs, ...own }, type, path, span: undefined });
    }
    return {
      name: 'Any',
      inputs: [],
      outputs: nodes.map((node, i) => ({
        name: `y${i}`,
        nodes: i % 2 === 0 ? [node] : [node, nodes[0] as Node],
        output: { kind: 'tensor' },
        trainOnly: i % 3 === 1,
        doc: i % 2 === 0 ? undefined : 'One line.\nAnother `line`.',
      })),
    };
  });

describe('text form', () => {
  it('reads scalar expressions back as they were', () => {
    fc.assert(
      fc.property(scalars, (expr) => {
        expect(parseScalar(printScalar(expr))).toEqual(expr);
      }),
      { numRuns: 500 },
    );
  });

  it('reads graphs back as they were, sharing included', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const text = printGraph(graph);
        const again = parseGraph(text);
        expect(again).toEqual(graph);
        expect(printGraph(again)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('shows a long tensor as noise that prints the same', () => {
    const data = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
    const node: Node = {
      op: 'const',
      inputs: [],
      attrs: { value: { shape: [100], data } },
      type: { dtype: 'f32', axes: ['C'], dims: [100] },
      path: '',
      span: undefined,
    };
    const output = {
      name: 'y',
      nodes: [node],
      output: { kind: 'tensor' },
      trainOnly: false,
      doc: undefined,
    } as const;
    const text = printGraph({ name: 'N', inputs: [], outputs: [output] });
    expect(text).toMatch(/const\(value = tensor 100 noise \d+\) : 100/);
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  it('reads like a network', () => {
    const text = `graph LeNet {
  /// A digit.
  in digit: gray fit pad = digit
  digit = input() : 28x28x1
  %0 = const(value = tensor 3 [0.1, -0, 1e-7]) : 3
  stem.conv.weight = param(trainable = true, init = {kind: "he_normal", fanIn: 25, fanOut: 150}) : [O 6, I 1, H 5, W 5]
  stem.conv = conv(digit, stem.conv.weight, stride = [1, 1], epilogue = \`max($0, 0)\`) : 24x24x6
  train_only out aux: tensor = %0
  out class: label {classes: ["zero", "one"]} = stem.conv
}
`;
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  it('says where the text is wrong', () => {
    expect(() => parseGraph('graph N {\n  y = relu(x) : 3\n}')).toThrow(
      /line 2, column \d+: no node is called x/,
    );
    expect(() => parseGraph('graph N {\n  out y: tensor = z\n}')).toThrow(/no node is called z/);
  });
});
