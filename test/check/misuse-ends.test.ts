/** Inputs and outputs misused: one mistake, one error, which says what was written and what is possible. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The only thing that is said, whose every fix leaves a file that checks. */
function only(text: string): string {
  const found = diagnose({ path: 'main.cnn', text });
  expect(
    found.map(({ severity, code }) => `${severity} ${code}`),
    text,
  ).toEqual([`error ${found[0]?.code}`]);
  const [first] = found as [Diagnostic];
  expectMended(text, first);
  return `${first.code}: ${first.message}`;
}

/** The titles of its fixes. */
const fixesOf = (text: string): readonly string[] =>
  diagnose({ path: 'main.cnn', text }).flatMap(({ fixes }) => fixes.map(({ title }) => title));

describe('an input', () => {
  it.each([
    ['rgb 8x8 order rbg', 'names/unknown-word: rbg is no order of 3 channels'],
    ['gray 8x8 order bgr', 'names/unknown-word: bgr is no order of one channel'],
    ['rgb 8x8 order', 'value/missing-argument: order needs a value'],
    ['rgb 8x8 scale 1/255 scale 2', 'value/given-twice: scale of x is given twice'],
    ['rgb 8x8 mean 1 mean 2', 'value/given-twice: mean of x is given twice'],
    ['rgb 8x8 fit crop fit pad', 'value/given-twice: fit of x is given twice'],
    ['rgb 8x8 fit', 'value/missing-argument: fit needs a value'],
    ['rgb 8x8 fit corp', 'names/unknown-word: corp is no way to fit a picture'],
    ['rgb 8x8 fit 3', 'names/unknown-word: 3 is no way to fit a picture'],
    ['f32[8, 8, 3] fit crop', 'network/fit-no-picture: `fit` brings pictures to a size, and x is f32'],
    ['i32[8] fit pad', 'network/fit-no-picture: `fit` brings pictures to a size, and x is i32'],
    ['rgb 8x8 range -1..1 scale 2', 'network/scaled-twice: x is scaled twice: by scale and by range'],
    ['rgb 8x8 range 1..-1', 'network/range-falls: the range 1..-1 falls'],
    ['rgb 8x8 range 1..1', 'network/loses-input: range 1..1 gives'],
    ['rgb 8x8 scale 0', 'network/loses-input: scale 0 gives'],
    ['rgb 8x8 std -1', 'value/too-small: std of x is -1, but it has to be above 0'],
    ['rgb 8x8 = 9x9', 'network/input-size: x has the sizes [8, 8], but 9x9 was given'],
    ['rgb[H, W] = 8x8 where H', 'value/expected: this place needs a condition such as H % 2 == 0'],
  ])('%s', (input, message) => {
    expect(only(`net N {\n  in x: ${input}\n  out z: tensor(x -> relu)\n}`)).toContain(message);
  });
});

describe('an output', () => {
  const head = (rest: string): string =>
    `detect(classes = 1) {\n    branch x -> conv(5, 1) anchors [(1, 1)]${rest}\n  }`;

  it.each([
    ['image(x -> conv(7, 1))', 'network/output-map: image needs a feature map'],
    ['image(x -> gap)', 'network/output-map: image needs a feature map'],
    ['mask(x -> gap)', 'network/output-map: mask needs a feature map'],
    ['embedding(x)', 'network/output-vector: embedding needs one vector'],
    [
      'points(x -> gap -> dense(4), -2)',
      'value/too-small: count of points is -2, but it has to be at least 1',
    ],
    ['points(x -> gap -> dense(4), 2.5)', 'value/expected: this place needs a whole number of points'],
    ['points(x -> gap -> dense(4))', 'value/missing-argument: points needs the number of points'],
    ['detect(classes = -2) { branch x anchors [(1, 1)] }', 'value/too-small: classes of detect is -2'],
    [
      'detect(classes = 10^9) { branch x anchors [(1, 1)] }',
      'value/too-large: classes of detect is 1000000000',
    ],
    [
      'detect(classes = 1) { branch x -> conv(5, 1) anchors [(0, 1)] }',
      'value/too-small: a side of an anchor is 0, but it has to be above 0',
    ],
    [
      head(' with stride = 3'),
      'detect/cell-size: the cells of this head are 1 pixels wide, but its stride says 3',
    ],
    [head(' with strid = 1'), 'names/unknown-option: branch has no option strid'],
    [head('\n    nms { iou = 1.5 }'), 'value/too-large: iou of nms is 1.5, but it has to be at most 1'],
    [head('\n    nms { score = -1 }'), 'value/too-small: score of nms is -1, but it has to be at least 0'],
    [head('\n    nms { max = 0 }'), 'value/too-small: max of nms is 0, but it has to be at least 1'],
  ])('%s', (output, message) => {
    expect(only(`net N {\n  in x: rgb 8x8\n  out z: ${output}\n}`)).toContain(message);
  });
});

describe('the arguments of an output', () => {
  const text = (output: string): string =>
    `net N {\n  in x: rgb 8x8\n  v = x -> gap -> dense(4)\n  out o: tensor(v)\n  out z: ${output}\n}`;

  it.each([
    [
      'tensor(v, 3)',
      'value/too-many-arguments: there are more options than tensor has: none',
      ['leave 3 out'],
    ],
    [
      'points(v, 2, 3)',
      'value/too-many-arguments: there are more options than points has: 1',
      ['leave 3 out'],
    ],
    ['label(v, v)', 'value/too-many-arguments: there are more options than label has: none', ['leave v out']],
    ['label(v, ["a", "b", "c", "d"])', 'value/too-many-arguments', ['label(…) of ["a", "b", "c", "d"]']],
    ['label(v, of = ["a", "b", "c", "d"])', 'names/unknown-option', ['label(…) of ["a", "b", "c", "d"]']],
    [
      'label(v, of = digits) of ["a", "b", "c", "d"]',
      'value/given-twice: of of label',
      ['leave the first out'],
    ],
    ['label(v, names = 3)', 'names/unknown-option: label has no option names', []],
    ['label(value = v)', 'names/unknown-option: label has no option value', ['label(v)']],
    ['points(v, 2, count = 2)', 'value/given-twice: count of points', ['leave the second out']],
    ['points(v, number = 2)', 'names/unknown-option: points has no option number', []],
    ['label()', 'value/missing-argument: label needs a value', []],
    ['tensor(v) of ["a", "b"]', 'network/no-classes: tensor has no classes', ['leave of ["a", "b"] out']],
    ['points(v, 2) of digits', 'network/no-classes: points has no classes', ['leave of digits out']],
    ['v of ["a", "b"]', 'network/no-classes: a value alone has no classes', ['leave of ["a", "b"] out']],
    ['label(v) of ["a", "b", "c"]', 'network/classes-count: z has 4 channels', ['dense(3)']],
    ['label(v -> div(2)) of ["a", "b", "c"]', 'network/classes-count: z has 4 channels', ['dense(3)']],
    ['label(x -> gap -> div(2)) of ["a", "b"]', 'network/classes-count: z has', []],
    [
      'label(v) of ["a", "b", "c", "d", "a"]',
      'network/classes-count: z has 4 channels',
      ['leave the second "a" out'],
    ],
    ['label(v) of []', 'network/classes-count: z has 4 channels', ['leave of [] out']],
    ['label(v) of [a, b, c, d]', 'value/expected: this place needs a text in quotes', ['"a", "b", "c", "d"']],
    ['label(v) of ["a", "b", "c", 4]', 'value/expected: this place needs a class name in quotes', []],
    ['label(v) of folder', 'value/missing-argument: folder needs parentheses', []],
    ['label(v -> dense(1))', 'network/single-score: label chooses the best', ['prob(v -> dense(1))']],
    ['label(v -> dense(1)) of ["no", "yes"]', 'network/single-score: label chooses', ['prob(v -> dense(1))']],
    ['label(sum(v))', 'network/single-score: label chooses the best', ['prob(sum(v))']],
    [
      'labels(v -> dense(1)) of ["no", "yes"]',
      'network/classes-count: z has 1 channel, but 2 class names',
      ['dense(2)'],
    ],
    [
      'prob(x -> conv(1, 3))',
      'network/output-vector: prob needs one vector, but this is a 6x6x1 feature map',
      ['average over the places first: -> gap', 'one for each place: tensor(x -> conv(1, 3) -> sigmoid)'],
    ],
    ['label(x)', 'network/output-vector: label needs one vector', ['average over the places first: -> gap']],
    ['points(v -> dense(5), 2)', 'network/points-width: 2 points need a vector of 4', ['dense(4)']],
    ['probability(v)', 'names/unknown-word: probability is no kind of output', ['prob']],
    ['lable(v)', 'names/unknown-word: lable is no kind of output', ['label']],
  ])('%s', (output, message, fixes) => {
    expect(only(text(output))).toContain(message);
    expect(fixesOf(text(output))).toEqual(fixes);
  });

  it('classes of one name are a warning', () => {
    const found = diagnose({ path: 'main.cnn', text: text('label(v) of ["a", "b", "c", "a"]') });
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning network/class-twice']);
  });

  it.each(['points(v, count = 2)', 'prob(v)', 'prob(sum(v))', 'mask(x -> conv(1, 3)) of ["no", "yes"]'])(
    '%s is right',
    (output) => {
      expect(diagnose({ path: 'main.cnn', text: text(output) })).toEqual([]);
    },
  );
});

describe('a head of detect that is listed twice', () => {
  const text = (channels: number, branches: string): string =>
    `net N {\n  in x: rgb 8x8\n  y = x -> conv(${channels}, 1)\n  h = y\n  out z: detect(classes = 2) {\n${branches}\n  }\n}`;

  it.each([
    [
      'the same',
      7,
      'branch y anchors [(1, 2)]\n    branch y anchors [(3, 4)]',
      'leave branch y anchors [(3, 4)] out',
    ],
    ['on one line', 7, 'branch y anchors [(1, 2)], branch y', 'leave branch y out'],
    ['by another name', 7, 'branch y\n    branch h', 'leave branch h out'],
    [
      'with channels for both',
      14,
      'branch y anchors [(1, 2)]\n    branch h anchors [(3, 4)]',
      'anchors [(1, 2), (3, 4)] in one branch',
    ],
  ])('%s', (_, channels, branches, title) => {
    const whole = text(channels, branches);
    const [first, ...others] = diagnose({ path: 'main.cnn', text: whole }) as [Diagnostic, ...Diagnostic[]];
    expect(others).toEqual([]);
    expect(`${first.code}: ${first.message}`).toMatch(
      /^value\/given-twice: the head [yh] of detect is given twice$/,
    );
    expect(first.fixes.map((fix) => fix.title)).toEqual([title]);
    expectMended(whole, first);
  });
});

describe('detect', () => {
  const text = (call: string, rest = ''): string =>
    `net N {\n  in x: rgb 8x8\n  h = x -> conv(7, 1)\n  out z: ${call} {\n    branch h anchors [(1, 1)]${rest}\n  }\n}`;
  const two = 'detect(classes = 2)';

  it.each([
    [text('detect(classes = 2, foo = 3)'), 'names/unknown-option: detect has no option foo', []],
    [
      text('detect(2, 3)'),
      'value/too-many-arguments: there are more options than detect has: 1',
      ['leave 3 out'],
    ],
    [text('detect(h, classes = 2)'), 'value/too-many-arguments', ['leave h out']],
    [
      text('detect(h)'),
      'value/expected: this place needs the number of classes or a list of their names',
      [],
    ],
    [text('detect(of = ["a", "b"])'), 'names/unknown-option: detect has no option of', ['classes']],
    [
      text('detect(classes = 3) of ["a", "b"]'),
      'detect/classes-count: detect has 3 classes',
      ['classes = 2'],
    ],
    [
      text('detect(classes = [])'),
      'value/too-small: classes of detect is 0, but it has to be at least 1',
      [],
    ],
    [text('detect(classes = folder("./x"))'), 'value/expected: this place needs the number of classes', []],
    [text('detect(classes = 4)'), 'detect/head-width: this head has 7 channels', ['conv(9, 1)']],
    [text('detect(classes = digits)'), 'detect/head-width: this head has 7 channels', ['conv(15, 1)']],
    [text('tensor(h)'), 'syntax/misplaced: `branch` does not belong here', []],
    [
      text(two, ' with 1'),
      'names/no-option-name: an option of branch is written by its name',
      ['stride = 1'],
    ],
    [
      text(two, ' with stride = 1, stride = 1'),
      'value/given-twice: stride of branch',
      ['leave the second out'],
    ],
    [text(two, '\n nms { iou = 0.4, iou = 0.5 }'), 'value/given-twice: iou of nms', ['leave the second out']],
    [
      text(two, '\n nms { iou = 0.4 }\n nms { iou = 0.5 }'),
      'value/given-twice: iou of nms',
      ['leave the second out'],
    ],
    [text(two, '\n nms { 0.4 }'), 'names/no-option-name: an option of nms', ['iou = 0.4', 'score = 0.4']],
    [text(two, '\n nms { iou_threshold = 0.4 }'), 'names/unknown-option: nms has no option', ['iou']],
    [
      text(two, '\n nms { max = 1.5 }'),
      'value/expected: this place needs a whole number for max of nms',
      ['2'],
    ],
    [text(two, '\n nms { iou = "a" }'), 'value/expected: this place needs a number for iou of nms', []],
    [text(two).replace('[(1, 1)]', '(1, 1)'), 'value/expected: this place needs anchors', ['[(1, 1)]']],
    [text(two).replace('[(1, 1)]', '[1, 1]'), 'value/expected: this place needs anchors', ['[(1, 1)]']],
    [
      text(two).replace('branch h', 'h'),
      'syntax/unexpected: `h` is not expected here',
      ['branch h anchors [(1, 1)]'],
    ],
  ])('%s', (file, message, fixes) => {
    expect(only(file)).toContain(message);
    expect(fixesOf(file)).toEqual(fixes);
  });
});

describe('defaults', () => {
  const text = (entries: string): string =>
    `defaults { ${entries} }\nnet N {\n  in x: rgb 8x8\n  out z: tensor(x -> conv(4, 3))\n}`;

  it.each([
    [
      'conv { 3 }',
      'names/no-option-name: an option of conv is written by its name',
      ['channels = 3', 'kernel = 3'],
    ],
    ['conv { false }', 'names/no-option-name: an option of conv is written by its name', ['bias = false']],
    ['conv { bias = false, bias = true }', 'value/given-twice: bias of conv', []],
    ['conv { bais = false }', 'names/unknown-option: conv has no option bais', ['bias']],
    ['conv { bias = 3 }', 'value/expected: this place needs true or false for bias of conv', []],
    ['konv { bias = false }', 'names/unknown-layer: there is no layer or block called konv', ['conv']],
  ])('%s', (entries, message, fixes) => {
    expect(only(text(entries))).toContain(message);
    expect(fixesOf(text(entries))).toEqual(fixes);
  });
});
