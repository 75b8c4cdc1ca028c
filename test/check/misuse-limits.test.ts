/** Weights, budgets and assertions by other words and signs: one error, and fixes that leave a file without any. */
import { describe, expect, it } from 'vitest';
import { onlyOne } from './only-one.ts';

const net =
  'net N {\n  in x: rgb 8x8\n  y = x -> conv(8, 3) -> relu -> gap -> dense(4)\n  out z: tensor(y)\n}\n';
const titles = (rest: string): readonly string[] => onlyOne(net + rest).titles;

describe('weights', () => {
  it.each([
    ['N = "f.safetensors"', 'from "f.safetensors"'],
    ['N: "f.safetensors"', 'from "f.safetensors"'],
    ['N of "f.safetensors"', 'from "f.safetensors"'],
    ['N("f.safetensors")', 'from "f.safetensors"'],
    ['"f.safetensors" of N', 'N from "f.safetensors"'],
    ['N from "f.safetensors" except "y.dense", "y.conv"', 'y.dense, y.conv'],
    ['N from "f.safetensors" except ["y.dense"]', 'y.dense'],
    ['N from "f.safetensors" except [y.dense]', 'y.dense'],
    ['N from "f.safetensors" except (y.dense)', 'y.dense'],
    ['N from "f.safetensors" except = y.dense', 'y.dense'],
    ['N from "f.safetensors" except y.conv y.dense', 'put a comma between'],
    ['N from "f.safetensors", except y.dense', 'leave the comma out'],
    ['N from "f.safetensors" exclude y.dense', 'except y.dense'],
    ['N from "f.safetensors" without y.** // the head', 'except y.**'],
    ['N from "f.safetensors" but not y.dense', 'except y.dense'],
    ['N from "f.safetensors" excluding "y.dense"', 'except y.dense'],
    ['N from "f.safetensors" layout = torch', 'torch'],
    ['N from "f.safetensors" layout "torch"', 'torch'],
    ['N from "f.safetensors" except y.dense layout torch', 'layout torch first'],
  ])('weights %s', (rest, fix) => {
    expect(titles(`weights ${rest}`)).toEqual([fix]);
  });
});

describe('budget', () => {
  it.each([
    ['N { params = 10k }', '<='],
    ['N { params: 10k }', '<='],
    ['N { params 10k }', '<='],
    ['N { params <= 10k macs <= 1M }', 'put a comma between'],
    ['N params <= 10k', '{ params <= 10k }'],
    ['N: params <= 10k, macs <= 1M', '{ params <= 10k, macs <= 1M }'],
    ['N { 10k >= params }', 'params <= 10k'],
    ['N { 10k > params }', 'params < 10k'],
    ['N { params == 10k }', 'params <= 10k'],
    ['N { params(10k) }', 'params <= 10k'],
    ['N { N.params <= 10k }', 'params <= 10k'],
    ['N { params <= 10k and macs <= 1M }', 'params <= 10k, macs <= 1M'],
    ['N { flops <= 1M }', 'macs'],
    ['N { mult_adds <= 1M }', 'macs'],
    ['N { parameters <= 1M }', 'params'],
    ['N { size <= 1 MB }', 'download'],
    ['N { ram <= 1 MB }', 'peak'],
  ])('budget %s', (rest, fix) => {
    expect(titles(`budget ${rest}`)).toEqual([fix]);
  });

  it('of the other way round nobody knows what was meant', () => {
    expect(titles('budget N { params >= 10 }')).toEqual([]);
  });
});

describe('assert', () => {
  it.each([
    ['N.params <= 10k "small"', 'put a comma between'],
    ['N.params <= 10k: "small"', 'a comma'],
    ['(N.params <= 10k, "small")', 'N.params <= 10k, "small"'],
    ['"small", N.params <= 10k', 'N.params <= 10k, "small"'],
    ['N.params <= 10k, small', '"small"'],
    ['N.params', 'N.params == 260'],
  ])('assert %s', (rest, fix) => {
    expect(titles(`assert ${rest}`)).toEqual([fix]);
  });
});

describe('times and shapes', () => {
  const measured =
    'times are measured, by `cnnc profile`; a budget limits what is known before anything runs';

  it.each([
    ['budget N { latency <= 10 }', 'latency is no quantity of a budget'],
    ['budget N { latency <= 10ms }', '`10ms` is neither a number nor a size'],
    ['budget N { time <= 10 ms }', '`10 ms` is neither a number nor a size'],
  ])('%s', (rest, message) => {
    const { found, titles } = onlyOne(net + rest);
    expect([found.message, found.notes[0]?.text, titles]).toEqual([message, measured, []]);
  });

  it.each([
    ['assert shape(N.y) == (4)', 'N.y.C == 4'],
    ['assert N.y.size() == [4]', 'N.y.C == 4'],
    ['assert shape(N.x) == (8, 8, 3)', 'N.x.H == 8 and N.x.W == 8 and N.x.C == 3'],
  ])('%s', (rest, ours) => {
    const { found, titles } = onlyOne(net + rest);
    expect(titles).toEqual([ours]);
    expect(found.notes[0]?.text).toContain('a size is asked for by the name of its axis');
  });

  it.each([
    ['budget N { params =< 10k }', '=<'],
    ['budget N { params < = 10k }', '< ='],
    ['assert N.params =< 10k', '=<'],
  ])('%s', (rest, sign) => {
    const { found, titles } = onlyOne(net + rest);
    expect([found.message, titles]).toEqual([
      `\`${sign}\` is not a sign of this language: here it is \`<=\``,
      ['write <='],
    ]);
  });

  it('assert … in range(…)', () => {
    expect(titles('assert N.params in range(1, 300)')).toEqual(['N.params >= 1 and N.params < 300']);
  });
});
