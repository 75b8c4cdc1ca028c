/** Fixed kernels misused on purpose: the row or the item that is wrong, and fixes that leave a file without errors. */
import { describe, expect, it } from 'vitest';
import { onlyOne } from './only-one.ts';

const edges = (filter: string, stage = 'conv(kernel = S)', input = 'gray 32x32'): string =>
  `${filter}\nnet E {\n  in x: ${input}\n  out y: tensor(x -> ${stage})\n}`;
const sobel = 'filter S = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]';

describe('the numbers of a filter', () => {
  it.each([
    [
      '[[1, 0], [2, 0, -2], [1, 0, -1]]',
      '[1, 0]',
      'this place needs 3 numbers for S[0], as in the other rows, but here is a list of 2',
    ],
    ['[[1, 0, -1], [2, "4", -2]]', '"4"', 'this place needs a number for S[1][1], but here is the text "4"'],
    ['[[1, true, -1], [2, 0, -2]]', 'true', 'this place needs a number for S[0][1], but here is true'],
    ['[[1, 2], 3, [4, 5]]', '3', 'this place needs a row of 2 numbers for S[1], but here is the number 3'],
    ['[1, [2, 3], 4]', '[2, 3]', 'this place needs a number for S[1], but here is a list of 2'],
    ['[[1, 2], []]', '[]', 'this place needs numbers in S[1], but here is a list of 0'],
    ['[]', '[]', 'this place needs numbers in S, but here is a list of 0'],
    [
      '5',
      '5',
      'this place needs a table of numbers for S, such as [[1, 0, -1], [2, 0, -2]], but here is the number 5',
    ],
    [
      '3x3',
      '3x3',
      'this place needs a table of numbers for S, such as [[1, 0, -1], [2, 0, -2]], but here is the size 3x3',
    ],
  ])('%s', (rows, place, message) => {
    const { found, at } = onlyOne(edges(`filter S = ${rows}`));
    expect(found.message).toBe(message);
    expect(at).toBe(place);
  });
});

describe('how a filter is written', () => {
  it.each([
    ['filter S { [1, 0], [0, 1] }', '= [[1, 0], [0, 1]]'],
    ['filter S {\n  [1, 0]\n  [0, 1]\n}', '= [[1, 0],\n  [0, 1]]'],
    ['filter S { [[1, 0], [0, 1]] }', '= [[1, 0], [0, 1]]'],
    ['filter S: [[1, 0], [0, 1]]', ' ='],
    ['filter S(2) = [[1, 0], [0, 1]]', 'leave (2) out'],
    ['filter S = [1, 0], [0, 1]', '[[1, 0], [0, 1]]'],
    ['filter S = [[1, 0]\n  [0, 1]]', 'put a comma between'],
    ['filter S = 5', '[[5]]'],
  ])('%s', (filter, fix) => {
    expect(onlyOne(edges(filter)).titles).toEqual([fix]);
  });
});

describe('where a filter is used', () => {
  it.each([
    ['S', 'conv(kernel = S)'],
    ['S(stride = 2)', 'conv(kernel = S)'],
    ['conv(8, 5, kernel = S)', 'leave the other options out'],
    ['conv(filter = S)', 'kernel'],
    ['dwconv(kernel = S)', 'conv(kernel = S)'],
    ['conv(S)', 'kernel = S'],
    ['conv(kernel = [[1, 0], [0, 1]])', 'filter Kernel = [[1, 0], [0, 1]]'],
  ])('%s', (stage, fix) => {
    expect(onlyOne(edges(sobel, stage)).titles).toEqual([fix]);
  });

  it('a vector is reshaped to as many axes as the filter has', () => {
    expect(onlyOne(edges(sobel, 'conv(kernel = S)', 'f32[64]')).titles).toEqual([
      'reshape(8x8x1) makes it a map of 8x8 places with one channel',
    ]);
    expect(onlyOne(edges('filter S = [1, 0, -1]', 'conv(kernel = S)', 'f32[64]')).titles).toEqual([
      'reshape(64x1) makes it a signal of 64 places with one channel',
    ]);
  });

  it('with a number that 32 bits do not hold: the item is named', () => {
    const { found, at } = onlyOne(edges('filter S = [[1, 0], [0, -1e308]]'));
    expect([found.message, at]).toEqual([
      'this place needs a number below 3.4e38 for S[1][1], but here is the number -1e+308',
      '-1e308',
    ]);
  });

  it('of another rank: nothing is offered that makes it another layer', () => {
    expect(onlyOne(edges('filter S = [1, 0, -1]')).titles).toEqual(['a filter for it has 2 axes: [[…]]']);
  });
});

describe('tables as numpy and C make them', () => {
  const table = 'a table of numbers is its rows in brackets: `[[1, 0], [0, 1]]`';

  it.each([
    ['np.array([[1, 0], [0, 1]])', 'np.array', '[[1, 0], [0, 1]]'],
    ['np.array([[1, 0], [0, 1]], dtype = np.float32)', 'np.array', '[[1, 0], [0, 1]]'],
    ['torch.tensor([[1, 0], [0, 1]])', 'torch.tensor', '[[1, 0], [0, 1]]'],
    ['matrix([[1, 0], [0, 1]])', 'matrix', '[[1, 0], [0, 1]]'],
    ['np.ones((2, 3))', 'np.ones', '[[1, 1, 1], [1, 1, 1]]'],
    ['zeros(1, 2)', 'zeros', '[[0, 0]]'],
  ])('%s', (written, name, ours) => {
    const { found, titles } = onlyOne(edges(`filter S = ${written}`));
    expect(found.message).toBe(`there is no layer or block called ${name}`);
    expect([found.notes, titles]).toEqual([[{ word: 'note', text: table }], [ours]]);
  });

  it('in braces', () => {
    const { found, titles } = onlyOne(edges('filter S = {{1, 0}, {0, 1}}'));
    expect([found.message, titles]).toEqual([
      '`{` is not expected here: the numbers stand in brackets behind `=`: `[[1, 0, -1], [2, 0, -2]]`',
      ['[[1, 0], [0, 1]]'],
    ]);
  });

  it.each([
    ['[[1, 1], [1, 1]] / 4', 'a list of 2 / the number 4 has no meaning', '[[0.25, 0.25], [0.25, 0.25]]'],
    ['1/8 * [[1, 2], [2, 1]]', 'the number 0 * a list of 2 has no meaning', '[[0.125, 0.25], [0.25, 0.125]]'],
  ])('%s', (written, message, ours) => {
    const { found, titles } = onlyOne(edges(`filter S = ${written}`));
    expect([found.message, titles]).toEqual([message, [ours]]);
  });

  it('with points behind all numbers are one mistake', () => {
    expect(onlyOne(edges('filter S = [[1., 0.], [0., 1.]]')).titles).toEqual(['1.0 …, in all 4 places']);
  });
});
