/** Preprocessing as other tools have it: one message that says where what was meant is written, and a fix that does. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';
import { applyFix } from './support.ts';

const net = (head: string): string =>
  `net N {\n  in x: ${head}\n  y = x -> gap -> dense(3)\n  out z: tensor(y)\n}\n`;
const numbers = 'mean [0.485, 0.456, 0.406] std [0.229, 0.224, 0.225]';

describe('what has a word here', () => {
  it.each([
    ['rgb 8x8 resize 224x224', 'rgb 8x8 fit stretch'],
    ['rgb 8x8 crop', 'rgb 8x8 fit crop'],
    ['rgb 8x8 center_crop 8x8', 'rgb 8x8 fit crop'],
    ['rgb 8x8 pad', 'rgb 8x8 fit pad'],
    ['rgb 8x8 divide 255', 'rgb 8x8 scale 1/255'],
    ['rgb 8x8 bgr', 'rgb 8x8 order bgr'],
    ['rgb 8x8 normalize', 'rgb 8x8 range 0..1'],
    ['rgb 8x8 normalize imagenet', `rgb 8x8 scale 1/255 ${numbers}`],
    ['rgb 8x8 scale 1/255 imagenet', `rgb 8x8 scale 1/255 ${numbers}`],
    ['rgb 8x8 mean imagenet', 'rgb 8x8 scale 1/255 mean [0.485, 0.456, 0.406]'],
    ['rgb 8x8 mean imagenet std imagenet', `rgb 8x8 scale 1/255 ${numbers}`],
    ['rgb 8x8 range 0..1 mean imagenet std imagenet', `rgb 8x8 range 0..1 ${numbers}`],
    ['rgb 8x8 range 0 to 1', 'rgb 8x8 range 0..1'],
    ['rgb 8x8 range -1 to 1 fit crop', 'rgb 8x8 range -1..1 fit crop'],
  ])('%s', (head, ours) => {
    const { found } = onlyOne(net(head));
    expect([found.severity, applyFix(net(head), found)]).toEqual(['error', net(ours)]);
    expect(diagnose({ path: 'main.cnn', text: net(ours) })).toEqual([]);
  });
});

it.each([
  ['flip', 'pictures are changed at random while training: augment x { … } in a train'],
  ['RandomHorizontalFlip', 'pictures are changed at random while training: augment x { … } in a train'],
  ['batch 8', 'an input is one example; how many are trained at once `batch` in a train says'],
  ['uint8', 'pixels come as bytes and are numbers from there on'],
  ['clip 0..1', 'values are cut off by a layer: x -> clamp(0, 1)'],
  ['pad 4', 'a border is a layer: x -> pad(4)'],
  ['whiten', 'a mean and a deviation are written as numbers, those that the net was trained with'],
])('%s has its place elsewhere', (word, note) => {
  expect(onlyOne(net(`rgb 8x8 ${word}`)).found.notes.map(({ text }) => text)).toEqual([note]);
});
