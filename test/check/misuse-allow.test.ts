/** Comments that switch a warning off, written nearly so: one message, which stands for the warning too. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (comment: string): string =>
  `net N {\n  in x: f32[4]\n  ${comment}\n  y = x -> dense(8) -> dense(3)\n  out z: tensor(y)\n}\n`;

const ours = '// allow network/dense-twice because it is narrow';

describe('another form', () => {
  it.each([
    '// allow: network/dense-twice because it is narrow',
    '// allow: network/dense-twice it is narrow',
    '// allow network/dense-twice: it is narrow',
    '// allow network/dense-twice (it is narrow)',
    '// Allow network/dense-twice - it is narrow',
    '// allow dense-twice because it is narrow',
    '// allow "network/dense-twice" because it is narrow',
    '// cnnc allow network/dense-twice because it is narrow',
    '/// allow network/dense-twice because it is narrow',
  ])('%s', (comment) => {
    const { found, at } = onlyOne(net(comment));
    expect([found.code, at]).toEqual(['allow/form', comment]);
    expect(applyFix(net(comment), found)).toBe(net(ours));
    expect(diagnose({ path: 'main.cnn', text: net(ours) })).toEqual([]);
  });

  it.each(['// allow: network/dense-twice', '// allow dense-twice', '/// allow network/dense-twice'])(
    '%s has no reason that a fix could write',
    (comment) => {
      const { found } = onlyOne(net(comment));
      expect([found.code, found.fixes]).toEqual([
        'allow/form',
        [{ title: '// allow network/dense-twice because …', edits: [] }],
      ]);
    },
  );
});

describe('codes', () => {
  it('a mistyped one is told before a reason that lacks, and once', () => {
    const { found, titles } = onlyOne(net('// allow network/dense-twise'));
    expect([found.code, titles]).toEqual(['allow/unknown-code', ['network/dense-twice']]);
  });

  it.each([
    '// allow names/unknown',
    '// allow names/unknown because it is known',
    '// allow: names/unknown',
  ])('%s: an error', (comment) => {
    const text = `net N {\n  in x: f32[4]\n  ${comment}\n  y = x -> dense(3)\n  out z: tensor(y)\n}\n`;
    const { found } = onlyOne(text);
    expect(found.code).toBe('allow/error');
    expect(applyFix(text, found)).toBe(text.replace(`  ${comment}\n`, ''));
  });

  it('a word of several codes is answered with all of them', () => {
    const text = 'net N {\n  in x: f32[4]\n  y = x -> dense(3)\n  // allow unused\n  out z: tensor(y)\n}\n';
    const { found } = onlyOne(text);
    expect(found.code).toBe('allow/unknown-code');
    expect(found.notes[0]?.text).toBe('there are names/unused, weights/unused');
  });
});

describe('comments that switch nothing off', () => {
  const comment = '// allow shape/floor because the border is black';

  it.each([
    `net N {\n  in x: rgb 8x8\n  ${comment}\n  y = x -> maxpool(2)\n  out z: tensor(y)\n}\n`,
    `net N {\n  in x: rgb 8x8 ${comment}\n  y = x -> maxpool(2)\n  out z: tensor(y)\n}\n`,
    `block B = maxpool(2) ${comment}\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> B)\n}\n`,
    `${comment}\nlet c = 8\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> conv(c, 1))\n}\n`,
  ])('%#', (text) => {
    const { found, at } = onlyOne(text);
    expect([found.severity, found.code, at]).toEqual(['warning', 'allow/unused', comment]);
    expect(applyFix(text, found)).not.toContain('allow');
    expect(diagnose({ path: 'main.cnn', text: applyFix(text, found) })).toEqual([]);
  });

  it.each([
    ['another use may need it', `export block B = maxpool(2) ${comment}\n`],
    [
      'it was not evaluated',
      `export net N(c) {\n  in x: rgb 8x8 ${comment}\n  out z: tensor(x -> conv(c, 3))\n}\n`,
    ],
    [
      'a command that reads weights says it',
      `export let k = 3 // allow weights/unused because there are more\n`,
    ],
    [
      'another use of the block needs it',
      `block B = maxpool(2) ${comment}\nnet N {\n  in x: rgb 9x9\n  in w: rgb 8x8\n  out z: tensor(x -> B)\n  out v: tensor(w -> B)\n}\n`,
    ],
  ])('not told where %s', (_, text) => expect(diagnose({ path: 'main.cnn', text })).toEqual([]));

  it('not told beside an error', () => {
    const text = `net N {\n  in x: rgb 8x8 ${comment}\n  out z: tensor(y)\n}\n`;
    expect(onlyOne(text).found.code).toBe('names/unknown');
  });
});

it.each([
  '// allow images of any size',
  '// allowed: everything',
  '// allow up to 3',
  '// allow: some room here',
  '// we allow shape/floor elsewhere',
])('%s is about something else', (comment) => {
  const codes = diagnose({ path: 'main.cnn', text: net(comment) }).map(({ code }) => code);
  expect(codes).toEqual(['network/dense-twice']);
});

it('the last line of a file without an end is left out to the end of the text', () => {
  const before = `block B = conv(8, 3) -> relu\n`;
  const text = `${before}  // allow value/too-small because it is a test`;
  const found = diagnose({ path: 'main.cnn', text }).find(({ code }) => code === 'allow/error');
  expect(found?.fixes[0]?.edits[0]?.span).toMatchObject({ start: before.length, end: text.length });
  expect(applyFix(text, found!)).toBe(before);
});
