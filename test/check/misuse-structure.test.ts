/** The structure of a net as functions and modules of other languages have it: one message, and a fix that leaves a file without errors. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { only, onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (lines: string): string => `net N {\n  in x: rgb 32x32\n  ${lines}\n}\n`;

/** The message, the place, and the text that the first fix leaves; each fix mends it. */
function told(text: string): { readonly message: string; readonly at: string; readonly ours: string } {
  const { found, at } = onlyOne(text);
  return { message: found.message, at, ours: applyFix(text, found) };
}

describe('layers with a name', () => {
  it('several are a block, of which a let makes one instance', () => {
    const text = net(
      'let l = add { conv(3, 3, pad = same), identity }\n  y = x -> l -> l\n  out z: tensor(y)',
    );
    expect(told(text)).toEqual({
      message: 'nothing flows into the layers of `l` here',
      at: 'add { conv(3, 3, pad = same), identity }',
      ours: `${net('let l = L()\n  y = x -> l -> l\n  out z: tensor(y)').trimEnd()}\n\nblock L = add { conv(3, 3, pad = same), identity }\n`,
    });
  });

  it.each([
    ['let l = conv(8, 3) -> relu\n  out z: tensor(x -> l)', 'let l = L()\n  out z: tensor(x -> l)'],
    ['let l = conv(8, 3) -> relu\n  out z: tensor(l(x))', 'let l = L()\n  out z: tensor(x -> l)'],
    ['l = conv(8, 3) -> relu\n  out z: tensor(l(x) + 1)', 'let l = L()\n  out z: tensor((x -> l) + 1)'],
  ])('%s', (lines, ours) => {
    const found = told(net(lines));
    expect(found.message).toBe('nothing flows into the layers of `l` here');
    expect(found.ours).toBe(`${net(ours).trimEnd()}\n\nblock L = conv(8, 3) -> relu\n`);
  });

  it('a block that is called like it is not taken', () => {
    const text = `block L = relu\n${net('let l = conv(8, 3) -> L\n  out z: tensor(x -> l)')}`;
    expect(told(text).ours).toContain('block L2 = conv(8, 3) -> L\n');
  });

  it('in the file itself', () => {
    const text = `let l = conv(8, 3) -> relu\n${net('out z: tensor(x -> l)')}`;
    expect(told(text).ours).toBe(
      `let l = L()\n\nblock L = conv(8, 3) -> relu\n${net('out z: tensor(x -> l)')}`,
    );
  });

  it('what reads a parameter of the net is told without a fix', () => {
    const text =
      'net N(c = 8) {\n  in x: rgb 32x32\n  let l = conv(c, 3) -> relu\n  out z: tensor(x -> l)\n}\n';
    expect(only(text).fixes).toEqual([]);
  });

  it.each([
    ['l = conv(8, 3)\n  out z: tensor(x -> l)', 'let l = conv(8, 3)\n  out z: tensor(x -> l)'],
    [
      'l = conv(8, 3)\n  y = l(x)\n  out z: tensor(y)',
      'let l = conv(8, 3)\n  y = x -> l\n  out z: tensor(y)',
    ],
    ['l = conv(3, 1)\n  out z: tensor(l(x) * 2)', 'let l = conv(3, 1)\n  out z: tensor((x -> l) * 2)'],
  ])('%s', (lines, ours) => {
    const found = told(net(lines));
    expect(found.message).toMatch(/^nothing flows into conv\(.*\) here$/);
    expect(found.ours).toBe(net(ours));
  });

  it.each([
    'let l = relu\n  out z: tensor(x -> l -> l)',
    'let l = conv(3, 1)\n  out z: tensor(x -> l)',
    'let l = x -> conv(3, 1) -> relu\n  out z: tensor(l)',
    'let l = concat { x, x -> relu }\n  out z: tensor(l)',
    'let l = if true { relu } else { silu }\n  out z: tensor(x -> l)',
  ])('%s is right', (lines) => {
    expect(diagnose({ path: 'main.cnn', text: net(lines) })).toEqual([]);
  });
});

describe('a name at the end of its pipeline', () => {
  it.each([
    ['x -> relu -> l\n  out z: tensor(l)', 'l = x -> relu\n  out z: tensor(l)'],
    ['conv(8, 3)(x) -> l\n  out z: tensor(l -> relu)', 'l = conv(8, 3)(x)\n  out z: tensor(l -> relu)'],
    [
      'x -> relu as r -> silu -> l\n  out z: tensor(l + r)',
      'l = x -> relu as r -> silu\n  out z: tensor(l + r)',
    ],
  ])('%s', (lines, ours) => {
    const found = told(net(lines));
    expect(found.message).toBe(
      '`l` does not belong here: the name of a value stands before it: `name = x -> …`',
    );
    expect([found.at, found.ours]).toEqual(['l', net(ours)]);
  });

  it('each line has its own', () => {
    const text = net('x -> relu -> l\n  l -> gap -> m\n  out z: tensor(m)');
    const found = diagnose({ path: 'main.cnn', text });
    expect(found.map(({ code, fixes }) => [code, fixes[0]?.title])).toEqual([
      ['syntax/misplaced', 'l = x -> relu'],
      ['syntax/misplaced', 'm = l -> gap'],
    ]);
  });

  it('a layer that nothing knows is no name where nothing reads it', () => {
    const found = diagnose({ path: 'main.cnn', text: net('x -> relux\n  out z: tensor(x)') });
    expect(found.map(({ code }) => code)).toEqual(['names/unknown-layer', 'network/goes-nowhere']);
  });
});

describe('a name that is given again', () => {
  it.each([
    [
      'l = x -> relu\n  l = l -> silu\n  out z: tensor(l)',
      'l = x -> relu\n  l2 = l -> silu\n  out z: tensor(l2)',
    ],
    ['x = x -> relu\n  out z: tensor(x)', 'x2 = x -> relu\n  out z: tensor(x2)'],
  ])('%s', (lines, ours) => {
    const found = told(net(lines));
    expect(found.message).toMatch(/^the name [lx] is taken$/);
    expect(found.ours).toBe(net(ours));
  });

  it('to another value: nobody knows which is meant below', () => {
    expect(only(net('l = x -> relu\n  l = x -> silu\n  out z: tensor(l)')).fixes).toEqual([]);
  });
});

describe('arguments of a block', () => {
  const blocks = 'block B(c) = conv(c, 3) -> relu\nblock P = conv(8, 3)\nblock K(c, k = 3) = conv(c, k)\n';
  const used = 'o = x -> B(3) -> P -> K(8)\n  ';
  const file = (value: string): string =>
    blocks + net(`${used}y = ${value}\n  out z: tensor(concat(y -> gap, o -> gap))`);

  it.each([
    ['B(x, 8)', 'x -> B(8)', 'B', 'x -> B(8)'],
    ['B(8)(x)', 'x -> B(8)', 'B', 'x -> B(8)'],
    ['B(8, x)', 'x -> B(8)', 'B', 'x -> B(8)'],
    ['B(x, c = 8)', 'x -> B(c = 8)', 'B', 'x -> B(c = 8)'],
    ['B(c = 8, x)', 'x -> B(c = 8)', 'B', 'x -> B(c = 8)'],
    ['P(x)', 'x -> P', 'P', 'x -> P'],
    ['P()(x)', 'x -> P', 'P', 'x -> P'],
    ['B(x -> relu, 8) * 2', '(x -> relu -> B(8)) * 2', 'B', 'x -> B(8)'],
    ['x -> B(x, 8)', 'x -> B(8)', 'B', 'x -> B(8)'],
  ])('%s: a value flows into it', (value, ours, name, note) => {
    const found = onlyOne(file(value)).found;
    expect(found.message).toBe(`this place needs an option of ${name}, but here is a 32x32x3 feature map`);
    expect(found.notes).toEqual([{ word: 'note', text: `a value flows into a block: ${note}` }]);
    expect(applyFix(file(value), found)).toBe(file(ours));
  });

  it.each([
    ['x -> K(8, 3, 4)', 'x -> K(8, 3)', 'K has: 2'],
    ['x -> K(8, 3, 4, 5)', 'x -> K(8, 3)', 'K has: 2'],
    ['x -> P(8)', 'x -> P', 'P has: none'],
    ['x -> flatten(1)', 'x -> flatten', 'flatten has: none'],
    ['flatten(x, 1)', 'flatten(x)', 'flatten has: none'],
    ['x -> dropout(0,5)', 'x -> dropout(0.5)', 'dropout has: 1'],
    ['x -> reshape(3, 32, 32)', 'x -> reshape([3, 32, 32])', 'reshape has: 2'],
    ['x -> reshape(-1, 32, 3)', 'x -> reshape([-1, 32, 3])', 'reshape has: 2'],
  ])('%s: more than there are', (value, ours, has) => {
    const { found } = onlyOne(net(`y = ${value}\n  out z: tensor(y)`).replace(/^/, blocksOf(value)));
    expect(found.message).toBe(`there are more options than ${has}`);
    const text = net(`y = ${value}\n  out z: tensor(y)`).replace(/^/, blocksOf(value));
    expect(applyFix(text, found)).toBe(text.replace(value, ours));
  });

  it('a block in brackets', () => {
    const text = `block B(c) = conv(c, 3)\n${net('out z: tensor(x -> B[8])')}`;
    expect(told(text)).toEqual({
      message: 'this place needs a list, but here is the block B',
      at: 'B',
      ours: text.replace('B[8]', 'B(8)'),
    });
  });

  it.each([
    ['x -> relu(x)', 'x -> relu', 'relu reads 1 value, but it is given 2'],
    ['x -> conv(8, 3)(x)', 'x -> conv(8, 3)', 'conv reads 1 value, but it is given 2'],
  ])('%s: what flows in is given again', (value, ours, message) => {
    const text = net(`out z: tensor(${value})`);
    const found = told(text);
    expect([found.message, found.ours]).toEqual([message, text.replace(value, ours)]);
  });
});

/** The declaration of the block that a value names. */
function blocksOf(value: string): string {
  if (value.includes('K(')) return 'block K(c, k = 3) = conv(c, k)\n';
  return value.includes('P(') ? 'block P = conv(8, 3)\n' : '';
}
