/** `1/9` is 0 as a size and a ninth everywhere else: in filters, factors, options, scales, rates, and through what is computed with it. */
import { describe, expect, it } from 'vitest';
import { topological, type Node } from '../../src/compiler/ir/graph.ts';
import { shapeOf } from '../../src/compiler/ir/type.ts';
import { graphOf } from '../stdlib/nets.ts';
import { codes } from './support.ts';

function nodes(text: string, op: string): readonly Node[] {
  return topological(graphOf('main.cnn', { net: 'N', text })).filter((node) => node.op === op);
}

/** The numbers of the constants of `net N`. */
function constants(text: string): readonly number[] {
  return nodes(text, 'const').flatMap((node) => [...(node.attrs['value'] as { data: Float32Array }).data]);
}

const filtered = (table: string): string => `filter F = ${table}
  net N { in x: gray 8x8  out y: tensor(x -> conv(kernel = F)) }`;

const computed = (stage: string): string => `net N { in x: f32[8]  out y: tensor(${stage}) }`;

describe('a quotient of whole numbers', () => {
  it.each<[string, readonly number[]]>([
    ['[[1/2, -1/4]]', [0.5, -0.25]],
    ['[[3 * (1/2), 1/2 + 1/4, 1 - 3/4, -(1/8)]]', [1.5, 0.75, 0.25, -0.125]],
    ['[[1/2/2, (1/2) ^ 2, 3/2 * 2, 7/4.0]]', [0.25, 0.25, 3, 1.75]],
    ['[[sqrt(1/4), max(1/4, 1/2), abs(-1/2), sum([1/2, 1/4])]]', [0.5, 0.5, 0.5, 0.75]],
    ['[[ceil(7/2), floor(7/2), round(7/4)]]', [4, 3, 2]],
  ])('is exact in the filter %s', (table, numbers) => {
    expect(constants(filtered(table))).toEqual(numbers);
  });

  it('is exact in the stdlib’s blur, whose numbers are 1 in all', () => {
    const text = `use { Gauss } from "std/filters"
      net N { in x: gray 8x8  out y: tensor(x -> conv(kernel = Gauss)) }`;
    expect(constants(text).reduce((a, b) => a + b, 0)).toBe(1);
  });

  it.each<[string, number]>([
    ['x * (1/2)', 0.5],
    ['x + 3/4', 0.75],
    ['(1/4) * x', 0.25],
  ])('is exact as the factor or summand of %s', (stage, number) => {
    expect(constants(computed(stage))).toEqual([number]);
  });

  it('is exact in options that take fractions, also as a parameter of a block', () => {
    expect(nodes(computed('x -> leaky_relu(1/8)'), 'leaky_relu').map(({ attrs }) => attrs['slope'])).toEqual([
      0.125,
    ]);
    const blocks = `block B(s) = leaky_relu(s)
      ${computed('x -> B(1/8) -> B(1/4) -> B(0)')}`;
    expect(nodes(blocks, 'leaky_relu').map(({ attrs }) => attrs['slope'])).toEqual([0.125, 0.25, 0]);
  });

  it('is floored as a size', () => {
    const text = `net N { in x: rgb 8x8  out y: tensor(x -> conv(7/2, 3) -> conv(2 * (7/2), 3)) }`;
    expect(nodes(text, 'conv').map(({ type }) => shapeOf(type))).toEqual([
      [6, 6, 3],
      [4, 4, 6],
    ]);
  });

  it('is a rate of a train, and no 0', () => {
    const text = `net N {
        in x: f32[8]
        scores = x -> dense(2)
        out y: label(scores) of ["a", "b"]
      }
      train N { data = folder("photos")  loss = crossentropy(scores)  optim = sgd(lr = 1/1000)  lr = 1/2 }`;
    expect(codes(text)).toEqual([]);
  });
});
