/** Inputs and outputs misused: one mistake, one error, which says what was written and what is possible. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';

function only(text: string): string {
  const found = diagnose({ path: 'main.cnn', text });
  expect(
    found.map(({ severity }) => severity),
    text,
  ).toEqual(['error']);
  return `${found[0]?.code}: ${found[0]?.message}`;
}

describe('an input', () => {
  it.each([
    ['rgb 8x8 order rbg', 'names/unknown-word: rbg is no order of 3 channels'],
    ['gray 8x8 order bgr', 'names/unknown-word: bgr is no order of one channel'],
    ['rgb 8x8 order', 'value/missing-argument: order needs a value'],
    ['rgb 8x8 scale 1/255 scale 2', 'value/given-twice: scale of x is given twice'],
    ['rgb 8x8 mean 1 mean 2', 'value/given-twice: mean of x is given twice'],
    ['rgb 8x8 fit crop fit pad', 'value/given-twice: fit of x is given twice'],
    ['rgb 8x8 fit', 'value/missing-argument: fit needs a value'],
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
