/** Conditions of inputs, budgets, assertions and tests, written as elsewhere: one message, and a fix that leaves a text without errors. */
import { describe, expect, it } from 'vitest';
import { mended, onlyMended, onlyOne } from './only-one.ts';

const input = (head: string): string =>
  `net N {\n  in x: ${head}\n  y = x -> conv(8, 3)\n  out z: tensor(y)\n}\n`;
const net = input('rgb 64x64');

describe('where', () => {
  it.each([
    ['rgb[H, W] = 64x64 where H in [32, 64]', 'syntax/unexpected: H == 32 or H == 64'],
    ['rgb[H, W] = 64x64 where H not in (32, 48)', 'syntax/unexpected: H != 32 and H != 48'],
    ['rgb[H, W] = 64x64 where W > 8 and H in [32, 64]', 'syntax/unexpected: (H == 32 or H == 64)'],
    ['rgb[H, W] = 64x64 where H in 32..64', 'syntax/unexpected: H >= 32 and H <= 64'],
    ['rgb[H, W] = 64x64 where H between 32 and 64', 'value/expected: H >= 32 and H <= 64'],
    ['rgb[H, W] = 64x64 where H divisible by 32', 'syntax/unexpected: H % 32 == 0'],
    ['rgb[H, W] = 64x64 where H is a multiple of 32', 'syntax/unexpected: H % 32 == 0'],
    ['rgb[H, W] = 64x64 where H at least 32', 'syntax/unexpected: H >= 32'],
    ['rgb[H, W] = 64x64 where H is even', 'value/expected: H % 2 == 0'],
    ['rgb[H, W] = 64x64 where H mod 32 == 0', 'value/expected: H % 32 == 0'],
    ['rgb[H, W] = 64x64 where H % 4', 'value/expected: H % 4 == 0'],
    ['rgb[H, W] = 64x64 where H, W % 4 == 0', 'value/expected: H % 4 == 0'],
    ['rgb[H, W] = 64x64 where (H, W) % 4 == 0', 'value/expected: H % 4 == 0, W % 4 == 0'],
    ['rgb[H % 4, W >= 8] = 64x64', 'value/expected: where H % 4 == 0, W >= 8'],
    ['rgb[H % 4, W] = 64x64 where W >= 8', 'value/expected: H % 4 == 0,'],
    ['rgb[H, W] = 64x64 where H % 4 == 0 and', 'syntax/incomplete: leave and out'],
    ['rgb[H, W] = 64x64 with H % 4 == 0', 'syntax/unexpected: where'],
    ['rgb[H, W] = 64x64 where H = 224, W = 224', 'syntax/unexpected: ==, and = 224x224'],
    ['rgb[H, W] = 224x64 where H = 224', 'syntax/unexpected: =='],
    ['rgb[H, W] where H == 96, W % 100 == 0', 'network/input-default: = 96x200'],
    ['f32[L, 12] where L % 50 == 0', 'network/input-default: = 200x12'],
    ['rgb[H, W] = 64x64 where H in range(1, 100)', 'syntax/unexpected: H >= 1 and H < 100'],
    [
      'rgb[H, W] = 64x64 where H in range(32, 320, 32)',
      'syntax/unexpected: H >= 32 and H < 320 and H % 32 == 0',
    ],
    ['rgb[H, W] = 64x64 where H in {32, 64}', 'syntax/unexpected: H == 32 or H == 64'],
    ['rgb[H, W] = 64x64 where H ∈ {32, 64} and W > 3', 'syntax/stray: (H == 32 or H == 64)'],
    ['rgb[H, W] = 64x64 where 32 | H', 'syntax/unexpected: H % 32 == 0'],
    ['rgb[H, W] = 64x64 where H = 32k', 'syntax/unexpected: H % 32 == 0'],
    ['rgb[H, W] = 64x64 where H = 2 * n', 'syntax/unexpected: H % 2 == 0'],
    ['rgb[H, W] = 64x64 where H >= 32 & W >= 32', 'syntax/stray: and'],
    ['rgb[H, W] = 64x64 where H >= 32; W >= 32', 'syntax/foreign-sign: write ,'],
    ['rgb[H, W] = 64x64 where H =< 64', 'syntax/foreign-sign: write <='],
    ['rgb[H, W] = 64x64 where H < = 64', 'syntax/foreign-sign: write <='],
    ['rgb[H, W] = 64x64 where H => 64', 'syntax/foreign-sign: write >='],
    ['rgb[H, W] = 64x64 such that H % 4 == 0, W > 3', 'syntax/unexpected: where'],
    ['rgb[H, W] = 64x64 s.t. H % 4 == 0', 'syntax/unexpected: where'],
    ['rgb[H, W] = 64x64, H % 4 == 0', 'syntax/unexpected: where'],
    ['rgb[H, W] = 64x64 | H % 4 == 0', 'syntax/unexpected: where'],
    ['rgb[H, W] = 64x64 where (H, W) == (64, 64)', 'value/expected: H == 64, W == 64'],
    ['rgb[H, W] = 64x64 where H == W == 64', 'value/operator: H == W and W == 64'],
    ['rgb[H, W] = 64x64 where H and W >= 32', 'value/operator: H >= 32 and W >= 32'],
    ['rgb[H, W] = 64x64 st H % 4 == 0', 'names/unknown-word: where'],
    ['rgb[H, W] = 64x64 for H % 4 == 0, W > 3', 'syntax/unexpected: where'],
  ])('%s', (head, said) => {
    expect(mended(input(head))).toBe(said);
  });

  it('on a line of its own goes to the input that it is about', () => {
    const head = (conditions: string): string =>
      `net N {\n  in x: rgb[H, W] = 64x64${conditions}\n  y = x -> conv(8, 3)\n  where W % 2 == 0\n  out z: tensor(y)\n}`;
    expect(mended(head(''))).toBe('syntax/misplaced: where W % 2 == 0');
    expect(mended(head('\n    where H > 2 scale 1/255'))).toBe('syntax/misplaced: W % 2 == 0,');
  });

  it.each([
    ['rgb[H, W] = 64x64 scale 1/255 where H % 4 == 0', 'where H % 4 == 0'],
    [
      'rgb[H, W] = 64x64 fit stretch scale 1/255\n  where H % 4 == 0, W > 3  // whole',
      'where H % 4 == 0, W > 3',
    ],
    ['rgb[H, W] = 64x64 where H > 3 scale 1/255 where W % 4 == 0', 'W % 4 == 0,'],
  ])('behind preprocessing goes to the sizes: %s', (head, title) => {
    expect(mended(input(head))).toBe(`syntax/misplaced: ${title}`);
  });

  it('that the sizes to compile for do not fulfil has the nearest that do', () => {
    expect(mended(input('rgb[H, W] = 30x30 where H % 4 == 0'))).toBe('network/where: = 32x30');
    expect(mended(input('rgb[H, W] = 30x31 where H % 4 == 0, H == W'))).toBe('network/where: = 32x32');
    expect(mended(input('rgb[H, H] = 30x30 where H % 4 == 0'))).toBe('network/where: = 32x32');
    expect(mended(input('rgb[H, W] = 64x64 where H == 32k'))).toBe('network/where: = 32000x64');
  });

  it('that no size fulfils says so, and which condition is one too many', () => {
    const { found, at, titles } = onlyOne(input('rgb[H, W] = 64x64 where H % 32 == 0, H % 32 == 1'));
    expect([found.code, at, titles]).toEqual([
      'network/where-nothing',
      'H % 32 == 1',
      ['leave H % 32 == 1 out'],
    ]);
    expect(mended(input('rgb[H, W] = 64x64 where H > 100, H < 50'))).toBe('network/where-nothing: ');
  });

  it('of sizes that are numbers is left out, or gives them names', () => {
    expect(mended(input('rgb 64x64 where H % 2 == 0'))).toBe(
      'network/where-number: leave where H % 2 == 0 out | [H, W] = 64x64',
    );
    expect(mended(input('rgb[H, 64] = 64x64 where W % 2 == 0'))).toBe(
      'network/where-number: leave where W % 2 == 0 out',
    );
  });
});

describe('budgets', () => {
  it.each([
    ['budget { download <= 10k }', 'value/expected: 10 kB'],
    ['budget { peak <= 1_000_000 }', 'value/expected: 1_000_000 B'],
    ['budget { weightBytes <= 1.5M }', 'value/expected: 1.5 MB'],
    ['budget { params: 10k, macs: 10M }', 'syntax/unexpected: <='],
    ['budget N {\n  params = 10k\n  macs 10M\n}', 'syntax/unexpected: <='],
    ['budget params <= 10k, macs <= 10M', 'syntax/unexpected: { params <= 10k, macs <= 10M }'],
    ['budget params = 10k', 'syntax/unexpected: { params <= 10k }'],
    ['budget { flops <= 1G }', 'names/unknown-word: macs'],
    ['budget { num_params <= 1M }', 'names/unknown-word: params'],
  ])('%s', (budget, said) => expect(mended(`${net}${budget}\n`)).toBe(said));
});

describe('figures', () => {
  it.each([
    ['assert N.flops <= 10M', 'value/no-member: macs'],
    ['assert N.count_params() == 224', 'value/no-member: params'],
    ['assert N.z.C == 8', 'value/no-member: y'],
    ['assert params == 224', 'names/unknown: N.params'],
    ['assert params(N) == 224', 'names/unknown: N.params'],
    ['assert N.y.shape == [62, 62, 8]', 'value/no-member: N.y.H == 62 and N.y.W == 62 and N.y.C == 8'],
    ['assert N.y == 62x62x8', 'value/operator: N.y.H == 62 and N.y.W == 62 and N.y.C == 8'],
  ])('%s', (assert, said) => expect(mended(`${net}${assert}\n`)).toBe(said));

  it('of one net of several have no fix', () => {
    const found = onlyMended(`${net}${net.replace('N', 'M')}assert params == 224\n`);
    expect(found.fixes).toEqual([]);
  });
});

describe('assert', () => {
  it.each([
    ['assert N.params == 224 because "it is small"', 'syntax/unexpected: a comma'],
    [
      'assert N.params == 224, N.macs < 10M',
      'syntax/unexpected: assert N.params == 224; assert N.macs < 10M',
    ],
    [
      'assert { N.params == 224, N.macs < 10M }',
      'syntax/unexpected: assert N.params == 224\nassert N.macs < 10M',
    ],
    ['assertEqual(N.params, 224)', 'syntax/misplaced: assert N.params == 224'],
    ['assert_eq(N.params, 224, "why")', 'syntax/misplaced: assert N.params == 224, "why"'],
    ['check N.params == 224', 'syntax/misplaced: assert N.params == 224'],
    ['assert N.params in [224, 225]', 'syntax/unexpected: N.params == 224 or N.params == 225'],
    ['assert N.params == 225 (tol = 1)', 'syntax/unexpected: abs(N.params - 225) <= 1'],
    ['assert N.params == 224 and', 'syntax/incomplete: leave and out'],
  ])('%s', (assert, said) => expect(mended(`${net}${assert}\n`)).toBe(said));
});

describe('tolerances of tests', () => {
  const small = 'net N {\n  in x: f32[3]\n  y = x -> dense(2)\n  out z: tensor(y)\n}\n';
  it.each([
    ['test "a" { x = 1  expect z[0] == 0.5 (tol = 1e-3) }', 'syntax/unexpected: (0.499..0.501)'],
    ['test "a" { x = 1  expect z[0] == 0.5, atol = 1e-3 }', 'syntax/unexpected: (0.499..0.501)'],
    ['test "a" (tol = 1e-3) { x = 1  expect z[0] == 0.5 }', 'syntax/unexpected: leave (tol = 1e-3) out'],
    ['test "a" of N (tol = 1e-3) { x = 1  expect z[0] == 0.5 }', 'syntax/unexpected: leave (tol = 1e-3) out'],
  ])('%s', (test, said) => expect(mended(`${small}${test}\n`)).toBe(said));
});
