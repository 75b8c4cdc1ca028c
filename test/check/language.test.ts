import { describe, expect, test } from 'vitest';
import { instantiate, printGraph, resolve } from '../../src/compiler/index.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { evaluate } from '../../src/compiler/ops/evaluate.ts';
import { checkText, codes, graphOf, layers, weightPaths } from './support.ts';

const base = `net Base(classes = 10) {
  in image: rgb 16x16 scale 1/255
  body = image -> conv(4, 3, bias = false) -> bn -> relu
  logits = body -> gap -> dense(classes)
  out class: label(logits)
}
`;

describe('nets made from nets', () => {
  test('extends keeps paths, replaces values and outputs, and adds new ones', () => {
    const graph = graphOf(`${base}net Flowers extends Base {
  replace logits = body -> gap -> dropout(0.2) -> dense(5)
  code = body -> gap
  out class: label(logits) of ["a", "b", "c", "d", "e"]
  out vector: tensor(code)
}`);
    expect(graph.outputs.map((o) => [o.name, o.output.kind])).toEqual([
      ['class', 'label'],
      ['vector', 'tensor'],
    ]);
    expect(weightPaths(graph)).toEqual([
      'body.conv.weight',
      'body.bn.weight',
      'body.bn.bias',
      'body.bn.running_mean',
      'body.bn.running_var',
      'logits.dense.weight',
      'logits.dense.bias',
    ]);
    expect(layers(graph)).toContain('logits.dense dense 5');
  });

  test('extends with arguments, and of a net that extends another', () => {
    const text = `${base}net Mid extends Base(classes = 7) {
  extra = body -> conv(2, 1)
  out map: tensor(extra)
}
net Top extends Mid { replace extra = body -> conv(3, 1) }`;
    expect(layers(graphOf(text)).filter((l) => /logits.dense|extra/.test(l))).toEqual([
      'logits.dense dense 7',
      'extra.conv conv 14x14x3',
    ]);
  });

  test('variants of a family are checked, and say which of them is wrong', () => {
    const text = `net M(width) {
  in x: rgb 8x8
  y = x -> conv(width, 3, groups = 3)
  out z: tensor(y)
}
family M(width) { small = 6, odd = 5, large = 12 }
`;
    const { diagnostics, nets } = checkText(text);
    expect(diagnostics.map(({ code, notes }) => [code, notes.at(-1)?.text])).toEqual([
      ['shape/groups-divide', 'in M.odd'],
    ]);
    expect(nets[0]?.variants.map(({ name, facts }) => [name, facts?.costs.params])).toEqual([
      ['M.small', 6 * 9 + 6],
      ['M.odd', undefined],
      ['M.large', 12 * 9 + 12],
    ]);
  });

  test('class names have a name, also before braces', () => {
    const text = `let names = ["cat", "dog"]
net D {
  in image: rgb 32x32
  map = image -> conv(21, 4, stride = 4)
  out boxes: detect(classes = 2) of names {
    branch map anchors [(1, 2), (2, 1), (3, 3)]
  }
  out kind: label(map -> gap -> dense(2)) of names
  merged = map -> add { conv(3, 1), conv(3, 1) }
  out sum: tensor(merged)
}`;
    expect(codes(text)).toEqual([]);
  });

  test('a family names variants of a net', () => {
    const text = `net M(width = 1.0, depth = 1) {
  in x: f32[8]
  y = x -> repeat(depth) { dense(round(10 * width)) -> relu }
  out z: tensor(y)
}
family M(width, depth) { small = (0.5, 2), large = (2.0, 3) }
assert M.small.params == 5 * 9 + 5 * 6 and M.params == 90
`;
    expect(codes(text)).toEqual([]);
    const { model } = resolve({ path: 'a.cnn', text }, { read: () => undefined });
    const { graph } = instantiate(model, { net: 'M.large', mode: 'inference' });
    expect(graph && layers(graph).filter((l) => l.includes('dense'))).toHaveLength(3);
    expect(instantiate(model, { net: 'M.tiny', mode: 'inference' }).diagnostics.map((d) => d.code)).toEqual([
      'names/unknown-net',
    ]);
  });

  test('a net inside a net: its body on the incoming value, under its path', () => {
    const graph = graphOf(`${base}net Two {
  in a: rgb 16x16
  in b: rgb 16x16
  let f = Base(3)
  d = abs((a -> f) - (b -> f))
  out z: tensor(d)
}`);
    expect(weightPaths(graph)[0]).toBe('f.body.conv.weight');
    expect(weightPaths(graph)).toHaveLength(7);
    expect(layers(graph)).toContain('f.logits.dense@2 dense 3');
  });
});

describe('file-wide statements', () => {
  test('defaults hold where a call says nothing', () => {
    const graph = graphOf(`defaults { conv { bias = false, pad = same } }
net N {
  in x: f32[8, 8, 3]
  y = x -> conv(4, 3) as a -> conv(4, 3, bias = true, pad = 0) as b
  out z: tensor(y)
}`);
    expect(weightPaths(graph)).toEqual(['y.a.weight', 'y.b.weight', 'y.b.bias']);
    expect(layers(graph)).toContain('y.a conv 8x8x4');
  });

  test('a filter is a fixed kernel without weights', () => {
    const graph = graphOf(`filter Sobel = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
net Edges {
  in x: f32[3, 3, 1]
  y = x -> conv(kernel = Sobel)
  out z: tensor(y)
}`);
    expect(weightPaths(graph)).toEqual([]);
    const data = new Float32Array([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    const out = evaluate(graph, { x: { shape: [3, 3, 1], data } }, () => {
      throw new Error('no weights');
    });
    expect([...(out['z']?.[0]?.data ?? [])]).toEqual([4]);
  });

  test('imports with aliases, cycles between files, and packages', () => {
    const files = {
      'a.cnn':
        'use { B } from "./b.cnn"\nexport block A(c) = dense(c) -> relu\nexport block AB(c) = A(c) -> B(c)',
      'b.cnn':
        'use { A } from "./a.cnn"\nexport block B(c) = dense(c) -> sigmoid\nexport block BA(c) = B(c) -> A(c)',
      'node_modules/@me/nets/index.cnn': 'use { C } from "./lib/c.cnn"\nexport block Outer(c) = C(c)',
      'node_modules/@me/nets/lib/c.cnn': 'export block C(c) = dense(c) -> tanh',
    };
    const text = `use { AB as Twice } from "./a.cnn"
use { Outer } from "@me/nets"
net N {
  in x: f32[4]
  y = x -> Twice(3) -> Outer(2)
  out z: tensor(y)
}`;
    expect(codes(text, files)).toEqual([]);
    expect(weightPaths(graphOf(text, files)).filter((path) => path.endsWith('weight'))).toEqual([
      'y.twice.a.dense.weight',
      'y.twice.b.dense.weight',
      'y.outer.c.dense.weight',
    ]);
  });

  test('imports never leave the project or a package', () => {
    const use = (path: string): readonly string[] =>
      codes(`use { A } from "${path}"\nnet N {\n  in x: f32[4]\n  out z: tensor(x -> A)\n}`, {
        'node_modules/p/index.cnn': 'use { B } from "../q/b.cnn"\nexport block A = relu -> B',
        'node_modules/q/b.cnn': 'export block B = relu',
      });
    expect(use('../a.cnn')).toEqual(['import/outside-project']);
    expect(use('/etc/passwd')).toEqual(['import/outside-project']);
    expect(use('std/../../x')).toEqual(['import/outside-project']);
    expect(use('./node_modules/q/b.cnn')).toEqual(['import/outside-project']);
    expect(use('p')).toEqual(['import/outside-project']);
  });
});

describe('inputs', () => {
  const run = (input: string, values: readonly number[]): readonly number[] => {
    const graph = graphOf(`net N {\n  in x: ${input}\n  out z: tensor(x)\n}`);
    const { type } = graph.inputs[0]!.node;
    const out = evaluate(
      graph,
      { x: { shape: type.dims.map(Number), data: new Float32Array(values) } },
      () => {
        throw new Error('no weights');
      },
    );
    return [...(out['z']?.[0]?.data ?? [])].map((v) => Math.round(v * 1000) / 1000);
  };

  test('scale, then mean, then std, whatever the order in the text', () => {
    expect(run('rgb 1x1 scale 1/255 mean [0.5, 0.4, 0.2] std [0.5, 0.2, 0.1]', [255, 0, 51])).toEqual([
      1, -2, 0,
    ]);
    expect(run('rgb 1x1 std [0.5, 0.2, 0.1] mean [0.5, 0.4, 0.2] scale 1/255', [255, 0, 51])).toEqual([
      1, -2, 0,
    ]);
  });
  test('range maps 0..255', () => expect(run('gray 1x2 range -1..1', [0, 255])).toEqual([-1, 1]));
  test('order comes first: means are those of the new channels', () => {
    expect(run('rgb 1x1 order bgr mean [1, 2, 3]', [10, 20, 30])).toEqual([29, 18, 7]);
  });
  test('sizes for one compilation', () => {
    const text = `net N {
  in x: rgb[H, W] = 32x32 where H % 8 == 0
  y = x -> conv(4, 3, pad = same)
  out z: tensor(y)
}`;
    const { model } = resolve({ path: 'a.cnn', text }, { read: () => undefined });
    const at = (...sizes: number[]): readonly string[] => {
      const { graph, diagnostics } = instantiate(model, { sizes: { x: sizes }, mode: 'inference' });
      return graph ? layers(graph).slice(-1) : diagnostics.map((d) => d.code);
    };
    expect(at(64, 40)).toEqual(['y.conv conv 64x40x4']);
    expect(at(65, 40)).toEqual(['network/where']);
    expect(at(64)).toEqual(['network/input-size']);
  });
});

describe('expressions', () => {
  const value = (expr: string, before = ''): number | string => {
    const { diagnostics, nets } = checkText(`${before}net N {
  in x: f32[4, 6, 5]
  y = x -> gap -> dense(${expr})
  out z: tensor(y)
}`);
    return diagnostics[0]?.code ?? Number(nets[0]?.facts?.values.get('y')?.type.dims[0]);
  };

  test.each([
    ['7 / 2', 3],
    ['-7 / 2 + 10', 6],
    ['7 % 4', 3],
    ['2 ^ 5', 32],
    ['round(7 / 2.0)', 4],
    ['sum([1, 2, 3])', 6],
    ['len([1, 2, 3])', 3],
    ['max(3, 5)', 5],
    ['[4, 5, 6][-1]', 6],
    ['x.H + x.C', 9],
    ['if x.W > 5 and not (x.C == 6) { 2 } else { 3 }', 2],
    ['1k', 1000],
    ['7.5', 'value/expected'],
    ['0', 'value/too-small'],
    ['1 / 0', 'value/zero-division'],
    ['[1][3]', 'value/index'],
    ['x.L', 'value/no-member'],
  ])('%s', (expr, expected) => expect(value(expr)).toBe(expected));

  test('constants of the file, in any order', () => {
    expect(value('b', 'let b = a + 1\nlet a = 2\n')).toBe(3);
    expect(value('a', 'let a = b\nlet b = a\n')).toBe('names/circular');
  });

  test('sizes are element by element', () => {
    const graph = graphOf(`block C(k) = conv(2, k, pad = k / 2)
net N {
  in x: f32[8, 8, 3]
  y = x -> C(1x7) -> C(3)
  out z: tensor(y)
}`);
    expect(layers(graph).filter((l) => l.includes('conv'))).toEqual([
      'y.c1.conv conv 8x8x2',
      'y.c2.conv conv 8x8x2',
    ]);
  });

  test('arithmetic on values broadcasts over named axes', () => {
    const graph = graphOf(`net N {
  in x: f32[8, 8, 3]
  gate = x -> gap -> dense(3) -> sigmoid
  y = x * gate + 1
  out z: tensor(-y / 2)
}`);
    expect(layers(graph).slice(-4)).toEqual([
      'y.mul mul 8x8x3',
      'y.add add 8x8x3',
      'z.neg neg 8x8x3',
      'z.div div 8x8x3',
    ]);
  });

  test('train_only values exist in the training graph', () => {
    const text = `net N {
  in x: f32[8]
  h = x -> dense(6) -> relu
  train_only aux = h -> dense(3)
  y = h -> dense(2)
  out z: tensor(y)
  train_only out side: tensor(aux)
}`;
    const { model, diagnostics } = resolve({ path: 'a.cnn', text }, { read: () => undefined });
    expect(diagnostics.map((d) => d.message)).toEqual([]);
    const count = (mode: 'inference' | 'training'): number =>
      topological(instantiate(model, { mode }).graph ?? graphOf(text)).filter((n) => n.op === 'dense').length;
    expect([count('inference'), count('training')]).toEqual([2, 3]);
  });
});

describe('outputs', () => {
  const out = (value: string, of = ''): readonly string[] =>
    layers(graphOf(`net N {\n  in x: f32[4]\n  y = x -> dense(3) as s\n  out z: ${value}${of}\n}`)).slice(2);
  test('labels end in probabilities once', () => {
    expect(out('label(y)')).toEqual(['z.softmax softmax 3']);
    expect(out('label(y -> softmax)')).toEqual(['z.softmax softmax 3']);
    expect(out('labels(y)')).toEqual(['z.sigmoid sigmoid 3']);
    expect(out('tensor(y)')).toEqual([]);
  });
  test('embeddings have length 1', () => {
    expect(out('embedding(y)').at(-1)).toBe('z.unit div 3');
  });
});

describe('each takes items apart', () => {
  const net = (loop: string): string =>
    `net N {\n  in x: f32[16, 16, 3]\n  y = x -> ${loop}\n  out z: tensor(y)\n}`;
  const body = '{ conv(c, 3, stride = s, pad = 1) -> relu }';

  test('pairs, lists and sizes, with a number or without', () => {
    const apart = graphOf(net(`each [c, s] of [(8, 1), [16, 2], 4x2] ${body}`));
    const byIndex = body.replace('c,', 'r[0],').replace('= s', '= r[1]');
    const indexed = graphOf(net(`each r of [(8, 1), [16, 2], 4x2] ${byIndex}`));
    expect(printGraph(apart)).toBe(printGraph(indexed));
    const numbered = graphOf(
      net(`each ([c, s], i) of [(8, 1), (16, 2)] { conv(c + i, 3, stride = s) -> relu }`),
    );
    expect(numbered.outputs[0]?.nodes[0]?.type.dims).toEqual([6, 6, 17]);
  });
  test('that have as many parts as there are names', () => {
    expect(codes(net(`each [c, s] of [(8, 1), (16, 2, 3)] ${body}`))).toEqual(['value/expected']);
    expect(codes(net(`each [c, s] of [8, 16] ${body}`))).toEqual(['value/expected']);
    expect(codes(net(`each [c, c] of [(8, 1)] { conv(c, 3) -> relu }`))).toEqual(['names/duplicate']);
  });
});
