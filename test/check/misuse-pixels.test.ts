/** Preprocessing whose numbers do not go together: one warning, at the first of them, and a fix after which nothing is left to say. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (head: string): string =>
  `net N {\n  in image: ${head}\n  y = image -> gap -> dense(3)\n  out z: tensor(y)\n}\n`;

const means = 'mean [0.485, 0.456, 0.406]';

describe('numbers that do not go together', () => {
  it.each([
    ['rgb 8x8 scale 255', 'scale 255', 'rgb 8x8 scale 1/255'],
    ['gray 8x8 scale 127.5 mean 1', 'scale 127.5', 'gray 8x8 scale 1/127.5 mean 1'],
    ['rgb 8x8 mean 0.5', 'mean 0.5', 'rgb 8x8 scale 1/255 mean 0.5'],
    ['rgb 8x8 std 0.5', 'std 0.5', 'rgb 8x8 scale 1/255 std 0.5'],
    ['rgb 8x8 std 0.5 mean 0.5', 'mean 0.5', 'rgb 8x8 scale 1/255 std 0.5 mean 0.5'],
    [`rgb 8x8 ${means} std 0.225`, means, `rgb 8x8 scale 1/255 ${means} std 0.225`],
    ['rgb 8x8 scale 1/255 mean 127.5', 'mean 127.5', 'rgb 8x8 scale 1/255 mean 127.5/255'],
    [
      'rgb 8x8 scale 1/255 mean [124, 117, 104] std 58',
      'mean [124, 117, 104]',
      'rgb 8x8 scale 1/255 mean [124/255, 117/255, 104/255] std 58/255',
    ],
    ['rgb 8x8 scale 1/255 mean 0.5 std 58', 'std 58', 'rgb 8x8 scale 1/255 mean 0.5 std 58/255'],
    ['rgb 8x8 mean 127.5 scale 1/127.5', 'mean 127.5', 'rgb 8x8 mean 127.5/127.5 scale 1/127.5'],
    ['rgb 8x8 mean 104 scale 0.017', 'mean 104', 'rgb 8x8 mean 104 * 0.017 scale 0.017'],
    ['rgb 8x8 scale 1/127.5 mean -1', 'mean -1', 'rgb 8x8 scale 1/127.5 mean 1'],
    ['rgb 8x8 range 0..1 mean 127.5', 'mean 127.5', 'rgb 8x8 range 0..1 mean 127.5/255'],
  ])('%s', (head, place, ours) => {
    const text = net(head);
    const { found, at } = onlyOne(text);
    expect([found.severity, at, applyFix(text, found)]).toEqual(['warning', place, net(ours)]);
    expect(diagnose({ path: 'main.cnn', text: net(ours) })).toEqual([]);
  });

  it.each(['rgb 8x8 scale 2', 'rgb 8x8 range -1..1 mean 127.5', 'rgb 8x8 range 0..255 mean 0.5'])(
    '%s has advice where what was meant is not sure',
    (head) => {
      expect(onlyOne(net(head)).found.fixes.map(({ edits }) => edits)).toEqual([[]]);
    },
  );

  it('scale is said to be applied first where it stands last', () => {
    const notes = (head: string): readonly string[] => onlyOne(net(head)).found.notes.map(({ text }) => text);
    expect(notes('rgb 8x8 mean 127.5 scale 1/127.5')).toEqual([
      '`scale` is applied first, wherever it stands',
    ]);
    expect(notes('rgb 8x8 scale 1/127.5 mean 127.5')).toEqual([]);
  });
});

it.each([
  'rgb 8x8 mean [103.939, 116.779, 123.68]',
  'rgb 8x8 mean 127.5 std 127.5',
  'rgb 8x8 std 255',
  'rgb 8x8 mean 0 std 1',
  `rgb 8x8 scale 1/255 ${means} std [0.229, 0.224, 0.225]`,
  'rgb 8x8 scale 1/255 mean 127.5/255 std 1',
  'rgb 8x8 scale 0.00392 mean 1',
  'rgb 8x8 scale 1/127.5 mean 1',
  'rgb 8x8 range -1..1 mean -0.1',
  'f32[8, 8, 3] scale 255 mean 0.5',
])('%s goes together', (head) => {
  expect(diagnose({ path: 'main.cnn', text: net(head) })).toEqual([]);
});
