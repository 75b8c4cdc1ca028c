/** Comments, signs, quotes and letters of other languages: one error for each habit, and a fix that loses nothing. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyMended } from './only-one.ts';
import { applyFix } from './support.ts';

/** The code of the only error, and the text after its fix. */
function mended(text: string): readonly [code: string, text: string] {
  const found = onlyMended(text);
  return [found.code, applyFix(text, found)];
}

const net = (line: string): string => `net N {\n  in x: rgb 32x32\n  ${line}\n  out z: tensor(y)\n}\n`;

describe('comments', () => {
  it.each([
    ['y = x -> relu # a relu', 'y = x -> relu // a relu'],
    ['y = x -> relu # a\n  # b', 'y = x -> relu // a\n  // b'],
    ['y = x -> relu /* a */', 'y = x -> relu // a'],
    ['y = x -> /* a */ relu', 'y = x -> relu // a'],
    ['y = x -> conv(8 /* a */, 3) /* b */ -> relu', 'y = x -> conv(8 , 3) -> relu // b // a'],
    ['/* a */ y = x -> relu', '// a\n  y = x -> relu'],
    ['y = x -> relu /* a\n b */ -> silu', 'y = x -> relu // a\n  // b\n  -> silu'],
    ['y = x -> relu /* a', 'y = x -> relu // a'],
    ['/* a\n   * b\n  y = x -> relu', '// a\n  // b\n  y = x -> relu'],
    ['y = x -> relu -- a relu', 'y = x -> relu // a relu'],
    ['-- a relu\n  y = x -> relu', '// a relu\n  y = x -> relu'],
    ['y = x -> relu % a relu', 'y = x -> relu // a relu'],
    ['y = x -> relu ; a relu', 'y = x -> relu // a relu'],
    ['<!-- a -->\n  y = x -> relu', '// a\n  y = x -> relu'],
    ['"""a relu"""\n  y = x -> relu', '// a relu\n  y = x -> relu'],
    ['/** a relu */\n  y = x -> relu', '/// a relu\n  y = x -> relu'],
  ])('%s', (line, fixed) => {
    expect(mended(net(line))).toEqual(['syntax/comment', net(fixed)]);
  });

  it.each([
    'y = x - --3',
    'y = x -> relu // a; b',
    'y = x -> mul(7 % 4)',
    'let n = 7 % 4\n  y = x -> mul(n)',
  ])('%s is none', (line) => {
    expect(diagnose({ path: 'main.cnn', text: net(line) })).toEqual([]);
  });
});

describe('semicolons', () => {
  it.each([
    ['y = x -> relu;', 'y = x -> relu'],
    ['w = x -> relu; y = w -> silu;', 'w = x -> relu\n  y = w -> silu'],
    ['y = x -> add { relu; silu }', 'y = x -> add { relu\n    silu }'],
  ])('%s', (line, fixed) => {
    expect(mended(net(line))).toEqual(['syntax/semicolon', net(fixed)]);
  });

  it('in brackets they are commas', () => {
    expect(mended(net('y = x -> conv(8; 3; pad = same)'))).toEqual([
      'syntax/foreign-sign',
      net('y = x -> conv(8, 3, pad = same)'),
    ]);
  });
});

describe('signs', () => {
  it.each([
    ['y = x → relu ⇒ silu', 'y = x -> relu -> silu'],
    ['y = x --> relu', 'y = x -> relu'],
    ['y = x ->> relu', 'y = x -> relu'],
    ['y = x >> relu', 'y = x -> relu'],
    ['y = x | relu', 'y = x -> relu'],
    ['y <- x -> relu', 'y = x -> relu'],
    ['y = x – 1', 'y = x - 1'],
    ['y = x × 2', 'y = x * 2'],
    ['y ＝ x -> conv（８， 3）', 'y = x -> conv(8, 3)'],
    ['y = x -> conv(8, 3×3)', 'y = x -> conv(8, 3x3)'],
  ])('%s', (line, fixed) => {
    expect(mended(net(line))).toEqual(['syntax/foreign-sign', net(fixed)]);
  });

  it.each([
    ['y\u200b = x -> relu', 'y = x -> relu'],
    ['y =\u3000x -> relu', 'y = x -> relu'],
    ['y = x \\\n    -> relu', 'y = x \n    -> relu'],
    ['y = x -> conv(8, 3х3)', 'y = x -> conv(8, 3x3)'],
  ])('%j', (line, fixed) => {
    expect(mended(net(line))).toEqual(['syntax/stray', net(fixed)]);
  });
});

describe('quotes and letters', () => {
  it.each([
    ['“a”, ‘b’, «c»', '"a", "b", "c"'],
    ["'''a''', `b`", '"a", "b"'],
  ])('%s', (texts, fixed) => {
    expect(mended(`export let k = [${texts}]`)).toEqual(['syntax/quote', `export let k = [${fixed}]`]);
  });

  it('a name is told once, wherever it stands', () => {
    const text = net('größe = x -> relu\n  y = größe -> silu');
    expect(mended(text)).toEqual(['syntax/name-letters', text.replaceAll('größe', 'grosse')]);
  });
});

it('a text that ends with a lone backslash is closed without it', () => {
  expect(mended('let a = "b\\')).toEqual(['syntax/unclosed-string', 'let a = "b"']);
});
