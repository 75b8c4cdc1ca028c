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
