import { describe, expect, test } from 'vitest';
import { check, movesOf, resolve, summarize, weightsFor, type Diagnostic } from '../../src/compiler/index.ts';
import { expectMended } from './mends.ts';
import { checkText, codes, graphOf, marked } from './support.ts';

const net = `net N {
  in x: f32[8, 8, 3]
  h = x -> conv(4, 3, pad = 1) -> relu
  y = h -> gap -> dense(10)
  out kind: label(y)
}
`;

describe('budgets', () => {
  test('name the layer with the largest share, at its place', () => {
    const { diagnostics } = checkText(`${net}budget { params <= 100, macs <= 10k }`);
    expect(diagnostics.map((d) => [d.code, marked(d)])).toEqual([['assert/over-budget', 'params <= 100']]);
    const [over] = diagnostics;
    expect(over?.message).toBe('N is over budget: 162 params, and 100 are allowed');
    expect(over?.labels.map((l) => [l.span.source.text.slice(l.span.start, l.span.end), l.text])).toEqual([
      ['conv(4, 3, pad = 1)', '69 % of all params'],
    ]);
    expect(over?.notes[0]?.text).toBe('most params are in h.conv 112 (69 %), y.dense 50 (31 %)');
  });

  test('inside the net, and by name', () => {
    expect(codes(net.replace('  out', '  budget { trainable < 162 }\n  out'))).toEqual([
      'assert/over-budget',
    ]);
    expect(codes(`${net}budget N { weightBytes <= 1 kB }`)).toEqual([]);
    expect(codes(`${net}budget N { weigths <= 1 kB }`)).toEqual(['names/unknown-word']);
    // Known only when the program is planned.
    expect(codes(`${net}budget N { peak <= 1 kB, download <= 1 kB }`)).toEqual([]);
  });
});

describe('tests', () => {
  const one = (body: string): readonly string[] => codes(`${net}test "t" { ${body} }`);
  test('name inputs and outputs of their net', () => {
    expect(one('x = "./a.npy"\n expect kind == "7" with p > 0.9')).toEqual([]);
    expect(one('y = "./a.npy"\n expect kind == "7"')).toEqual(['names/unknown-word']);
    expect(one('x = "./a.npy"\n expect knid == "7"')).toEqual(['names/unknown-word']);
  });
  test('need to say which net they mean', () => {
    expect(codes(`${net}${net.replace('net N', 'net M')}test "t" { x = "a.npy" }`)).toEqual([
      'network/which-net',
    ]);
  });
});

describe('variants of a family', () => {
  const house = (said: string): string =>
    `net House(w) {\n  in x: f32[4]\n  out y: tensor(x -> dense(w))\n}\nfamily House(w) { s = 2, n = 3 }\n${said}\n`;
  const told = (said: string): readonly string[] =>
    checkText(house(said)).diagnostics.map(({ code, message }) => `${code}: ${message}`);

  test('have tests and budgets of their own', () => {
    expect(
      told('test "t" of House.s { x = 0  expect y == [0, 0] }\nbudget House.n { params <= 15, macs <= 12 }'),
    ).toEqual([]);
    expect(told('test "t" of House.n { x = 0  expect y == [0, 0] }')).toEqual([
      'test/unlike-values: y is a list of 3 numbers, but it is compared with a list of 2 numbers',
    ]);
    expect(told('budget House.s { params <= 10 }\nbudget House.n { params <= 14 }')).toEqual([
      'assert/over-budget: House.n is over budget: 15 params, and 14 are allowed',
    ]);
    expect(told('budget House.s { params < 20, params < 30 }')).toEqual([
      'value/given-twice: params of the budget of House.s is given twice',
    ]);
  });

  test.each([
    ['test "t" of House.ss { x = 0  expect y == [0, 0] }', 'value/no-member: House has no ss'],
    ['budget House.m { params <= 9 }', 'value/no-member: House has no m'],
    ['budget Hose.s { params <= 10 }', 'names/unknown-net: there is no net called Hose here'],
    ['test "t" of House { x = 0  expect y == [0, 0] }', 'value/missing-argument: House needs w'],
    ['test "t" of House(2) { x = 0  expect y == [0, 0] }', 'syntax/unexpected: `(` is not expected here'],
    ['test "t" for House.s { x = 0  expect y == [0, 0] }', 'syntax/unexpected: `for` is not expected here'],
    ['budget of House.s { params <= 10 }', 'syntax/unexpected: `of` is not expected here'],
    [
      'budget House. { params <= 10 }',
      'syntax/unexpected: `{` is not expected here: a name should stand here',
    ],
  ])('%s', (said, message) => {
    const { diagnostics } = checkText(house(said));
    const [first, ...others] = diagnostics as [Diagnostic, ...Diagnostic[]];
    expect(others).toEqual([]);
    expect(`${first.code}: ${first.message}`).toContain(message);
    expectMended(house(said), first);
  });

  test('a net without a family has none, and a variant that did not parse is told once', () => {
    const text = `${net}budget N.s { params <= 1k }`;
    const [first] = checkText(text).diagnostics as [Diagnostic];
    expect(first.code).toBe('value/no-member');
    expectMended(text, first);
    expect(codes(house('budget House.s { params <= 10 }').replace('s = 2', 's ='))).toEqual([
      'syntax/unexpected',
    ]);
  });

  test('of another file', () => {
    const said = 'budget House.n { params <= 14 }\ntest "t" of House.s { x = 0  expect y == [0, 0] }';
    const text = `use { House } from "./house.cnn"\n${said}\n`;
    const exported = house('').replace('net House', 'export net House');
    const host = { read: (path: string) => (path === 'house.cnn' ? exported : undefined) };
    const { model, diagnostics } = resolve({ path: 'main.cnn', text }, host);
    expect(diagnostics).toEqual([]);
    expect(check(model).diagnostics.map(({ message }) => message)).toEqual([
      'House.n is over budget: 15 params, and 14 are allowed',
    ]);
  });
});

describe('training blocks', () => {
  const train = (body: string): readonly string[] => codes(`${net}train N {\n${body}\n}`);
  test('freeze patterns match weights', () => {
    const loss = 'loss = crossentropy(y)';
    expect(train(`${loss}\nphase a { freeze h.**, **.bias }`)).toEqual([]);
    expect(train(`${loss}\nfreeze stem.**`)).toEqual(['train/freezes-nothing']);
  });
  test('crossentropy of probabilities is a second softmax', () => {
    const text = net.replace('dense(10)', 'dense(10) -> softmax');
    expect(codes(`${text}train N {\n  loss = crossentropy(y) + 0.1\n}`)).toEqual(['network/softmax-twice']);
  });
  test('settings and values are known', () => {
    expect(
      train('loss = crossentropy(y)\noptim = sgd(lr = 0.1, momentum = 0.9) schedule cosine\nbatch = 64'),
    ).toEqual([]);
    expect(train('los = crossentropy(y)')).toEqual(['names/unknown-word', 'train/no-loss']);
    expect(train('loss = crossentropy(logit)')).toEqual(['names/unknown']);
    expect(train('loss = crossentropy(y)\naugment x { shift(2), rotat(10) }')).toEqual([
      'names/unknown-word',
    ]);
    expect(train('loss = crossentropy(y)\naugment z { shift(2) }')).toEqual(['names/unknown-word']);
  });
});

test('weights and renames are handed on to the loader', () => {
  const text = `${net}weights N from "./w/n.safetensors" layout torch except y.**\nmoved stem -> h\n`;
  const { model, diagnostics } = resolve({ path: 'nets/main.cnn', text }, { read: () => undefined });
  expect(diagnostics).toEqual([]);
  expect(weightsFor(model, 'N')).toMatchObject({
    paths: ['nets/w/n.safetensors'],
    layout: 'torch',
    except: ['y.**'],
    moved: [{ from: 'stem', to: 'h' }],
  });
  expect(weightsFor(model, 'M')).toBeUndefined();
  expect(movesOf(model)).toEqual([{ from: 'stem', to: 'h' }]);
});

describe('a net that only stands for another', () => {
  const small = `export ${net}weights N from "./n.safetensors"\nmoved stem -> h\n`;
  const declared = (text: string, name: string): unknown => {
    const files: Record<string, string> = { 'nets/small.cnn': small };
    const host = { read: (path: string) => files[path] };
    const { model, diagnostics } = resolve({ path: 'main.cnn', text }, host);
    expect(diagnostics).toEqual([]);
    return weightsFor(model, name);
  };
  const use = 'use { N as Small } from "./nets/small.cnn"\n';

  test("has the other's weights, also of another file", () => {
    const theirs = { paths: ['nets/n.safetensors'], moved: [{ from: 'stem', to: 'h' }] };
    expect(declared(`${use}net A = Small\nnet B = A`, 'B')).toMatchObject(theirs);
    expect(declared(`${use}net A = convolutional(Small, 16x16)`, 'A')).toMatchObject(theirs);
  });
  test('has its own where there are any', () => {
    const text = `${use}net A = Small\nweights A from "@s/nets/a.safetensors"\nweights Small from "small.safetensors"`;
    expect(declared(text, 'A')).toMatchObject({
      paths: ['@s/nets/a.safetensors', 'node_modules/@s/nets/a.safetensors'],
    });
    expect(declared(`${text}\nnet B = Small`, 'B')).toMatchObject({ paths: ['small.safetensors'] });
  });
  test('has none where other layers come in', () => {
    expect(declared(`${use}net A extends Small {\n  replace h = x -> conv(8, 3)\n}`, 'A')).toBeUndefined();
  });
});

describe('nets of other files', () => {
  const files = {
    'n.cnn': `export ${net}budget N { params <= 1 }\nassert N.params == 1\nexport net P(c) extends N {\n  replace y = h -> gap -> dense(c)\n}\n`,
  };
  const found = (text: string): readonly string[] =>
    codes(`use { N as Small, P } from "./n.cnn"\n${text}`, files).filter((code) => code !== 'names/unused');

  test('budgets, tests and training blocks about them are checked', () => {
    expect(found('budget Small { params <= 10 }')).toEqual(['assert/over-budget']);
    expect(found('budget Small { params <= 1k }')).toEqual([]);
    expect(found('test "t" of Small { x = 1  expect q == 1 }')).toEqual(['names/unknown-word']);
    expect(found('train Small { loss = crossentropy(y)  freeze q.** }')).toEqual(['train/freezes-nothing']);
  });
  test('what their own file says about them is checked there', () => {
    expect(found('export net App = Small')).toEqual([]);
    expect(codes(files['n.cnn'])).toEqual(['assert/failed', 'assert/over-budget']);
  });
  test('those that need parameters have no figures', () => {
    const needs = ['value/missing-argument'];
    expect(found('budget P { params <= 10 }')).toEqual(needs);
    expect(found('assert P.params == 10')).toEqual(needs);
    expect(found('assert P(3).trainable > 10')).toEqual([]);
  });
});

describe('the table of layers', () => {
  const rows = (text: string): readonly unknown[] =>
    summarize(graphOf(text)).layers.map((l) => [
      l.path,
      l.op,
      l.inputs.join(' '),
      l.output,
      l.params,
      l.receptiveField,
    ]);

  test('gives connections, shapes, parameters and receptive fields', () => {
    expect(
      rows(`net N {
  in x: rgb 32x32 scale 1/255 mean [1, 2, 3]
  a = x -> conv(4, 3, pad = 1) -> maxpool(2)
  b = a -> conv(4, 3, pad = 1, dilation = 1)
  y = add { a, b } -> gap
  out z: tensor(y)
}`),
    ).toEqual([
      ['x', 'input', '', '32x32x3', 0, [1, 1]],
      ['a.conv', 'conv', 'x', '32x32x4', 112, [3, 3]],
      ['a.maxpool', 'maxpool', 'a.conv', '16x16x4', 0, [4, 4]],
      ['b.conv', 'conv', 'a.maxpool', '16x16x4', 148, [8, 8]],
      ['y.add', 'add', 'a.maxpool b.conv', '16x16x4', 0, [8, 8]],
      ['y.gap', 'gap', 'y.add', '4', 0, 'all'],
    ]);
  });

  test('counts a shared weight once', () => {
    const shared = rows(`net N {
  in a: f32[4]
  in b: f32[4]
  let e = dense(3)
  out z: tensor((a -> e) - (b -> e))
}`) as readonly (readonly unknown[])[];
    expect(shared.map((row) => row[4])).toEqual([0, 0, 15, 0, 0]);
  });
});
