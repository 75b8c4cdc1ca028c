/** Entries of `detect(…) { … }` by other signs: one message, and a fix that leaves a file without errors. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnostics/diagnose.ts';
import { onlyOne } from './only-one.ts';

const anchors = '[(10, 13), (16, 30)]';
const ours = `branch fine anchors ${anchors}`;
const kept = 'nms { iou = 0.45, score = 0.5 }';
const detector = (branch: string, nms = kept): string => `net D {
  in image: rgb 416x416 scale 1/255
  fine = image -> conv(14, 8, stride = 8)
  out boxes: detect(classes = 2) of ["cat", "dog"] {
    ${branch}
    ${nms}
  }
}
`;

describe('a branch', () => {
  it.each([
    [`branch fine anchors = ${anchors}`, ours],
    [`branch fine anchors: ${anchors}`, ours],
    [`branch fine, anchors ${anchors}`, ours],
    [`fine anchors ${anchors}`, ours],
    [`branch fine ${anchors}`, ours],
    [`branch(fine) anchors ${anchors}`, ours],
    [`${ours} stride = 8`, `${ours} with stride = 8`],
  ])('%s', (line, title) => expect(onlyOne(detector(line)).titles).toEqual([title]));

  it.each([ours, `${ours} with stride = 8`, 'branch fine anchors [[10, 13], [16, 30]]'])(
    '%s is right',
    (line) => expect(diagnose({ path: 'main.cnn', text: detector(line) })).toEqual([]),
  );
});

describe('what is kept', () => {
  it.each([
    ['nms(iou = 0.45, score = 0.5)', kept],
    ['nms = 0.45', 'nms { iou = 0.45 }'],
    ['iou = 0.45', 'nms { iou = 0.45 }'],
  ])('%s', (line, title) => expect(onlyOne(detector(ours, line)).titles).toEqual([title]));
});
