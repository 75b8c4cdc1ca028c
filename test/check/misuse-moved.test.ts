/** Renames of weights that are misused: one message, and fixes that leave a file without any. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { only, told } from './only-one.ts';
import { applyFix } from './support.ts';

const net = `net N {
  in x: rgb 8x8
  stem = x -> conv(8, 3)
  body = stem -> conv(8, 3) -> conv(8, 3)
  out y: tensor(body)
}
`;

/** The only thing that is said, and the titles of its fixes, after each of which nothing is left to say. */
function mended(text: string): string {
  const first = only(text);
  for (const fix of first.fixes) {
    const after = applyFix(text, { ...first, fixes: [fix] });
    expect(diagnose({ path: 'main.cnn', text: after }), after).toEqual([]);
  }
  return told(first);
}

describe('a path that no weight has', () => {
  it.each([
    ['moved a.conv -> stem.convv', 'weights/moves-nothing: moved a.conv -> stem.conv'],
    ['moved a.conv -> stemm.conv.weight', 'weights/moves-nothing: moved a.conv -> stem.conv.weight'],
    ['moved a.conv -> N.stem.conv', 'weights/moves-nothing: moved a.conv -> stem.conv'],
    ['moved N.a.conv -> N.stem.conv', 'weights/moves-nothing: moved a.conv -> stem.conv'],
    ['moved N.a.* -> N.stem.*', 'weights/moves-nothing: moved a.* -> stem.*'],
    ['moved a.conv -> conv2', 'weights/moves-nothing: moved a.conv -> body.conv2'],
    ['moved a.conv -> weight', 'weights/moves-nothing: '],
    ['moved stem.conv -> a.conv', 'weights/moves-nothing: moved a.conv -> stem.conv'],
  ])('%s', (line, told) => expect(mended(`${net}${line}\n`)).toBe(told));
});

describe('one path twice', () => {
  it.each([
    ['moved a -> stem\nmoved a -> body', 'weights/moved-twice: leave this rename out'],
    ['moved a.conv -> stem.conv\nmoved a.conv -> stem.conv', 'weights/moved-twice: leave this rename out'],
    [
      'moved a.conv -> stem.conv\nmoved a.conv -> stem.conv.weight',
      'weights/moved-twice: leave this rename out',
    ],
  ])('%s', (lines, told) => expect(mended(`${net}${lines}\n`)).toBe(told));
});

describe('other signs', () => {
  it.each([
    'moved "a.conv" -> "stem.conv"',
    'moved a.conv to stem.conv',
    'moved a.conv as stem.conv',
    'moved a.conv = stem.conv',
    'moved a.conv: stem.conv // since May',
    'moved a.conv, stem.conv',
    'moved "a.conv" to "stem.conv"',
  ])('%s', (line) => expect(mended(`${net}${line}\n`)).toBe('syntax/unexpected: moved a.conv -> stem.conv'));

  it('and none where a path ends in a dot at the end of the text', () => {
    const text = `${net}moved a.conv -> stem.`;
    const [first] = diagnose({ path: 'main.cnn', text });
    expect([first?.code, first?.span.start]).toEqual(['syntax/incomplete', text.length - 1]);
  });
});
