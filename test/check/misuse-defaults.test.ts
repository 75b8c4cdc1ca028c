/** `defaults` misused, and declarations in the braces of others: one message each, and a fix that mends it where it is plain what was meant. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

const net = 'net N {\n  in x: rgb 8x8\n  out z: tensor(x -> conv(4, 3) -> flatten -> dense(2))\n}\n';
const entries = 'syntax/unexpected: % is not expected here: options of all such layers stand in braces';
const heads = 'syntax/unexpected: % is not expected here: layers and their options stand in braces';

/** All that is wrong, where it is one thing. */
function only(text: string) {
  const found = diagnose({ path: 'main.cnn', text }).filter(({ severity }) => severity === 'error');
  expect(found.map(({ code, message }) => `${code}: ${message}`)).toHaveLength(1);
  const [one] = found;
  if (!one) throw new Error('nothing was said');
  return one;
}

describe('defaults', () => {
  it.each([
    ['defaults {\n  conv: bias = false\n}', entries, ':', 'conv { bias = false }'],
    ['defaults { conv: bias = false, pad = same }', entries, ':', 'conv { bias = false, pad = same }'],
    ['defaults { conv(bias = false, pad = same) }', entries, '(', 'conv { bias = false, pad = same }'],
    ['defaults { conv[bias: false] }', entries, '[', 'conv { bias = false }'],
    ['defaults { conv = { bias = false } }', entries, '=', 'conv { bias = false }'],
    ['defaults { conv: { bias: false } }', entries, ':', 'conv { bias = false }'],
    ['defaults { conv.bias = false }', entries, '.', 'conv { bias = false }'],
    ['defaults { conv -> bias = false }', entries, '->', 'conv { bias = false }'],
    [
      'defaults { conv, dense { bias = false } }',
      entries,
      ',',
      'conv { bias = false }, dense { bias = false }',
    ],
    ['defaults conv { bias = false }', heads, 'conv', 'defaults { conv { bias = false } }'],
    ['defaults conv(bias = false)', heads, 'conv', 'defaults { conv { bias = false } }'],
    ['defaults for conv { bias = false }', heads, 'for', 'defaults { conv { bias = false } }'],
    ['defaults\n  conv { bias = false }', heads, 'conv', 'defaults { conv { bias = false } }'],
    ['defaults(conv(bias = false))', heads, '(', 'defaults { conv { bias = false } }'],
    ['defaults: conv { bias = false }', heads, ':', 'defaults { conv { bias = false } }'],
    [
      'defaults = { conv { bias = false }, dense { bias = false } }',
      heads,
      '=',
      'defaults { conv { bias = false }, dense { bias = false } }',
    ],
  ])('%s', (text, message, found, fix) => {
    const one = only(`${text}\n${net}`);
    expect(`${one.code}: ${one.message}`).toContain(message.replace('%', `\`${found}\``));
    expect(one.fixes.map(({ title }) => title)).toEqual([fix]);
    expectMended(`${text}\n${net}`, one);
  });

  it.each([
    [
      'defaults { conv bias = false }',
      'syntax/incomplete: this is not finished: `{` is missing after `conv`',
      ['conv { bias = false }'],
    ],
    [
      'defaults { conv { bias false } }',
      'syntax/unexpected: `false` is not expected here: an option is given with `=`',
      ['put = between'],
    ],
    ['defaults { bias = false }', '`bias` is an option, and its layer stands before it', []],
    ['defaults conv', 'layers and their options stand in braces', []],
  ])('%s', (text, message, fixes) => {
    const one = only(`${text}\n${net}`);
    expect(`${one.code}: ${one.message}`).toContain(message);
    expect(one.fixes.map(({ title }) => title)).toEqual(fixes);
    expectMended(`${text}\n${net}`, one);
  });
});

describe('what stands in a file, in the braces of a net', () => {
  it.each([
    ['defaults { conv { bias = false } }', 'defaults'],
    ['use { LeNet5 } from "std/lenet"', 'use'],
    ['block A(c) {\n    out in -> conv(c, 3)\n  }', 'block'],
    ['test "a" of N {\n    x = 1\n    expect z[0] < 1000\n  }', 'test'],
  ])('%s', (declaration, word) => {
    const text = `/// A net.\n${net.replace('  in x', `  ${declaration}\n  in x`)}`;
    const one = only(text);
    expect(one.code).toBe('syntax/misplaced');
    expect(one.fixes.map(({ title }) => title)).toEqual([`put ${word} before the braces`]);
    expectMended(text, one);
  });
});
