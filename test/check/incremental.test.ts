/** A checker that remembers says what a fresh check says, after any edit; and it does remember. */
import { withoutConsequences } from '../../src/compiler/diagnostics/consequences.ts';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, createChecker, nodeHost, resolve, type Host, type Source } from '../../src/compiler/index.ts';
import { newBlockMemory } from '../../src/compiler/3-check/index.ts';
import { stdlibFolder } from '../../src/compiler/host.ts';
import { topological } from '../../src/compiler/ir/graph.ts';
import { told } from './told.ts';

const host = nodeHost(stdlibFolder());
const path = 'edited.cnn';

const fresh = (text: string): unknown => freshly({ path, text }, nodeHost(stdlibFolder()));

function freshly(source: Source, files: Host): unknown {
  const resolved = resolve(source, files);
  // Every block is evaluated wherever it stands.
  const { diagnostics, nets } = check(resolved.model, {
    memo: { blocks: 'none', outcome: (_of, _net, compute) => compute() },
  });
  return told(withoutConsequences([...resolved.diagnostics, ...diagnostics]), nets);
}

/** One line after another, as a person edits: removed, repeated, commented, or with another number or name. */
const edits: readonly ((lines: readonly string[], at: number, by: number) => readonly string[])[] = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ''),
  (lines, at) => lines.toSpliced(at, 0, '// a comment'),
  (lines, at, by) => lines.with(at, (lines[at] ?? '').replace(/\d+/, String(by))),
  (lines, at, by) => lines.with(at, (lines[at] ?? '').replace(/\d+(?=\D*$)/, String(by))),
  (lines, at) => lines.with(at, (lines[at] ?? '').replace(/\brelu\b/, 'sigmoid')),
  (lines, at) => lines.with(at, (lines[at] ?? '').replace(/^(\s*)(\w+)/, '$1$2x')),
  (lines, at) => lines.toSpliced(at, 0, 'block relu6 = relu'),
  (lines, at) => lines.toSpliced(at, 0, 'defaults { conv { bias = false } }'),
];

const edit = fc.record({
  kind: fc.nat(edits.length - 1),
  line: fc.nat(1000),
  by: fc.integer({ min: 0, max: 9 }),
  /** Whether the edit is taken back afterwards. */
  undo: fc.boolean(),
});

const files = ['lenet', 'resnet', 'googlenet', 'yolo', 'unet', 'face', 'mobilenet', 'heads', 'filters'];

/** Families of a net that is complete and of one that is not, with constants, blocks and other nets in their values. */
const families = [
  'let wide = 2',
  'let narrow = wide / 2',
  'block Plain(c) = conv(c, 3, pad = same) -> relu',
  'block Deep(c) = Plain(c) -> bn -> Plain(c)',
  'net Base { in x: rgb 8x8  out y: tensor(x -> conv(3, 3)) }',
  'net Pocket(unit: block, width) {',
  '  in image: rgb 16x16 scale 1/255',
  '  body = image -> unit(4 * width) -> maxpool(2) -> unit(8 * width)',
  '  out kind: label(body -> gap -> dense(10))',
  '}',
  'family Pocket(unit, width) { s = (Plain, narrow), m = (Deep, wide), l = (Deep, Base.params / 28) }',
  'net Whole(width = 1, depth = 1) {',
  '  in x: rgb 9x9',
  '  out y: tensor(x -> repeat(depth) { Plain(width) } -> conv(4, 3, stride = 2))',
  '}',
  'family Whole(width, depth) { small = (1, 1), large = (wide, 3) }',
  'net Taken extends Pocket.m { out more: tensor(body) }',
  'assert Pocket.s.params < Pocket.m.params and Whole.large.params > 100',
];
const texts = Object.fromEntries([
  ...files.map((name) => [name, readFileSync(join(stdlibFolder(), `${name}.cnn`), 'utf8').split('\n')]),
  ['families', families],
]) as Readonly<Record<string, readonly string[]>>;

describe('createChecker', () => {
  test('of the families reports nothing before they are edited', () => {
    const { diagnostics, nets } = createChecker(host).check({ path, text: families.join('\n') });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    expect(nets.flatMap(({ variants }) => variants).filter(({ facts }) => facts)).toHaveLength(5);
  });

  test.each(Object.entries(texts))(
    '%s: equals a fresh check after random edits',
    { timeout: 120_000 },
    (name, original) => {
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (steps) => {
          const checker = createChecker(host);
          let lines: readonly string[] = original;
          checker.check({ path, text: lines.join('\n') });
          for (const { kind, line, by, undo } of steps) {
            const edited = edits[kind]?.(lines, line % lines.length, by) ?? lines;
            const text = edited.join('\n');
            const { diagnostics, nets } = checker.check({ path, text });
            expect(told(diagnostics, nets)).toEqual(fresh(text));
            if (!undo) lines = edited;
          }
        }),
        { numRuns: name === 'families' ? 30 : 6 },
      );
    },
  );

  test('variants that an edit does not reach are not evaluated again, those of a family whose blocks it reaches are', () => {
    const checker = createChecker(host);
    const outputs = (lines: readonly string[]) =>
      checker
        .check({ path, text: lines.join('\n') })
        .nets.flatMap(({ variants }) => variants)
        .map(({ facts }) => facts?.graph.outputs[0]);
    const edited = (from: string, to: string) => families.map((line) => line.replace(from, to));
    const before = outputs(families);
    const after = outputs(edited('Plain(c) -> bn', 'Plain(c) -> relu6 -> bn'));
    // The same object: it was carried over, not made anew.
    expect(after.map((output, i) => output?.output === before[i]?.output)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const moved = ['// one line more', ...edited('conv(4, 3, stride = 2)', 'conv(5, 3, stride = 2)')];
    expect(outputs(moved)[3]?.nodes[0]?.type.dims).toEqual([4, 4, 5]);
  });

  test('what is wrong in a variant is said, with its name, after every edit', () => {
    const checker = createChecker(host);
    for (const kernel of [3, 17, 17, 3, 17]) {
      const text = ['// moved', '', ...families]
        .slice(kernel % 3)
        .join('\n')
        .replace('unit(8', `conv(1, ${kernel}) -> unit(8`);
      const { diagnostics, nets } = checker.check({ path, text });
      expect(told(diagnostics, nets)).toEqual(fresh(text));
      const notes = diagnostics.flatMap((d) => d.notes.map((note) => note.text));
      expect(notes.includes('in Pocket.s')).toBe(kernel === 17);
    }
  });

  const text = [
    'block A(c) = conv(c, 3) -> relu',
    'block B = conv(4, 3)',
    'net N {',
    '  in x: f32[9, 9, 3]',
    '  out y: x -> A(2)',
    '}',
    'net M {',
    '  in x: f32[9, 9, 3]',
    '  out y: x -> B',
    '}',
  ];
  const graphs = (checker: ReturnType<typeof createChecker>, lines: readonly string[]) =>
    checker.check({ path, text: lines.join('\n') }).nets.map(({ facts }) => facts?.graph);
  const types = (checker: ReturnType<typeof createChecker>, lines: readonly string[]) =>
    graphs(checker, lines).map((graph) => graph?.outputs[0]?.nodes[0]?.type);

  test('a net that an edit does not reach is not evaluated again', () => {
    const checker = createChecker(host);
    const [n, m] = types(checker, text);
    const [n2, m2] = types(checker, text.with(0, 'block A(c) = conv(c + 1, 3) -> relu'));
    expect(n2).not.toEqual(n);
    // The same object: it was carried over, not computed anew.
    expect(m2).toBe(m);
  });

  test('an edit that is taken back is not evaluated, also where it was an error', () => {
    const checker = createChecker(host);
    const outputs = (lines: readonly string[]) =>
      graphs(checker, lines).map((graph) => graph?.outputs[0]?.output);
    const [n] = outputs(text);
    for (const line of [
      'block A(c) = conv(c + 1, 3)',
      'block A(c) = conv(c, 11)',
      'block A(c) = missing(c)',
    ]) {
      outputs(text.with(0, line));
      expect(outputs(text)[0]).toBe(n);
    }
  });

  test('the totals of a net that was not reached are those of its graph', () => {
    const checker = createChecker(host);
    const costsOf = (lines: readonly string[]) =>
      checker.check({ path, text: lines.join('\n') }).nets.map(({ facts }) => facts && { ...facts.costs });
    const [, m] = costsOf(text);
    const [, m2] = costsOf(text.with(0, 'block A(c) = conv(c, 5) -> relu'));
    expect(m2).toMatchObject({
      params: m?.params,
      trainable: m?.trainable,
      macs: m?.macs,
      weightBytes: m?.weightBytes,
    });
    expect([...(m2?.nodes.values() ?? [])]).toEqual([...(m?.nodes.values() ?? [])]);
  });

  test('blocks that nothing has applied again are forgotten', () => {
    const memory = newBlockMemory();
    const sizes = Array.from({ length: 12 }, (_, i) => {
      const edited = text.join('\n').replace('f32[9, 9, 3]', `f32[${9 + i}, 9, 3]`);
      const { model } = resolve({ path, text: edited }, host);
      check(model, { memo: { blocks: memory, outcome: (_of, _net, compute) => compute() } });
      return [memory.templates.size, memory.cells];
    });
    expect(sizes[11]).toEqual(sizes[3]);
    expect(sizes[3]?.[0]).toBe(5);
  });

  test('places move with the text', () => {
    const checker = createChecker(host);
    graphs(checker, text);
    const [, m] = graphs(checker, ['// one line more', ...text]);
    const { span } = m?.outputs[0]?.nodes[0] ?? {};
    expect(span?.source.text.slice(span.start, span.end)).toBe('conv(4, 3)');
    expect(span?.source.text).toContain('one line more');
  });

  test('class names in a file are read again', () => {
    let classes = 'a\nb\n';
    const memory = { read: (file: string) => (file === 'classes.txt' ? classes : undefined) };
    const checker = createChecker(memory);
    const lines = ['net N {', '  in x: f32[4]', '  out y: label(x -> dense(2)) of "classes.txt"', '}'].join(
      '\n',
    );
    const codes = () => checker.check({ path, text: lines }).diagnostics.map(({ code }) => code);
    expect(codes()).toEqual([]);
    classes = 'a\nb\nc\n';
    expect(codes()).toEqual(['network/classes-count']);
  });

  test('a bracket too many further down changes how a net is read whose own text stays', () => {
    const family = [
      'net M(width) { in x: rgb 8x8  out y: tensor(x -> repeat(1) { conv(width, 3) }) }',
      'family M(width) { s = (8) }',
    ];
    const other = 'net Edges { in x: gray 8x8  out y: tensor(x -> conv(1, 3)) }';
    expectFresh([...family, other], [...family, other.replace('tensor(', 'tensor}(')], [...family, other]);
  });

  /** Each text in turn, with one checker: it says what a fresh check says. */
  function expectFresh(...texts: readonly (readonly string[])[]): void {
    const checker = createChecker(host);
    for (const lines of texts) {
      const edited = lines.join('\n');
      const { diagnostics, nets } = checker.check({ path, text: edited });
      expect(told(diagnostics, nets)).toEqual(fresh(edited));
    }
  }

  const net = (...body: readonly string[]): readonly string[] => ['net N {', ...body, '}'];
  const blocks: Readonly<Record<string, readonly (readonly string[])[]>> = {
    'a constant that `defaults` name': [true, false].map((bias) => [
      `let wanted = ${bias}`,
      'defaults { conv { bias = wanted } }',
      'block A = conv(4, 3) -> relu',
      ...net('  in x: f32[9, 9, 3]', '  out y: x -> A -> A'),
    ]),
    'a constant with an error, needed twice': ['1', '"a"', '1 + "a"'].map((value) => [
      `let k = ${value}`,
      'block A(c) {',
      '  unread = in -> conv(k, 1)',
      '  conv(c, 1)',
      '}',
      ...net('  in x: f32[9, 9, 3]', '  out y: x -> A(2) -> A(2) -> A(2)'),
    ]),
    'instances inside and outside of blocks': [3, 4].map((c) => [
      `let shared = conv(${c}, 3, pad = same)`,
      'block Twice {',
      '  let own = conv(3, 1)',
      '  in -> own -> own -> shared',
      '}',
      ...net('  in x: f32[9, 9, 3]', '  out y: x -> Twice -> conv(3, 1) -> Twice -> conv(3, 1) -> shared'),
    ]),
    'an instance of a block, applied twice': [1, 3].map((k) => [
      `block A(c) = conv(c, ${k}, pad = same) -> bn -> relu`,
      ...net('  in x: f32[9, 9, 3]', '  let a = A(3)', '  y = x -> a -> A(3) -> a', '  out y2: y'),
    ]),
    'blocks that are handed on, with numbers of the caller': [0.5, 2].map((s) => [
      'block Scaled(b: block, s) = b -> mul(s) -> add(1)',
      'block Two(b: block) = concat { one: b, two: b -> relu }',
      ...net(
        '  in x: f32[9, 9, 3]',
        `  out y: x -> Two(Scaled(conv(2, 1), ${s})) -> Two(mul(${s})) -> Two(conv(3))`,
      ),
    ]),
    'values as arguments, the same one twice': ['a', 'b'].map((other) => [
      'block Sum(p, q) = in -> add(p) -> add(q)',
      ...net(
        '  in x: f32[9, 9, 3]',
        '  a = x -> relu',
        '  b = x -> sigmoid',
        `  out y: x -> Sum(a, ${other}) -> Sum(a, a) -> Sum(b, a)`,
      ),
    ]),
    'named sizes, and a `where` that changes': ['', ' where H % 2 == 0 and W % 2 == 0'].map((where) => [
      'block Down = maxpool(2) -> conv(4, 3, pad = same)',
      'block Hourglass = add { main: Down -> upsample(2), skip: conv(4, 1) }',
      ...net(
        `  in x: rgb[H, W] = 64x64${where}`,
        '  out y: image(x -> Hourglass -> Hourglass -> conv(3, 1))',
      ),
    ]),
    'a block that warns and one that fails': ['', ' -> conv(4, 9)'].map((more) => [
      `block A(c) = conv(c, 3) -> bn -> maxpool(2)${more}`,
      ...net('  in x: f32[32, 32, 3]', '  out y: x -> A(2) -> A(2) -> A(2)'),
    ]),
    'a name that is declared twice': [
      ['block A = conv(2, 1)', ...net('  in x: f32[9, 9, 3]', '  out y: x -> A -> A')],
      [
        'block A = conv(2, 1)',
        'block A = conv(2, 1)',
        ...net('  in x: f32[9, 9, 3]', '  out y: x -> A -> A'),
      ],
    ],
    'lines that move': [[], ['// one'], ['// one', '// two', 'block Before = relu']].map((above) => [
      ...above,
      'block A(c) = conv(c, 1) -> B',
      'block B = relu -> conv(in.C, 1)',
      ...net('  in x: f32[9, 9, 3]', '  out y: x -> A(4) -> A(4)'),
    ]),
  };
  test.each(Object.entries(blocks))('blocks: %s', (_, texts) => {
    expectFresh(...texts, ...texts.toReversed(), ...texts);
  });

  test('a block that was applied before is stamped out, not evaluated', () => {
    const nodes = (checker: ReturnType<typeof createChecker>, k: number) =>
      graphs(checker, [
        'block A(c) = conv(c, 3, pad = same) -> relu',
        ...net('  in x: f32[9, 9, 3]', `  out y: x -> A(3) -> A(3) -> conv(3, ${k}, pad = same) -> A(3)`),
      ]).flatMap((graph) => (graph ? topological(graph).filter(({ op }) => op === 'relu') : []));
    const checker = createChecker(host);
    const [first, second, third] = nodes(checker, 1);
    // Types and options are the same objects, paths are not.
    expect(second?.type).toBe(first?.type);
    expect(third?.type).toBe(first?.type);
    expect(new Set([first?.path, second?.path, third?.path]).size).toBe(3);
    expect(nodes(checker, 3)[2]?.type).toBe(first?.type);
  });

  test('lists that double have no key, and end', () => {
    const level = (i: number): string =>
      i === 0 ? 'block B0(a) = relu' : `block B${i}(a) = B${i - 1}([a, a])`;
    const lines = [
      ...Array.from({ length: 60 }, (_, i) => level(i)),
      ...net('  in x: f32[9, 9, 3]', '  out y: x -> B59(1)'),
    ];
    expect(types(createChecker(host), lines)).toHaveLength(1);
  });
});

describe('what nets that are asked for say', () => {
  const asks = (asked: string): string =>
    `net N {\n in x: f32[4]\n y = x -> dense(${asked}.params)\n out z: tensor(y)\n}\n`;
  const other = (units: number): string =>
    `net Other {\n in x: f32[4]\n y = x -> dense(${units})\n out z: tensor(y)\n}\n`;
  const broken = (name: string): string =>
    `net ${name} {\n in x: f32[8, 8, 3]\n y = x -> conv(4, 9)\n out z: tensor(y)\n}\n`;
  const library = `export ${broken('Lib')}`;
  const twoFiles = { ...host, read: (file: string) => (file === 'lib.cnn' ? library : host.read(file)) };

  test.each([
    ['in another file', (n: number) => `use { Lib } from "./lib.cnn"\n${asks('Lib')}${other(n)}`],
    ['later in the file', (n: number) => `${asks('Late')}${other(n)}${broken('Late')}`],
  ])('is said after every edit: %s', (_, text) => {
    const checker = createChecker(twoFiles);
    for (const units of [3, 4, 4, 5]) {
      const source = { path, text: text(units) };
      const resolved = resolve(source, twoFiles);
      const cold = withoutConsequences([...resolved.diagnostics, ...check(resolved.model).diagnostics]);
      const warm = checker.check(source);
      expect(cold.map((d) => d.code)).toContain('shape/nothing-left');
      expect(told(warm.diagnostics, [])).toEqual(told(cold, []));
    }
  });
});

describe('a name of the language that an import takes', () => {
  const files = new Map<string, string>();
  const edited = { ...host, read: (file: string) => files.get(file) ?? host.read(file) };
  const layer = 'net N {\n in x: f32[9, 9, 3]\n out y: tensor(x -> conv(4, 3))\n}\n';
  const exported = 'export net Lib {\n in x: f32[9, 9, 3]\n out y: tensor(x)\n}\n';

  test.each([
    ['as a layer', ['', 'use { conv } from "./lib.cnn"\n', 'use { Lib } from "./lib.cnn"\n'], layer],
    [
      'as a net',
      ['use { Lib as conv } from "./lib.cnn"\n', 'use { conv } from "./lib.cnn"\n', ''],
      'net N = conv\n',
    ],
    [
      'in a family',
      ['', 'use { relu } from "./lib.cnn"\n', 'use { Lib as relu } from "./lib.cnn"\n'],
      'net M(unit: block) {\n in x: f32[9, 9, 3]\n out y: tensor(x -> unit)\n}\nfamily M(unit) { a = (relu), b = (tanh) }\n',
    ],
  ])('%s: means what it means in a fresh check', (_, imports, rest) => {
    const checker = createChecker(edited);
    const steps = imports.flatMap((first) => imports.flatMap((then) => [first, then]));
    for (const library of [exported, '', undefined, exported])
      for (const use of steps) {
        if (library === undefined) files.delete('lib.cnn');
        else files.set('lib.cnn', library);
        const source = { path, text: `${use}${rest}` };
        const { diagnostics, nets } = checker.check(source);
        expect(told(diagnostics, nets)).toEqual(freshly(source, edited));
      }
  });

  test('and that is not there says nothing more where it is used', () => {
    files.set('lib.cnn', exported);
    for (const rest of ['net N = conv\n', layer]) {
      const source = { path, text: `use { conv } from "./lib.cnn"\n${rest}` };
      const { diagnostics } = createChecker(edited).check(source);
      expect(diagnostics.map(({ code }) => code)).toEqual(['import/not-exported']);
    }
  });
});
