/** Nets that cannot slide over a larger image: one error says why, and the fix leaves a file that checks; or words say what to do. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { expectMended } from './mends.ts';

/** The only error, as its reason and the title of its only fix: an edit that mends it, or advice (in brackets). */
function refusal(text: string): string {
  const errors = diagnose({ path: 'main.cnn', text }).filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code }) => code)).toEqual(['network/cannot-slide']);
  const [found] = errors as [Diagnostic];
  expectMended(text, found);
  const reason = found.message.replace(/^\w+ cannot slide over a larger image: /, '');
  const fixes = found.fixes.map(({ title, edits }) => (edits.length > 0 ? title : `(${title})`));
  return `${reason} | ${fixes.join(' | ')}`;
}

const net = (layers: string, { input = 'f32[8, 8, 2]', over = '16x16', kind = 'tensor' } = {}): string =>
  `net N {\n  in x: ${input}\n  y = x -> ${layers}\n  out p: ${kind}(y)\n}\nnet S = convolutional(N, ${over})`;

describe('sizes', () => {
  it.each([
    ['6x6', 'gap', '6x6 is smaller than its window 8x8 | 16x16'],
    ['6x20', 'gap', '6x20 is smaller than its window 8x8 | 8x20'],
    ['[0 - 5, 9]', 'gap', '-5x9 is smaller than its window 8x8 | 8x9'],
    ['6x6', 'maxpool(3, stride = 3) -> gap', '6x6 is smaller than its window 8x8 | 17x17'],
    ['20', 'gap', 'its input has 2 spatial axes, and 1 size is given | 20x20'],
    ['20x24x2', 'gap', 'its input has 2 spatial axes, and 3 sizes are given | 20x24'],
    ['4', 'gap', 'its input has 2 spatial axes, and 1 size is given | 16x16'],
    [
      '17x22',
      'space_to_depth(4) -> gap',
      'the blocks of space_to_depth do not divide its map at this size | 20x24',
    ],
    ['6x6', 'in_norm -> gap', '6x6 is smaller than its window 8x8 | 16x16; bn instead of in_norm'],
    [
      '11x8',
      'conv(4, 2, stride = 2) -> add { deconv(4, 2, stride = 2) -> conv(4, 2, stride = 2), maxpool(2) -> upsample(2) } -> gap',
      'the values of add have different sizes there | 12x8',
    ],
  ])('%s of %s', (over, layers, expected) => {
    expect(refusal(net(layers, { over }))).toBe(expected);
  });

  it('along one axis', () => {
    expect(refusal(net('gap', { input: 'f32[8, 2]', over: '16x16' }))).toBe(
      'its input has 1 spatial axis, and 2 sizes are given | 16',
    );
  });

  it.each([
    ['[28.5, 30]', 'value/expected'],
    ['[]', 'value/expected'],
    ['true', 'value/expected'],
    ['[100000000, 30]', 'network/too-many-elements'],
  ])('%s is none', (over, code) => {
    const found = diagnose({ path: 'main.cnn', text: net('gap', { over }) });
    expect(found.map((d) => d.code)).toEqual([code]);
  });
});

describe('layers over whole maps', () => {
  it.each([
    ['in_norm -> gap', 'in_norm', 'bn instead of in_norm'],
    ['in_norm(eps = 1e-4) -> gap', 'in_norm', 'bn(eps = 1e-4) instead of in_norm(eps = 1e-4)'],
    ['ln([H, W, C]) -> gap', 'ln', 'ln([C]) instead of ln([H, W, C])'],
    [
      'ln(eps = 1e-4, axes = [H, C]) -> gap',
      'ln',
      'ln(eps = 1e-4, axes = [C]) instead of ln(eps = 1e-4, axes = [H, C])',
    ],
    ['mean', 'mean', 'mean([H, W]) instead of mean'],
    ['max', 'max', 'max([H, W]) instead of max'],
    [
      'in_norm -> relu -> ln([H, W]) -> in_norm -> gap',
      'in_norm',
      'bn instead of in_norm, ln([C]) instead of ln([H, W])',
    ],
    ['softmax(H) -> gap', 'softmax', '(run windows one by one, or slide a net without this softmax)'],
    ['reshape(16x8) -> gap', 'reshape', '(run windows one by one, or slide a net without this reshape)'],
    [
      'resize(size = 24x24) -> gap',
      'resize',
      '(resize by a whole factor: scale = 3 instead of a size or of aligned corners)',
    ],
    ['in_norm -> softmax(H) -> gap', 'in_norm', '(bn instead of in_norm)'],
    [
      'argmax -> flatten -> dense(4)',
      'flatten',
      '(run windows one by one, or slide a net without this flatten)',
    ],
  ])('%s', (layers, name, fix) => {
    expect(refusal(net(layers))).toBe(`${name} looks at the whole image, not at one window | ${fix}`);
  });

  it('in a block that is used twice', () => {
    const text = `block Norm = conv(4, 3) -> in_norm\n${net('Norm -> Norm -> gap')}`;
    expect(refusal(text)).toContain('| bn instead of in_norm');
  });
});

describe('flatten', () => {
  const flat = 'an output is flattened, so its places cannot be told apart';
  it.each([
    ['conv(2, 3) -> flatten', 'tensor', 'leave flatten out'],
    ['conv(2, 3) -> flatten -> relu', 'tensor', 'leave flatten out'],
    ['flatten', 'tensor', 'leave flatten out'],
    ['conv(2, 3) -> flatten as v -> relu', 'tensor', 'leave flatten out'],
    ['conv(2, 3)  // a map\n    -> flatten  // and no map', 'tensor', 'leave flatten out'],
    [
      'conv(2, 3) -> flatten',
      'embedding',
      '(gap, or conv and gap, instead of flatten: what p needs is one vector)',
    ],
    [
      'conv(2, 3) -> flatten',
      'label',
      '(gap, or conv and gap, instead of flatten: what p needs is one vector)',
    ],
  ])('%s as %s', (layers, kind, fix) => {
    expect(refusal(net(layers, { kind }))).toBe(`${flat} | ${fix}`);
  });

  it.each([
    ['flatten -> softmax -> dense(3)', 'softmax', 'softmax before flatten'],
    [
      'conv(2, 3) -> flatten -> dropout(0.2) -> ln(eps = 1e-4) -> dense(3)',
      'ln',
      'ln(eps = 1e-4) before flatten',
    ],
    ['conv(2, 3, bias = false) -> flatten -> bn -> relu -> dense(3)', 'bn', 'bn before flatten'],
    [
      'flatten -> add { identity, relu } -> dense(3)',
      'add',
      '(add before flatten, over the channels of each place)',
    ],
  ])('%s', (layers, name, fix) => {
    expect(refusal(net(layers))).toBe(`${name} comes between flatten and dense | ${fix}`);
  });
});

describe('what no edit mends', () => {
  it.each([
    ['mul { identity, gap -> dense(2) -> sigmoid } -> gap', /whole window.*\(run windows one by one/],
    [
      'conv(2, 2) -> concat { conv(2, 3, stride = 2), conv(2, 5) } -> gap',
      /far apart \| \(the same stride in all layers/,
    ],
  ])('%s', (layers, expected) => {
    expect(refusal(net(layers))).toMatch(expected);
  });

  it('a second input', () => {
    const text = net('gap').replace('out p: tensor(y)', 'in w: f32[2]\n  out p: tensor(y + w)');
    expect(refusal(text)).toMatch(/more than one input \| \(slide a net that takes the image alone/);
  });
});

describe('a vector', () => {
  it.each(['N, 9', 'N'])('convolutional(%s)', (args) => {
    const text = net('dense(3)', { input: 'f32[9]' }).replace('N, 16x16', args);
    expect(refusal(text)).toBe('its input has no spatial axes to slide along | N');
  });
});

describe('inside another net', () => {
  const around = (input: string): string =>
    `\nnet Around {\n  in street: ${input}\n  let look = S\n  out a: tensor(street -> look)\n  out b: tensor(street -> S)\n}`;

  it('what keeps it from sliding at all is said once, where it is written', () => {
    const text = net('in_norm -> gap').replace(', 16x16', '') + around('f32[30, 30, 2]');
    expect(refusal(text)).toContain('bn instead of in_norm');
  });

  it('a value that is too small is said where it flows in', () => {
    const text = net('gap').replace(', 16x16', '') + around('f32[6, 30, 2]').replace(/\n {2}out b.*/, '');
    expect(refusal(text)).toBe('6x30 is smaller than its window 8x8 | (give it a value of 8x30)');
  });
});
