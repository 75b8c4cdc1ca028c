/** Rewriting, verification and numbering of graphs. */
import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/compiler/ir/graph.ts';
import { createInterner } from '../../src/compiler/ir/hash.ts';
import { parseGraph } from '../../src/compiler/ir/parse.ts';
import { printGraph } from '../../src/compiler/ir/print.ts';
import { heightOf, isStatic, rewrite, type Rule } from '../../src/compiler/ir/rewrite.ts';
import { verify } from '../../src/compiler/ir/verify.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { optimize } from '../../src/compiler/5-optimize/index.ts';
import { plan } from '../../src/compiler/6-plan/index.ts';
import { graphOf, inputMap, layer } from '../support/net-builder.ts';

/** relu(relu(x)) → relu(x), and the count of what the rule saw. */
const joinRelus: Rule = {
  name: 'relu(relu(x)) → relu(x)',
  apply: (node) => {
    const [x] = node.inputs;
    return node.op === 'relu' && x?.op === 'relu' ? x : undefined;
  },
};

function chain(length: number): { readonly x: Node; readonly last: Node } {
  const x = inputMap('x', [2, 2], 3);
  let last = x;
  for (let i = 0; i < length; i++)
    last =
      i % 2 === 0 ? layer('relu', [last], {}, `r${i}`) : layer('maxpool', [last], { kernel: 1 }, `p${i}`);
  return { x, last };
}

describe('rewriting', () => {
  it('settles with sharing kept', () => {
    const graph = parseGraph(`graph N {
      in x: f32 = x
      x = input() : 4
      a = relu(x)
      b = relu(a)
      c = add(b, a)
      d = add(c, c)
      out y: tensor = d
    }`);
    const result = rewrite(graph, [joinRelus]);
    expect(printGraph(result)).toBe(
      printGraph(
        parseGraph(`graph N {
          in x: f32 = x
          x = input() : 4
          a = relu(x)
          c = add(a, a)
          d = add(c, c)
          out y: tensor = d
        }`),
      ),
    );
  });

  it('gives the very same graph back where nothing changes', () => {
    const { x, last } = chain(5);
    const graph = graphOf([last], [x]);
    expect(rewrite(graph, [joinRelus])).toBe(graph);
  });

  it('stops at rules that go in circles, and at rules that change a type', () => {
    const { x, last } = chain(1);
    const graph = graphOf([last], [x]);
    const circle: Rule = { name: 'x → x', apply: (node) => (node.op === 'relu' ? { ...node } : undefined) };
    expect(() => rewrite(graph, [circle])).toThrow(/do not settle/);
    const other: Rule = {
      name: 'relu → gap',
      apply: (node) => (node.op === 'relu' ? layer('gap', [x], {}, '') : undefined),
    };
    expect(() => rewrite(graph, [other])).toThrow(/turns 2x2x3 into 3/);
  });

  it('handles 10,000 layers in a row: rewriting, optimising, planning', () => {
    const { x, last } = chain(10_000);
    const graph = graphOf([last], [x]);
    expect(heightOf(last)).toBe(10_000);
    expect(isStatic(last)).toBe(false);
    expect(verify(graph)).toEqual([]);
    const optimised = optimize(graph);
    // Every activation but the first, which follows the input, is in a pool's epilogue.
    expect(topological(optimised)).toHaveLength(5_002);
    expect(plan(graph, { relaxed: true, wide: false }).steps).toHaveLength(10_000);
  });
});

describe('numbering', () => {
  it('gives equal computations one number, but never two layers’ weights', () => {
    const [a, b, c, d] = topological(
      parseGraph(`graph N {
        a.weight = param(trainable = true) : 3
        b.weight = param(trainable = true) : 3
        p = const(value = tensor 3 [1, 2, 3]) : 3
        q = const(value = tensor 3 [1, 2, 3]) : 3
        out y: tensor = a.weight, b.weight, p, q
      }`),
    );
    const idOf = createInterner();
    const [ia, ib, ic, id] = [a, b, c, d].map((node) => idOf(node as Node));
    expect(ia).not.toBe(ib);
    expect(ic).toBe(id);
  });
});

describe('verification', () => {
  const faults = (body: string): readonly string[] =>
    verify(parseGraph(`graph N {\n in x: f32 = x\n x = input() : 4x4x2\n ${body}\n}`));

  it.each([
    ['y = relu(x) : 4x4x3\n out y: tensor = y', /y: 4x4x3, but the operator's rule says 4x4x2/],
    ['y = blur(x) : 4x4x2\n out y: tensor = y', /there is no operator blur/],
    ['z = input() : 3\n y = relu(z)\n out y: tensor = y', /the input z is not declared/],
    ['a = relu(x)\n a#2 = tanh(a)\n out y: tensor = a#2', /two nodes have the path a/],
    ['y = const(value = tensor 3 [1, 2, 3]) : 4\n out y: tensor = y', /3 numbers for 4/],
    ['y = gap(x, epilogue = `$0`)\n out y: tensor = y', /gap takes no such epilogue/],
    [
      'w = const(value = tensor 2x2 [1, 2, 3, 4]) : [O 2, I 2]\n v = gap(x)\n y = dense(v, w, units = 3, bias = false)\n out y: tensor = y',
      /its weight is \[O 2, I 2\], but should be \[O 3, I 2\]/,
    ],
    [
      'p = maxpool(x, x, kernel = [1, 1], stride = [1, 1], pad = [[0, 0], [0, 0]], epilogue = `$0 + $2`)\n out y: tensor = p',
      /its epilogue uses \$2 of 1 operands/,
    ],
  ])('%s', (body, fault) => {
    expect(faults(body).join('\n')).toMatch(fault);
  });
});
