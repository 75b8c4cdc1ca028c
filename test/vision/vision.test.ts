/** Boxes, suppression and YOLO decoding: hand-computed cases from the course and properties that must hold for all boxes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clip,
  decodeYolo,
  detect,
  iou,
  nonMaxSuppression,
  place,
  toImage,
  type Box,
  type Detection,
} from '../../src/vision/index.ts';

const box = fc.record({
  x: fc.double({ min: -50, max: 50, noNaN: true }),
  y: fc.double({ min: -50, max: 50, noNaN: true }),
  width: fc.double({ min: 0.01, max: 60, noNaN: true }),
  height: fc.double({ min: 0.01, max: 60, noNaN: true }),
});
const detection = fc
  .tuple(box, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 2 }))
  .map(([b, score, index]): Detection => ({ ...b, score, index, label: `class ${index}` }));

describe('iou', () => {
  it('is 1/7 for unit squares that share a quarter', () => {
    const a: Box = { x: 0, y: 0, width: 2, height: 2 };
    expect(iou(a, { x: 1, y: 1, width: 2, height: 2 })).toBeCloseTo(1 / 7, 12);
  });

  it('is symmetric, within 0..1, 1 with itself', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        const overlap = iou(a, b);
        expect(overlap).toBeCloseTo(iou(b, a), 9);
        expect(overlap).toBeGreaterThanOrEqual(0);
        expect(overlap).toBeLessThanOrEqual(1 + 1e-9);
        // Edges near 50 minus widths near 0.01 cancel about four of the sixteen digits.
        expect(iou(a, a)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('is 0 for empty boxes', () => {
    const empty: Box = { x: 1, y: 1, width: 0, height: 0 };
    expect(iou(empty, empty)).toBe(0);
  });
});

describe('nonMaxSuppression', () => {
  const options = { iou: 0.5, score: 0.2, max: 100 };

  it('leaves no two overlapping boxes of one label and no better box out', () => {
    fc.assert(
      fc.property(fc.array(detection, { maxLength: 30 }), (detections) => {
        const kept = nonMaxSuppression(detections, options);
        for (const [i, a] of kept.entries())
          for (const b of kept.slice(i + 1))
            if (a.index === b.index) expect(iou(a, b)).toBeLessThanOrEqual(0.5);
        for (const d of detections.filter((x) => x.score >= 0.2 && !kept.includes(x)))
          expect(kept.some((k) => k.index === d.index && k.score >= d.score && iou(k, d) > 0.5)).toBe(true);
      }),
    );
  });

  it('keeps at most `max`, best first, and drops NaN scores', () => {
    const far = (x: number, score: number): Detection => ({
      x,
      y: 0,
      width: 1,
      height: 1,
      score,
      index: 0,
      label: 'a',
    });
    const kept = nonMaxSuppression([far(0, 0.3), far(10, 0.9), far(20, Number.NaN), far(30, 0.5)], {
      ...options,
      max: 2,
    });
    expect(kept.map((d) => d.score)).toEqual([0.9, 0.5]);
  });

  it('lets labels share a place unless told otherwise', () => {
    const same = (index: number): Detection => ({
      x: 0,
      y: 0,
      width: 1,
      height: 1,
      score: 0.9 - index / 10,
      index,
      label: `${index}`,
    });
    expect(nonMaxSuppression([same(0), same(1)], options)).toHaveLength(2);
    expect(nonMaxSuppression([same(0), same(1)], { ...options, acrossLabels: true })).toHaveLength(1);
  });
});

describe('decodeYolo', () => {
  it('decodes the formulas of YOLO9000 §2', () => {
    const data = new Float32Array(2 * 2 * 1 * 5).fill(-20);
    data.set([0, 0, Math.log(2), 0, 20], 5 * 3);
    const [found, ...others] = decodeYolo(
      { data, rows: 2, columns: 2, anchors: [[0.5, 1]], classes: ['face'] },
      0.5,
    );
    expect(others).toEqual([]);
    // Cell (1, 1): centre (1 + 0.5) / 2 = 0.75; width 2 · 0.5 / 2 cells = 0.5, height 1 · 1 / 2 = 0.5.
    expect(found?.x).toBeCloseTo(0.5, 6);
    expect(found?.y).toBeCloseTo(0.5, 6);
    expect(found?.width).toBeCloseTo(0.5, 6);
    expect(found?.height).toBeCloseTo(0.5, 6);
    expect(found?.score).toBeCloseTo(1, 6);
    expect(found?.label).toBe('face');
  });

  it('multiplies objectness and the best class probability', () => {
    const data = [0, 0, 0, 0, 0, 1, 3, 2];
    const [found] = decodeYolo({ data, rows: 1, columns: 1, anchors: [[1, 1]], classes: ['a', 'b', 'c'] }, 0);
    const softmax = Math.exp(3) / (Math.exp(1) + Math.exp(3) + Math.exp(2));
    expect(found?.index).toBe(1);
    expect(found?.score).toBeCloseTo(0.5 * softmax, 12);
  });

  it('gives no box for values that are not finite', () => {
    const data = [0, 0, Number.POSITIVE_INFINITY, 0, 5, Number.NaN, 0, 0, 0, 5];
    expect(decodeYolo({ data, rows: 1, columns: 2, anchors: [[1, 1]], classes: ['x'] }, 0)).toEqual([]);
  });
});

describe('placement', () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 4000 }),
    height: fc.integer({ min: 1, max: 4000 }),
  });

  it('maps the placed image back to itself', () => {
    fc.assert(
      fc.property(size, size, fc.constantFrom('stretch', 'crop', 'pad', 'pad_end'), (image, input, fit) => {
        const p = place(image, input, fit);
        const whole = {
          x: p.offsetX / input.width,
          y: p.offsetY / input.height,
          width: (image.width * p.scaleX) / input.width,
          height: (image.height * p.scaleY) / input.height,
        };
        const back = toImage(whole, input, p);
        expect(back.x).toBeCloseTo(0, 6);
        expect(back.width).toBeCloseTo(image.width, 6);
        expect(back.height).toBeCloseTo(image.height, 6);
      }),
    );
  });

  it('clips detections to the photo', () => {
    const data = [0, 0, 2, 2, 10];
    const head = { data, rows: 1, columns: 1, anchors: [[1, 1]] as const, classes: ['x'] };
    const options = {
      nms: { iou: 0.4, score: 0.5, max: 10 },
      input: { width: 100, height: 100 },
      image: { width: 40, height: 20 },
    };
    const [found] = detect([head], { ...options, fit: 'pad' });
    expect(found && clip(found, 40, 20)).toEqual(found);
    expect(found?.width).toBe(40);
  });

  it('finds nothing in the padding', () => {
    const head = { rows: 4, columns: 1, anchors: [[0.2, 0.2]] as const, classes: ['x'] };
    const box = (score: number): readonly number[] => [0, 0, 0, 0, score];
    // The photo lies in the two rows of cells in the middle.
    const data = [...box(5), ...box(-9), ...box(4), ...box(-9)];
    const found = detect([{ ...head, data }], {
      nms: { iou: 0.4, score: 0.5, max: 10 },
      input: { width: 100, height: 100 },
      image: { width: 40, height: 20 },
      fit: 'pad',
    });
    expect(found.map(({ y, height }) => [y, height])).toEqual([
      [expect.closeTo(14, 5), expect.closeTo(2, 5)],
    ]);
  });
});
