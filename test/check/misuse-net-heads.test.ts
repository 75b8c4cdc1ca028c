/** Bodies of nets as other languages open and close them: one error, and a fix that puts the braces. */
import { describe, expect, it } from 'vitest';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const body = '  in x: rgb 8x8\n  y = x -> gap -> dense(3)\n  out z: tensor(y)';
const next = `\nnet M {\n${body}\n}\n`;
const ours = `net N {\n${body}\n}\n`;

describe('a net without its braces', () => {
  it.each([
    [`net N:\n${body}\n`, ':', ours],
    [`net N :\n${body}\n`, ':', ours],
    [`net N:\n${body}`, ':', ours.trimEnd()],
    [`net N:\n${body}\n${next}`, ':', `${ours}${next}`],
    [`export net N:\n${body}\n`, ':', `export ${ours}`],
    [`net N begin\n${body}\nend\n`, 'begin', ours],
    [`net N do\n${body}\nend\n${next}`, 'do', `${ours}${next}`],
    [`net N is\n${body}\nend N\n`, 'is', ours],
    [`net N: {\n${body}\n}\n`, ':', `net N {\n${body}\n}\n`],
  ])('%j', (text, place, mended) => {
    const { found, at } = onlyOne(text);
    expect([found.code, at]).toEqual(['syntax/unexpected', place]);
    expect(applyFix(text, found).replace(/ +\{/, ' {')).toBe(mended);
  });

  it('one that extends another', () => {
    const text = `${next}\nnet N extends M:\n  replace y = x -> gap -> dense(4)\n`;
    const { found } = onlyOne(text);
    expect(applyFix(text, found)).toBe(`${next}\nnet N extends M {\n  replace y = x -> gap -> dense(4)\n}\n`);
  });
});

describe('a head otherwise', () => {
  const inBraces = 'a net stands in braces';

  it.each([
    [`net N\n${body}\n`, 'this is not finished: `=` or `{` is missing after `N`', ours],
    [`net N\n${body}\n${next}`, 'this is not finished: `=` or `{` is missing after `N`', `${ours}${next}`],
    [`export net N\n${body}\n`, 'this is not finished: `=` or `{` is missing after `N`', `export ${ours}`],
    [`net N =\n${body}\n`, `\`=\` is not expected here: ${inBraces}`, ours],
    [`net N = {\n${body}\n}\n`, `\`=\` is not expected here: ${inBraces}, without a sign before them`, ours],
    [
      `net N[c = 3] {\n${body}\n}\n`,
      '`[` is not expected here: parameters stand in parentheses: `N(c)`',
      ours.replace('net N', 'net N(c = 3)'),
    ],
    [
      `net N<int c = 3> {\n${body}\n}\n`,
      '`<` is not expected here: parameters stand in parentheses: `N(c)`',
      ours.replace('net N', 'net N(c: int = 3)'),
    ],
  ])('%j', (text, message, mended) => {
    const { found } = onlyOne(text.replaceAll('dense(3)', text.includes('c = 3') ? 'dense(c)' : 'dense(3)'));
    expect(found.message).toBe(message);
    expect(applyFix(text, found)).toBe(mended);
  });

  it.each([
    ['block B(c)\n  conv(c, 3)\n', 'block B(c) =\n  conv(c, 3)\n', ')'],
    ['block B(c)\n  y = conv(c, 3)\n  out y\n', 'block B(c) {\n  y = conv(c, 3)\n  out y\n}\n', ')'],
    ['block B\n  conv(3, 3)\n', 'block B =\n  conv(3, 3)\n', 'B'],
  ])('%j', (text, mended, behind) => {
    const used = `net M {\n  in x: rgb 8x8\n  out z: tensor(x -> B${behind === ')' ? '(3)' : ''})\n}\n`;
    const { found } = onlyOne(text + used);
    expect(found.message).toBe(`this is not finished: \`=\` or \`{\` is missing after \`${behind}\``);
    expect(applyFix(text + used, found)).toBe(mended + used);
  });
});
