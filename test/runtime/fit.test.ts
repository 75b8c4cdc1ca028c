import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitImage, place, type Fit, type Pixels } from '../../src/runtime/fit.ts';

/** A gray image whose value is a function of the pixel. */
function image(width: number, height: number, value: (x: number, y: number) => number): Pixels {
  const data = Array.from({ length: width * height }, (_, p) => value(p % width, Math.floor(p / width)));
  return { data, width, height };
}

describe('fitImage', () => {
  it('keeps an image of the right size as it is', () => {
    const same = image(5, 3, (x, y) => x * 10 + y);
    for (const fit of ['stretch', 'crop', 'pad'] as const)
      expect([...fitImage(same, { width: 5, height: 3, channels: 1 }, fit)]).toEqual([
        ...Array.from(same.data),
      ]);
  });

  it('reproduces a linear ramp away from the edges', () => {
    const ramp = image(40, 30, (x, y) => 2 * x + 3 * y);
    const out = fitImage(ramp, { width: 20, height: 45, channels: 1 }, 'stretch');
    for (const [x, y] of [
      [5, 10],
      [10, 22],
      [15, 40],
    ] as const)
      expect(out[y * 20 + x]).toBeCloseTo(2 * ((x + 0.5) * 2 - 0.5) + 3 * ((y + 0.5) / 1.5 - 0.5), 3);
  });

  it('pads with zeros around, centred, and crops the longer side', () => {
    const wide = image(4, 2, () => 9);
    const padded = fitImage(wide, { width: 4, height: 4, channels: 1 }, 'pad');
    expect([...padded]).toEqual([0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0]);
    const cropped = fitImage(
      image(4, 2, (x) => x),
      { width: 2, height: 2, channels: 1 },
      'crop',
    );
    expect([...cropped]).toEqual([1, 2, 1, 2]);
  });

  it('converts channels', () => {
    const rgb: Pixels = { data: [100, 50, 200], width: 1, height: 1 };
    expect(fitImage(rgb, { width: 1, height: 1, channels: 1 }, 'stretch')[0]).toBeCloseTo(
      0.299 * 100 + 0.587 * 50 + 0.114 * 200,
      3,
    );
    expect([...fitImage(rgb, { width: 1, height: 1, channels: 4 }, 'stretch')]).toEqual([100, 50, 200, 255]);
  });

  it('stays within the values of the image, for every size and fit', () => {
    const sizes = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 40 })));
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom<Fit>('stretch', 'crop', 'pad'),
        ([w = 1, h = 1, W = 1, H = 1], fit) => {
          const out = fitImage(
            image(w, h, (x, y) => 10 + ((x * 7 + y * 13) % 200)),
            { width: W, height: H, channels: 3 },
            fit,
          );
          expect(out).toHaveLength(W * H * 3);
          expect(out.every((value) => (value === 0 ? fit === 'pad' : value >= 9.99 && value <= 210))).toBe(
            true,
          );
        },
      ),
    );
  });

  it('places a photo so that its corners land where the fit says', () => {
    expect(place({ width: 200, height: 100 }, { width: 50, height: 50 }, 'pad')).toEqual({
      scaleX: 0.25,
      scaleY: 0.25,
      offsetX: 0,
      offsetY: 12.5,
    });
    expect(place({ width: 200, height: 100 }, { width: 50, height: 50 }, 'crop').offsetX).toBe(-25);
  });
});
