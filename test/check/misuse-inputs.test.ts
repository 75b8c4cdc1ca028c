/** Kinds and sizes of inputs as other tools write them: one message that says how they are written here, and fixes that do. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const line = (statement: string): string =>
  `net N {\n  ${statement}\n  y = x -> conv(8, 3) -> gap\n  out z: tensor(y)\n}\n`;
const net = (head: string): string => line(`in x: ${head}`);

/** What is said of an input, and what each fix makes of its line. */
function told(text: string): readonly string[] {
  const { found } = onlyOne(text);
  const lines = found.fixes.map(
    (fix) =>
      applyFix(text, { ...found, fixes: [fix] })
        .split('\n')[1]
        ?.trim() ?? '',
  );
  return [`${found.code}: ${found.message}`, ...lines.map((one) => one.replace('in x: ', ''))];
}

const bySizes = (found: string): string =>
  `syntax/unexpected: ${found} is not expected here: the sizes of an input stand behind its kind: \`rgb 32x32\`, \`f32[32, 32, 3]\``;

describe('sizes in other brackets', () => {
  it.each([
    ['rgb(32, 32)', '`(`', ['rgb 32x32']],
    ['rgb (32, 32)', '`(`', ['rgb 32x32']],
    ['rgb(32)', '`(`', ['rgb 32x32']],
    ['rgb(32x32)', '`(`', ['rgb 32x32']],
    ['rgb([32, 32, 3])', '`(`', ['rgb 32x32']],
    ['rgb(H, W)', '`(`', ['rgb[H, W] = 224x224']],
    ['rgb(H, W) = 64x64', '`(`', ['rgb[H, W] = 64x64']],
    ['rgb {32, 32}', '`{`', ['rgb 32x32']],
    ['rgb<32, 32>', '`<`', ['rgb 32x32']],
    ['rgb "32x32"', 'this text', ['rgb 32x32']],
    ['rgb 32 48', '`48`', ['rgb 32x48']],
    ['rgb 32, 48', '`,`', ['rgb 32x48']],
    ['rgb(32, 32) scale 1/255', '`(`', ['rgb 32x32 scale 1/255']],
    ['f32(32, 32, 3)', '`(`', ['f32[32, 32, 3]']],
    ['Input(shape=(32, 32, 3))', '`(`', ['f32[32, 32, 3]', 'rgb 32x32']],
    ['Input(32, 32, 3, dtype="float32")', '`(`', ['f32[32, 32, 3]', 'rgb 32x32']],
    ['Input(shape=(None, None, 3))', '`(`', ['f32[H, W, 3] = 224x224x3', 'rgb[H, W] = 224x224']],
  ])('%s', (head, found, ours) => expect(told(net(head))).toEqual([bySizes(found), ...ours]));

  it.each([
    ['32x32', '`32x32`', ['rgb 32x32', 'gray 32x32']],
    ['[32, 32, 3]', '`[`', ['f32[32, 32, 3]', 'rgb 32x32']],
    ['(32, 32, 8)', '`(`', ['f32[32, 32, 8]']],
  ])('%s has no kind', (head, found, ours) =>
    expect(told(net(head))).toEqual([
      `syntax/unexpected: ${found} is not expected here: the kind of an input stands before its sizes: rgb, rgba, gray, f32 or i32`,
      ...ours,
    ]),
  );

  it.each([
    'Input(shape = (32, 32, 3))',
    'Input(32, 32, 3)',
    'tf.keras.Input((32, 32, 3))',
    'layers.Input([32, 32, 3])',
  ])('x = %s', (call) => {
    const callee = call.slice(0, call.indexOf('('));
    expect(told(line(`x = ${call}`))).toEqual([
      `syntax/misplaced: \`${callee}\` does not belong here: an input is a statement of its own: in x: f32[32, 32, 3]`,
      'f32[32, 32, 3]',
      'rgb 32x32',
    ]);
  });

  it('a block of that name is one', () => {
    const text =
      'block Input(c) = conv(c, 3)\nnet N {\n  in a: rgb 32x32\n  x = a -> Input(3)\n  out z: tensor(x)\n}\n';
    expect(diagnose({ path: 'main.cnn', text })).toEqual([]);
  });
});

describe('sizes that are too many or too few', () => {
  it.each([
    ['rgb 32', 1, 'rgb 32x32'],
    ['rgb[32]', 1, 'rgb 32x32'],
    ['rgb 32x32x3', 3, 'rgb 32x32'],
    ['rgb 3x32x48', 3, 'rgb 32x48'],
    ['rgb[H, W, 3] = 64x48x3', 3, 'rgb[H, W] = 64x48'],
    ['rgb[H, W, 3] = 64x48', 3, 'rgb[H, W] = 64x48'],
    ['rgb 28x28x1', 3, 'gray 28x28'],
    ['rgba 28x28x3', 3, 'rgb 28x28'],
    ['gray[28, 28, 1] scale 1/255', 3, 'gray 28x28 scale 1/255'],
  ])('%s', (head, count, ours) => {
    const [kind = ''] = /^\w+/.exec(head) ?? [];
    const found = count === 1 ? '1 is' : `${count} are`;
    expect(told(net(head))).toEqual([
      `network/input-rank: ${kind} needs two sizes: [H, W], but ${found} written`,
      ours,
    ]);
  });
});

describe('sizes that may be any', () => {
  const expected = 'a size that may vary has a name, and a size to compile for: `rgb[H, W] = 224x224`';

  it.each([
    ['rgb[?, ?]', 'rgb[H, W] = 224x224'],
    ['rgb[?, ?] = 32x32', 'rgb[H, W] = 32x32'],
    ['f32[?, 32, 32, 3]', 'f32[32, 32, 3]'],
  ])('%s', (head, ours) => {
    const { found } = onlyOne(net(head));
    expect(found.notes.map(({ text }) => text)).toEqual([expected]);
    expect(told(net(head))).toEqual(['syntax/stray: `?` has no meaning in a .cnn file', ours]);
  });

  it.each([
    ['rgb[-1, -1]', '-1', 'rgb[H, W] = 224x224'],
    ['rgb[None, None, 3]', 'None', 'rgb[H, W] = 224x224'],
    ['rgb[None, None] = 32x32', 'None', 'rgb[H, W] = 32x32'],
    ['f32[None, 32, 32, 3]', 'None', 'f32[32, 32, 3]'],
    ['f32[-1, 3]', '-1', 'f32[L, 3] = 100x3'],
  ])('%s', (head, found, ours) => {
    expect(onlyOne(net(head)).found.notes.map(({ text }) => text)).toEqual([expected]);
    expect(told(net(head))).toEqual([
      `value/expected: this place needs a size or its name, but here is ${found}`,
      ours,
    ]);
  });

  it.each([
    ['rgb[*, *]', '*'],
    ['rgb[:, :]', ':'],
  ])('%s', (head, sign) =>
    expect(told(net(head))).toEqual([
      `syntax/unexpected: \`${sign}\` is not expected here: ${expected}`,
      'rgb[H, W] = 224x224',
    ]),
  );

  it('a size that has such a name, once, and a default is one', () => {
    expect(diagnose({ path: 'main.cnn', text: net('f32[None, 12] = [100, 12]') })).toEqual([]);
  });
});

describe('kinds that there are not', () => {
  const widths =
    'numbers are floats or integers of 32 bits, f32 and i32; pictures of bytes are rgb, rgba, gray';
  const all = 'there are rgb, rgba, gray, f32, i32';

  it.each([
    ['bgr 32x32', all, ['rgb 32x32 order bgr']],
    ['BGR 32x32 scale 1/255', all, ['rgb 32x32 order bgr scale 1/255']],
    ['bgr[32, 32] order bgr', all, ['rgb[32, 32] order bgr']],
    ['bgr[H, W] = 32x32 where H % 2 == 0', all, ['rgb[H, W] = 32x32 where H % 2 == 0 order bgr']],
    ['bgra[32, 32]', all, ['rgba[32, 32] order bgra']],
    ['f16[32, 32, 3]', widths, ['f32[32, 32, 3]']],
    ['half[32, 32, 3]', widths, ['f32[32, 32, 3]']],
    ['u8[32, 32, 3]', widths, ['rgb 32x32', 'i32[32, 32, 3]']],
    ['i64[32, 32, 5]', widths, ['i32[32, 32, 5]']],
    ['RGB 32x32', all, ['rgb 32x32']],
  ])('%s', (head, note, ours) => {
    const { found } = onlyOne(net(head));
    const [kind = ''] = /^\w+/.exec(head) ?? [];
    expect(found.notes.map(({ text }) => text)).toEqual([note]);
    expect(told(net(head))).toEqual([`network/input-kind: ${kind} is no kind of input`, ...ours]);
  });
});

describe('what is done to an input', () => {
  it.each([
    ['range 0-1', 'value/expected: this place needs a range such as -1..1, but here is the number -1'],
    ['range 0 - 1', 'value/expected: this place needs a range such as -1..1, but here is the number -1'],
    ['range(0, 1)', 'value/expected: this place needs a range such as -1..1, but here is a tuple of 2'],
    ['range 0...1', 'syntax/foreign-sign: `...` is not a sign of this language: here it is `..`'],
    ['range 0 ... 1', 'syntax/foreign-sign: `...` is not a sign of this language: here it is `..`'],
    ['range 0..<1', 'syntax/foreign-sign: `..<` is not a sign of this language: here it is `..`'],
    ['range 0..=1', 'syntax/foreign-sign: `..=` is not a sign of this language: here it is `..`'],
  ])('%s', (word, message) => {
    const [found, ours] = told(net(`rgb 32x32 ${word}`));
    expect([found, ours?.replace(/ (?=\.\.)|(?<=\.\.) /g, '')]).toEqual([message, 'rgb 32x32 range 0..1']);
  });

  it.each([
    ['mean 0.5 mean 0.5', ['mean 0.5']],
    ['mean 0.5 std 0.5 mean 0.4', ['std 0.5 mean 0.4', 'mean 0.5 std 0.5']],
  ])('%s', (words, ours) =>
    expect(told(net(`rgb 32x32 ${words}`)).map((one) => one.replaceAll(/ +/g, ' '))).toEqual([
      'value/given-twice: mean of x is given twice',
      ...ours.map((one) => `rgb 32x32 ${one}`),
    ]),
  );

  it.each([
    ['rgb 32x32, scale 1/255', 'rgb 32x32 scale 1/255'],
    ['rgb 32x32, scale = 1/255, mean = 0.5', 'rgb 32x32 scale 1/255 mean 0.5'],
  ])('%s', (head, ours) =>
    expect(told(net(head))).toEqual([
      'syntax/unexpected: `,` is not expected here: what is done to an input stands behind it, without signs: `scale 1/255 mean 0.5`',
      ours,
    ]),
  );
});
