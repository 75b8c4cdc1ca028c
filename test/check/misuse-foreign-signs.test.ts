/** Functions without a name, matrices, products, arithmetic and comments as other languages write them: one message, and a fix that mends. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { only, onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (lines: string): string => `net N {\n  in x: rgb 32x32\n  ${lines}\n}\n`;

/** The message, and the text that the first fix leaves; each fix mends it. */
function told(text: string): readonly [message: string, ours: string] {
  const { found } = onlyOne(text);
  return [found.message, applyFix(text, found)];
}

describe('functions without a name', () => {
  const why = (sign: string): string =>
    `\`${sign}\` is not expected here: a function of a value is a layer or a block`;

  it.each([
    ['l = (x) => conv(8, 3)\n  out z: tensor(x -> l)', '=>', 'let l = conv(8, 3)\n  out z: tensor(x -> l)'],
    ['l = a => relu(a)\n  out z: tensor(l(x))', '=>', 'let l = relu\n  out z: tensor(x -> l)'],
    ['let l = lambda a: relu(a)\n  out z: tensor(x -> l)', 'lambda', 'let l = relu\n  out z: tensor(x -> l)'],
    ['out z: tensor(x -> lambda a: conv(a, 8, 3))', 'lambda', 'out z: tensor(x -> conv(8, 3))'],
    ['out z: tensor(x -> (a => a -> conv(8, 3) -> relu))', '=>', 'out z: tensor(x -> conv(8, 3) -> relu)'],
    ['out z: tensor(Lambda(lambda a: relu(a))(x))', 'lambda', 'out z: tensor(relu(x))'],
  ])('%s', (lines, sign, ours) => {
    expect(told(net(lines))).toEqual([why(sign), net(ours)]);
  });

  it('of several layers are a block', () => {
    const text = net('let l = (a) => a -> conv(8, 3) -> relu\n  out z: tensor(x -> l)');
    expect(told(text)).toEqual([
      why('=>'),
      `block L = conv(8, 3) -> relu\n${net('let l = L()\n  out z: tensor(x -> l)')}`,
    ]);
  });

  it('that read the value twice read what flows in', () => {
    const text = net('let l = a => add(relu(a), a)\n  out z: tensor(x -> l)');
    expect(told(text)[1]).toBe(`block L = add(relu(in), in)\n${net('let l = L()\n  out z: tensor(x -> l)')}`);
  });

  it('as a block', () => {
    const text = `block L = (a) => a -> conv(8, 3)\n${net('out z: tensor(x -> L)')}`;
    expect(told(text)).toEqual([why('=>'), text.replace('(a) => a -> ', '')]);
  });

  it('of several values are told without a fix', () => {
    expect(only(net('let l = (a, b) => add(a, b)\n  out z: tensor(l(x, x))')).fixes).toEqual([]);
  });

  it('an arrow between stages is an arrow', () => {
    const [message, ours] = told(net('out z: tensor(x => conv(8, 3) => relu)'));
    expect([message, ours]).toEqual([
      '`=>` is not a sign of this language: here it is `->`',
      net('out z: tensor(x -> conv(8, 3) -> relu)'),
    ]);
  });
});

describe('matrices', () => {
  const rows = 'numbers have commas between them, and each row has brackets of its own: `[[1, 0], [0, 1]]`';
  const file = (numbers: string): string =>
    `filter E = ${numbers}\n${net('out z: tensor(x -> conv(kernel = E))')}`;

  it.each([
    ['[1 0 -1; 1 0 -1]', '`0`', '[[1, 0, -1], [1, 0, -1]]'],
    ['[ 1  0 -1 ;\n  1 0 -1 ]', '`0`', '[[1, 0, -1], [1, 0, -1]]'],
    ['[1 0 -1\n  1 0 -1]', '`0`', '[[1, 0, -1], [1, 0, -1]]'],
    ['[[1 0 -1] [1 0 -1]]', '`0`', '[[1, 0, -1], [1, 0, -1]]'],
    ['[1, 0, -1; 1, 0, -1]', '`;`', '[[1, 0, -1], [1, 0, -1]]'],
    ['[0.5 -0.5; +0.5 0.5]', '`;`', '[[0.5, -0.5], [0.5, 0.5]]'],
  ])('%s', (numbers, found, ours) => {
    expect(told(file(numbers))).toEqual([`${found} is not expected here: ${rows}`, file(ours)]);
  });

  it('one row is a list', () => {
    const text = `let w = [16 32 64]\n${net('out z: tensor(x -> each c of w { conv(c, 3) })')}`;
    expect(told(text)[1]).toBe(text.replace('[16 32 64]', '[16, 32, 64]'));
  });

  it.each(['let a = [1 -1]', 'let a = [3 -\n  1, 2]', 'let a = [[1, 2][0], 3]'])('%s is right', (line) => {
    const text = `${line}\n${net('out z: tensor(x -> conv(len(a), 3))')}`;
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});

describe('products of matrices', () => {
  const file = (value: string): string =>
    `net N {\n  in q: f32[8]\n  in k: f32[8]\n  in v: f32[8]\n  out z: tensor(${value})\n}\n`;

  it.each([
    ['q @ k + v', 'matmul(q, k) + v'],
    ['(q -> relu) @ k', 'matmul(q -> relu, k)'],
    ['sigmoid(q @ k) * v', 'sigmoid(matmul(q, k)) * v'],
  ])('%s', (value, ours) => {
    const { found } = onlyOne(file(value));
    expect(found.message).toBe('`@` has no meaning in a .cnn file');
    expect(found.notes).toEqual([
      { word: 'why', text: 'a product of matrices is `matmul(a, b)`, which sums over an axis by its name' },
    ]);
    expect(applyFix(file(value), found)).toBe(file(ours));
  });

  it('several on a line are told once, from the inside', () => {
    const text = file('softmax(q @ k) @ v');
    const found = only(text);
    expect(applyFix(text, found)).toBe(file('matmul(softmax(matmul(q, k)), v)'));
  });

  it('beside another sign nobody knows what it takes', () => {
    expect(only(file('q * k @ v')).fixes).toEqual([]);
  });
});

describe('what flows to the left', () => {
  it.each([
    ['y = conv(8, 3) <- x\n  out z: tensor(y)', 'y = x -> conv(8, 3)\n  out z: tensor(y)'],
    ['y = relu <- conv(8, 3) <- x\n  out z: tensor(y)', 'y = x -> conv(8, 3) -> relu\n  out z: tensor(y)'],
    ['out z: tensor(conv(8, 3) <- x)', 'out z: tensor(x -> conv(8, 3))'],
  ])('%s', (lines, ours) => {
    expect(told(net(lines))).toEqual(['`<-` is not a sign of this language: here it is `->`', net(ours)]);
  });
});

describe('arithmetic', () => {
  const file = (a: string): string => `let a = ${a}\n${net('out z: tensor(x -> conv(floor(a), 1))')}`;
  const unexpected = (found: string, why: string): string => `\`${found}\` is not expected here: ${why}`;

  it.each([
    ['7 mod 2', '7 % 2', unexpected('mod', 'a remainder is `7 % 2`')],
    ['7 div 2', '7 / 2', unexpected('div', 'a quotient is `7 / 2`, which floors between whole numbers')],
    ['1 << 2', '1 * 2^2', unexpected('<<', 'a shift is a product or a quotient: `3 * 2^4`')],
    ['16 >> 2', '16 / 2^2', unexpected('>>', 'a shift is a product or a quotient: `3 * 2^4`')],
    ['4,5', '4.5', '`4,5` is neither a number nor a size'],
    ['|-3|', 'abs(-3)', '`|` has no meaning in a .cnn file'],
  ])('%s', (a, ours, message) => {
    expect(told(file(a))).toEqual([message, file(ours)]);
  });

  it.each([
    ['conv(x.C // 2, 1)', 'conv(x.C / 2, 1)'],
    ['conv((x.C + 1) // 2, 3) -> relu', 'conv((x.C + 1) / 2, 3) -> relu'],
  ])('%s: two slashes begin a comment', (value, ours) => {
    expect(told(net(`y = x -> ${value}\n  out z: tensor(y)`))).toEqual([
      '`//` is not a sign of this language: here it is `/`',
      net(`y = x -> ${ours}\n  out z: tensor(y)`),
    ]);
  });

  it('a bracket that is left open before a comment is no division', () => {
    const found = only(net('y = x -> conv(8, 3 // as in the paper\n  out z: tensor(y)'));
    expect(found.code).toBe('syntax/unclosed');
  });

  it.each(['5 xor 3', '3 + 1 << 2', '6 | 4', '6 & 4', '~4'])('%s is told without a fix', (a) => {
    expect(only(file(a)).fixes).toEqual([]);
  });

  it.each(['x >> conv(8, 3)', 'x | conv(8, 3)'])('%s flows', (value) => {
    expect(told(net(`out z: tensor(${value})`))[1]).toBe(net('out z: tensor(x -> conv(8, 3))'));
  });

  it('of a choice by signs in a net one thing is said', () => {
    const text = net('y = x.C == 3 ? x : x -> relu\n  out z: tensor(y)');
    expect(told(text)[1]).toBe(net('y = if x.C == 3 { x } else { x -> relu }\n  out z: tensor(y)'));
  });
});

describe('comments', () => {
  it.each([
    ['(* why *)', '// why'],
    ['{- why -}', '// why'],
    ['<!-- why -->', '// why'],
    ['(* one\n   two *)', '// one\n// two'],
    ['{- one\n   two -}', '// one\n// two'],
    ['<!-- one\n  two -->', '// one\n// two'],
  ])('%s', (comment, ours) => {
    const text = net('out z: tensor(x)');
    expect(told(`${comment}\n${text}`)).toEqual(['a comment begins with //', `${ours}\n${text}`]);
  });

  it.each(['(* why *)', '{- why -}'])('%s in the middle of a line', (comment) => {
    expect(told(net(`y = x -> ${comment} relu\n  out z: tensor(y)`))[1]).toBe(
      net('y = x -> relu // why\n  out z: tensor(y)'),
    );
  });

  it('paths and negative numbers are none', () => {
    const text = `${net('y = add {- x, x }\n  out z: tensor(y -> flatten -> dense(3))')}train N {\n  data = random\n  loss = l2(* .weight)\n}\n`;
    const found = diagnose({ path: 'main.cnn', text });
    expect(found.filter(({ code }) => code === 'syntax/comment')).toEqual([]);
  });
});

describe('parameters', () => {
  it.each([
    ['c?', 'c'],
    ['c: int?', 'c: int'],
    ['c?: int', 'c: int'],
    ['c, k? = 3', 'c, k = 3'],
  ])('%s', (params, ours) => {
    const file = (p: string): string =>
      `block B(${p}) = conv(c, ${p.includes('k') ? 'k' : '3'})\n${net('out z: tensor(x -> B(8))')}`;
    const { found } = onlyOne(file(params));
    expect(found.notes).toEqual([
      { word: 'why', text: 'a parameter that need not be given has a default: `k = 3`' },
    ]);
    expect(applyFix(file(params), found)).toBe(file(ours));
  });
});

it('a hexadecimal number, which is a size here', () => {
  expect(told(net('out z: tensor(x -> conv(0x10, 3))'))).toEqual([
    'this place needs a whole number for channels of conv, but here is the size 0x10',
    net('out z: tensor(x -> conv(16, 3))'),
  ]);
});
